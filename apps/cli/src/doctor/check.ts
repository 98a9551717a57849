// What the doctor finds: every check has a name, a verdict, one sentence, and what to do about it. `notRun` says why it could
// not be tried; it is never counted as well.
import { type ErrorCode, errorTable } from "@parley/protocol/errorCodes";
import type { Config } from "@parley/station/config";
import type { Failure, Given } from "../command.ts";

export type Verdict = "ok" | "warn" | "fail" | "notRun";

export type Check = {
  readonly name: string;
  readonly verdict: Verdict;
  readonly say: string;
  /** Empty where there is nothing to do. */
  readonly cure: string;
};

export const well = (name: string, say: string): Check => ({ name, verdict: "ok", say, cure: "" });
export const warned = (name: string, say: string, cure: string): Check => ({ name, verdict: "warn", say, cure });
export const failed = (name: string, say: string, cure: string): Check => ({ name, verdict: "fail", say, cure });
export const notRun = (name: string, say: string, cure = ""): Check => ({ name, verdict: "notRun", say, cure });

/** A failure in the table's words. */
export function failedBy(name: string, error: Failure): Check {
  const { say, cure } = "say" in error ? error : errorTable[error.code];
  return failed(name, error.detail === "" ? say : `${say} (${error.detail})`, cure);
}

/** What a running station says of itself, as far as the doctor asks. */
export type Running = {
  readonly party: { readonly name: string } | null;
  readonly ports: { readonly web: number; readonly peer: number };
  readonly links: readonly {
    readonly party: string;
    readonly reachable: { readonly up: boolean; readonly since: number };
    readonly connection: { readonly at: string; readonly code?: ErrorCode | null } | null;
    readonly generations: readonly number[];
  }[];
  readonly entries: number;
};

/** What is known before any check: the settings where they could be read, and the station where it runs. */
export type Patient = {
  readonly given: Given;
  readonly config: Config | null;
  readonly running: Running | null;
};

/** A group of checks; never throws, and takes a bounded time. */
export type Examination = (patient: Patient) => Promise<readonly Check[]>;
