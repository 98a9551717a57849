// What the station's thread asks of the storage thread, and what comes back: one answer for each question, by number.
import type { Result } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { Engine, Heads } from "../engine.ts";

/** Each call's arguments and answer; the heads are the answer to opening. */
export type Calls = Omit<{ [K in keyof Engine]: Engine[K] }, "heads" | "close"> & {
  readonly open: (dataDir: string) => Promise<Result<Heads, ParleyError>>;
  readonly close: () => Promise<void>;
};

export type Ask = {
  [K in keyof Calls]: { readonly id: number; readonly call: K; readonly args: Parameters<Calls[K]> };
}[keyof Calls];

/** `thrown` is a bug of ours, told with its stack; the storage thread then is no longer trusted. */
export type Answer =
  | { readonly id: number; readonly value: Awaited<ReturnType<Calls[keyof Calls]>> }
  | { readonly id: number; readonly thrown: string };
