// `parley`: one command a word. Each command says what it did in a few lines, or with --json as one object; errors are the
// table's sentence and cure, and the exit code says whose they are.
import { errorTable } from "@parley/protocol/errorCodes";
import { init } from "./commands/init.ts";
import { station } from "./commands/station.ts";
import type { Command } from "./command.ts";

const commands: Readonly<Record<string, Command>> = { init, station };

const [, , word, ...args] = process.argv;
const command = word === undefined ? undefined : commands[word];
if (command === undefined) {
  console.log(
    `parley ${Object.keys(commands).join(" | ")}\n\n${Object.values(commands)
      .map(({ summary }) => summary)
      .join("\n")}`,
  );
  process.exit(word === undefined || word === "--help" ? 0 : 2);
}
if (args.includes("--help")) {
  console.log(command.help);
  process.exit(0);
}
const json = args.includes("--json");
const done = await command.run(args.filter((arg) => arg !== "--json"));
if (!done.ok) {
  const { code, detail } = done.error;
  const { say, cure } = errorTable[code];
  console.error(
    json ? JSON.stringify({ code, say, cure, detail }) : `${say}${detail === "" ? "" : ` (${detail})`}\n${cure}`,
  );
  process.exitCode = 1;
} else if (done.value !== null) console.log(json ? JSON.stringify(done.value.data) : done.value.text);
