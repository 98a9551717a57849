// The one writer of a station. Everything that changes what the station knows runs in here: it decides and writes in one
// transaction, and what it wants done outside happens only once that transaction is durable, in the order of the writing.
// A full disk holds all of that up and loses none of it ([ST11]): what was decided is written again until there is room, and nothing
// is decided meanwhile. Any other failure leaves memory ahead of the disk, so the station stops there and then: it starts again
// from the disk, and calls that are under way do not notice.
import { type Clock, type Ms, seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Store, Transaction } from "../store/port.ts";

/** Asks for something to be done once what was written is durable. */
export type After = (effect: () => void) => void;

export type Writer = {
  /**
   * Runs `work` at once, or while the disk is full as soon as there is room; resolves with what it returned when all it wrote is
   * durable and its effects were carried out.
   */
  readonly write: <T>(work: (tx: Transaction, after: After) => T) => Promise<T>;
  /** `full`: nothing is written until there is room on the disk; `waiting` writes want to be. */
  readonly room: () => { readonly at: "free" } | { readonly at: "full"; readonly waiting: number };
};

/** How a full disk is waited out; `onFull` is told each time that begins. */
export type Patience = { readonly clock: Clock; readonly onFull: (error: ParleyError) => void };

/** Between tries to write what a full disk refused. */
const tryAgainAfter: Ms = seconds(2);

/** One thing that a transaction did, to be done again. */
type Deed = (tx: Transaction) => void;
type Held = { readonly deeds: readonly Deed[]; readonly done: () => void };

/** Carries out what it is asked for and keeps a list of it. */
function noting(tx: Transaction, deeds: Deed[]): Transaction {
  const note = <A extends unknown[], R>(of: (tx: Transaction) => (...args: A) => R) => {
    return (...args: A): R => {
      deeds.push((again) => void of(again)(...args));
      return of(tx)(...args);
    };
  };
  return {
    append: note((it) => it.append),
    take: note((it) => it.take),
    send: note((it) => it.send),
    acknowledge: note((it) => it.acknowledge),
    put: note((it) => it.put),
    remove: note((it) => it.remove),
    forget: note((it) => it.forget),
    renewed: note((it) => it.renewed),
  };
}

/**
 * `onFault` is told of the failure that stops the station; writes never resolve after it. `onWritten` is told of each write
 * that became durable, after its effects. Without `patience` a full disk is a failure as any other.
 */
export function makeWriter(
  store: Store,
  onFault: (error: ParleyError) => void,
  onWritten: () => void = () => undefined,
  patience: Patience | null = null,
): Writer {
  /** Refused for want of room, in order; what was decided after them waits in `queue`. */
  let held: readonly Held[] = [];
  let queue: (() => void)[] = [];
  let waits = false;

  const isFull = (): boolean => waits || (patience !== null && store.isFull());

  const wait = (error: ParleyError): void => {
    if (waits || patience === null) return;
    waits = true;
    patience.onFull(error);
    const { clock } = patience;
    clock.wait(tryAgainAfter, () => void tryAgain(clock));
  };

  const hold = (deeds: readonly Deed[], error: ParleyError): Promise<void> =>
    new Promise((done) => {
      held = [...held, { deeds, done }];
      wait(error);
    });

  /** Where nothing of ours was refused, only a small thing tells whether there is room. */
  const probe: Held = { deeds: [(tx) => tx.put("disk", "probe", new Uint8Array(1))], done: () => undefined };

  /** Writes what was refused, all of it in its order, or waits again from the first that is refused once more. */
  const tryAgain = async (clock: Clock): Promise<void> => {
    if (held.length === 0) held = [probe];
    const outcomes = held.map(({ deeds }) =>
      store.transaction((tx) => {
        for (const deed of deeds) deed(tx);
      }),
    );
    for (const outcome of outcomes) {
      const written = await outcome;
      if (!written.ok) {
        if (written.error.code === "STORE_CLOSED") return;
        if (written.error.code !== "STORE_FULL") return onFault(written.error);
        clock.wait(tryAgainAfter, () => void tryAgain(clock));
        return;
      }
      const [first, ...rest] = held;
      held = rest;
      first?.done();
    }
    // What became full while these were written is at the end of the list.
    if (held.length > 0) return tryAgain(clock);
    waits = false;
    const ready = queue;
    queue = [];
    for (const go of ready) go();
  };

  return {
    room: () => (isFull() ? { at: "full", waiting: held.length + queue.length } : { at: "free" }),
    write: async (work) => {
      // Whoever waited may find the disk full again.
      while (isFull())
        await new Promise<void>((go) => {
          queue.push(go);
          wait(problem("STORE_FULL"));
        });
      const effects: (() => void)[] = [];
      const deeds: Deed[] = [];
      const kept: { value?: ReturnType<typeof work> } = {};
      const written = await store.transaction((tx) => {
        kept.value = work(patience === null ? tx : noting(tx, deeds), (effect) => void effects.push(effect));
      });
      if (!written.ok) {
        if (written.error.code !== "STORE_FULL" || patience === null) {
          onFault(written.error);
          return new Promise(() => undefined);
        }
        await hold(deeds, written.error);
      }
      for (const effect of effects) effect();
      onWritten();
      return kept.value as ReturnType<typeof work>;
    },
  };
}
