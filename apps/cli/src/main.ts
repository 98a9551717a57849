// `parley`: one command a word. Each command says what it did in a few lines, or with --json as one object; errors are the
// table's sentence and cure, and the exit code says whose they are (exit.ts).
import { type ErrorCode, errorTable } from "@parley/protocol/errorCodes";
import { type Failure, helpOf, readArguments } from "./command.ts";
import { commands } from "./catalogue.ts";
import { exitOf } from "./exit.ts";

const list = (): string =>
  [
    "parley COMMAND [OPTIONS]",
    "",
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`),
    "",
    "parley COMMAND --help says more. Exit codes: 0 done, 1 failed elsewhere, 2 wrong use, 3 not ready, 4 refused.",
  ].join("\n");

function complain(error: Failure, json: boolean): void {
  const { code, detail } = error;
  const { say, cure } = "say" in error ? error : errorTable[code as ErrorCode];
  const text = `${say}${detail === "" ? "" : ` (${detail})`}\n${cure}`;
  process.stderr.write(`${json ? JSON.stringify({ error: { code, say, cure, detail } }) : text}\n`);
  process.exitCode = exitOf(code);
}

async function main([word, ...args]: readonly string[]): Promise<void> {
  if (word === undefined || word === "--help" || word === "help") return console.log(list());
  const json = args.includes("--json");
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (command === undefined) return complain({ code: "COMMAND_UNKNOWN", detail: word }, json);
  if (args.includes("--help")) return console.log(helpOf(word, command));
  const given = readArguments(command, args);
  if (!given.ok) return complain(given.error, json);
  const run = await command.load();
  const done = await run(given.value);
  if (!done.ok) return complain(done.error, json);
  console.log(json ? JSON.stringify(done.value.data) : done.value.text);
  process.exitCode = done.value.exit ?? 0;
}

await main(process.argv.slice(2));
