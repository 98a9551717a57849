// What every command of the command line is, and how its arguments are read: strictly, since an option that nobody reads is one
// that somebody believes in.
import { parseArgs } from "node:util";
import { type Result, fail, ok } from "@parley/base/result";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Refusal } from "@parley/station/adminClient";

/** `value` names what stands after the option in the help; absent where nothing does. */
export type Option = { readonly value?: string; readonly help: string };

/** An error of our own, or a running station's words about why it refused. */
export type Failure = ParleyError | Refusal;

/** What a command did, as text and as data. `exit` other than 0 where it has found something wrong without failing itself. */
export type Done = { readonly text: string; readonly data: unknown; readonly exit?: number };

export type Given = {
  /** The value of an option, the last one where it was given twice; null where it was not given. */
  readonly value: (name: string) => string | null;
  readonly values: (name: string) => readonly string[];
  readonly has: (name: string) => boolean;
  readonly words: readonly string[];
  /** The data folder. */
  readonly data: string;
  readonly json: boolean;
};

export type Command = {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What stands after the command's name, as "FILE". */
  readonly usage: string;
  /** What it does, needs and leaves behind. */
  readonly about: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Words beside options, at most. */
  readonly words: number;
  readonly load: () => Promise<Run>;
};

/** Carries a command out. */
export type Run = (given: Given) => Promise<Result<Done, Failure>>;

const common: Readonly<Record<string, Option>> = {
  data: { value: "FOLDER", help: "the data folder; else PARLEY_DATA, else ./parley-data" },
  json: { help: "one JSON object instead of text, errors too" },
  help: { help: "this text" },
};

/** The arguments as the command takes them. COMMAND_UNKNOWN names what it does not know. */
export function readArguments(command: Command, args: readonly string[]): Result<Given, ParleyError> {
  const options = Object.fromEntries(
    Object.entries({ ...common, ...command.options }).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: true },
    ]),
  );
  try {
    const read = parseArgs({ args: joined(args, options), options, allowPositionals: true, strict: true });
    const given = read.values as Readonly<Record<string, readonly (string | boolean)[] | undefined>>;
    if (read.positionals.length > command.words)
      return fail(problem("COMMAND_UNKNOWN", `${read.positionals[command.words] ?? ""} is one word too many`));
    const values = (name: string): readonly string[] =>
      (given[name] ?? []).filter((it): it is string => typeof it === "string");
    const value = (name: string): string | null => values(name).at(-1) ?? null;
    return ok({
      value,
      values,
      has: (name) => given[name] !== undefined,
      words: read.positionals,
      data: value("data") ?? process.env["PARLEY_DATA"] ?? "parley-data",
      json: given["json"] !== undefined,
    });
  } catch (error) {
    return fail(problem("COMMAND_UNKNOWN", error instanceof Error ? error.message : String(error)));
  }
}

/** One id in 64 begins with a dash: what stands after an option that takes a value is its value, unless it is an option itself. */
function joined(args: readonly string[], options: Readonly<Record<string, { readonly type: string }>>): string[] {
  const isOption = (word: string): boolean => word.startsWith("--") && (word.slice(2).split("=")[0] ?? "") in options;
  const all: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [word = "", next = ""] = args.slice(at, at + 2);
    const takes = word.startsWith("--") && options[word.slice(2)]?.type === "string";
    if (takes && next.startsWith("-") && next !== "--" && !isOption(next)) {
      all.push(`${word}=${next}`);
      at++;
    } else all.push(word);
  }
  return all;
}

export function helpOf(name: string, command: Command): string {
  const lines = Object.entries({ ...command.options, ...common }).map(([option, { value, help }]) => {
    const shown = value === undefined ? `--${option}` : `--${option} ${value}`;
    return `  ${shown.padEnd(26)} ${help}`;
  });
  const usage = `parley ${name}${command.usage === "" ? "" : ` ${command.usage}`}`;
  return [usage, "", command.about, "", ...lines].join("\n");
}

/** The failure that something needed was not given. */
export const missing = (what: string): { readonly ok: false; readonly error: Failure } =>
  fail<Failure>(problem("COMMAND_INCOMPLETE", what));

export const refused = (code: ErrorCode, detail = ""): { readonly ok: false; readonly error: Failure } =>
  fail<Failure>(problem(code, detail));
