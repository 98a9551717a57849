// What every command of the command line is.
import type { Result } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";

export type Command = {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** What it did, as text and as data; null when it has said everything itself. */
  readonly run: (
    args: readonly string[],
  ) => Promise<Result<{ readonly text: string; readonly data: unknown } | null, ParleyError>>;
};

/** The value after `--name`, or null. */
export function option(args: readonly string[], name: string): string | null {
  const at = args.indexOf(`--${name}`);
  return at >= 0 ? (args[at + 1] ?? null) : null;
}
