// The one writer of a station. Everything that changes what the station knows runs in here: it decides and writes in one
// transaction, and what it wants done outside happens only once that transaction is durable, in the order of the writing.
// A transaction that fails leaves memory ahead of the disk, so the station stops there and then: it starts again from the
// disk, and calls that are under way do not notice.
import type { Result } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { Store, Transaction } from "../store/port.ts";

/** Asks for something to be done once what was written is durable. */
export type After = (effect: () => void) => void;

export type Writer = {
  /** Runs `work` at once; resolves with what it returned when all it wrote is durable and its effects were carried out. */
  readonly write: <T>(work: (tx: Transaction, after: After) => T) => Promise<T>;
};

/**
 * `onFault` is told of the failure that stops the station; writes never resolve after it. `onWritten` is told of each write
 * that became durable, after its effects.
 */
export function makeWriter(
  store: Store,
  onFault: (error: ParleyError) => void,
  onWritten: () => void = () => undefined,
): Writer {
  return {
    write: async (work) => {
      const effects: (() => void)[] = [];
      const written: Result<ReturnType<typeof work>, ParleyError> = await store.transaction((tx) =>
        work(tx, (effect) => void effects.push(effect)),
      );
      if (!written.ok) {
        onFault(written.error);
        return new Promise(() => undefined);
      }
      for (const effect of effects) effect();
      onWritten();
      return written.value;
    },
  };
}
