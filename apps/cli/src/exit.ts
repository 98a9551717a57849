// The exit codes of the command line, for scripts: what they mean never changes (docs/OPERATING.md has the same table).
import { errorTable } from "@parley/protocol/errorCodes";
import type { Failure } from "./command.ts";

export const exitCodes = {
  0: "Done.",
  1: "It failed for a reason outside this station: the other party, the network, or something unexpected. Try again later.",
  2: "The command was used wrongly: see its --help.",
  3: "This station is not ready, or the doctor found a fault: put right what is named, then run it again.",
  4: "Refused: something that was given (a passphrase, words, an offer, a file) does not fit what is here.",
} as const;
export type ExitCode = keyof typeof exitCodes;

/** By whose doing it was; an error that this program does not know is unexpected. */
export function exitOf(code: Failure["code"]): ExitCode {
  if (code.startsWith("COMMAND_")) return 2;
  if (code === "STATION_RUNNING") return 3;
  const row = Object.entries(errorTable).find(([name]) => name === code)?.[1];
  switch (row?.blame) {
    case "caller":
      return 4;
    case "us":
      return 3;
    case "peer":
    case "network":
    case undefined:
      return 1;
  }
}
