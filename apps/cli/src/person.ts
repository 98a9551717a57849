// Edge: the person at the keyboard, where there is one. Questions go to standard error, so that standard output stays what a
// program may read; a passphrase is typed unseen. Without a terminal nobody is asked, and the caller says what was missing.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

export const isPersonThere = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** One line, as it was typed; null without a person, or at the end of input. */
export async function ask(question: string): Promise<string | null> {
  return isPersonThere() ? await readLine(question, process.stderr) : null;
}

/** The same without showing what is typed. */
export async function askHidden(question: string): Promise<string | null> {
  if (!isPersonThere()) return null;
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const typed = await readLine("", unseen);
  process.stderr.write("\n");
  return typed;
}

async function readLine(question: string, output: Writable): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  lines.on("SIGINT", () => {
    lines.close();
    process.stderr.write("\n");
    process.exit(1);
  });
  const ended = new Promise<null>((resolve) => lines.once("close", () => resolve(null)));
  const typed = await Promise.race([lines.question(question), ended]);
  lines.close();
  return typed;
}

/** Whether the person typed yes; false without one. */
export const confirms = async (question: string): Promise<boolean> =>
  /^y(es)?$/i.test(((await ask(`${question} Type yes: `)) ?? "").trim());
