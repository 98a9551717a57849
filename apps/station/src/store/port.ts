// The storage port: everything a station must not forget goes through one `transaction`, and comes back through these reads.
// Carries [ST1]-[ST9] of docs/spec/store.md. There is one writer for a party; transactions take effect in the order in which
// `transaction` was called, each whole or not at all, and resolve only once they would survive a power cut.
import type { Bytes } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import type { EnvelopeId, LinkId } from "@parley/protocol/ids";
import type { ParleyError } from "@parley/protocol/errorCodes";

/** One ledger event: `index` counts from 0 without gaps; `bytes` are kept and given back exactly as they were. */
export type StoredEvent = { readonly index: number; readonly kind: string; readonly bytes: Bytes };

/** One envelope not yet acknowledged by the peer; `sequence` counts from 1 without gaps on each link. */
export type StoredEnvelope = { readonly sequence: number; readonly bytes: Bytes };

/** A small document under its key; the keys of one kind come in ascending order of their UTF-16 code units. */
export type StoredDoc = { readonly key: string; readonly bytes: Bytes };

/** Where a link stands, counting only what is durable. All three are 0 before the first envelope. */
export type LinkPosition = {
  /** Highest sequence we gave to an envelope of ours. */
  readonly sent: number;
  /** Highest sequence of ours that the peer has acknowledged; at most `sent`. */
  readonly acknowledged: number;
  /** Highest sequence of the peer's that we have taken; safe to acknowledge to it. */
  readonly taken: number;
};

/**
 * What became of an envelope that arrived:
 * - `fresh`: recorded in this transaction, its effects belong in the same one;
 * - `repeat`: taken before, have no effect (acknowledge it again);
 * - `ahead`: an earlier one is missing, nothing was recorded; the peer must send again from `taken` + 1;
 * - `reused`: the peer gave this sequence to another envelope before, so it has gone back in time (a backup?); nothing was recorded.
 */
export type Taken = "fresh" | "repeat" | "ahead" | "reused";

/** `restored`: this data was once a backup, so others may hold what it has forgotten, and every key must be made anew. */
export type Origin = "original" | "restored";

/** What one transaction may do. Valid only inside `work`; numbers are those the data will have once durable. */
export type Transaction = {
  /** Appends a ledger event, given the index it will have, and returns that index. At most `maxEventBytes`. */
  readonly append: (kind: string, event: Bytes | ((index: number) => Bytes)) => number;
  /** Takes an arrived envelope once; see `Taken`. */
  readonly take: (link: LinkId, sequence: number, envelope: EnvelopeId) => Taken;
  /** Puts an envelope into the link's outbox, given the sequence it will have, and returns that sequence. */
  readonly send: (link: LinkId, envelope: Bytes | ((sequence: number) => Bytes)) => number;
  /** The peer has taken everything up to `upTo`: those leave the outbox. Throws for more than was ever sent, so compare first. */
  readonly acknowledge: (link: LinkId, upTo: number) => void;
  /** Sets the document; kinds and keys are 1 to 200 characters, the bytes at most `maxDocBytes`. */
  readonly put: (kind: string, key: string, bytes: Bytes) => void;
  /** Removes the document; removing none is no error. */
  readonly remove: (kind: string, key: string) => void;
  /** Forgets outbox, inbox and position of a link that is over for good. */
  readonly forget: (link: LinkId) => void;
  /** Every key has been made anew since the restore: `origin` is `original` again. */
  readonly renewed: () => void;
};

export type Store = {
  /** Where this data comes from, counting only what is durable. */
  readonly origin: () => Origin;
  /** The index that the next durable event will have; so the count of events. */
  readonly nextIndex: () => number;
  readonly position: (link: LinkId) => LinkPosition;
  /** Whether the last commit was refused for want of room, as seen before anybody who waited for it. */
  readonly isFull: () => boolean;
  /**
   * Runs `work` at once and synchronously, and resolves with what it returned when all it did is durable.
   * If `work` throws, nothing happens and the promise rejects with that. On an error value, nothing of this transaction or of
   * any called after it, and still waiting, is seen by this store. `STORE_FULL` leaves the store usable; after any other
   * code it refuses all, and only opening it anew tells whether the last ones are there.
   */
  readonly transaction: <T>(work: (tx: Transaction) => T) => Promise<Result<T, ParleyError>>;
  /** A transaction that only acknowledges. */
  readonly acknowledge: (link: LinkId, upTo: number) => Promise<Result<void, ParleyError>>;
  /** Durable events from index `from` on, at most `limit`, in order; fewer than `limit` only at the end. */
  readonly events: (from: number, limit: number) => Promise<Result<readonly StoredEvent[], ParleyError>>;
  /** Envelopes not acknowledged, from sequence `from` on, at most `limit`, in order. */
  readonly outbox: (
    link: LinkId,
    from: number,
    limit: number,
  ) => Promise<Result<readonly StoredEnvelope[], ParleyError>>;
  /** The durable document, or null when there is none. */
  readonly doc: (kind: string, key: string) => Promise<Result<Bytes | null, ParleyError>>;
  readonly docs: (kind: string) => Promise<Result<readonly StoredDoc[], ParleyError>>;
  /**
   * Writes a copy of everything durable to a new file at `path`, consistent although transactions go on, marked so that
   * whatever opens it knows itself restored. Refuses a path that exists.
   */
  readonly backup: (path: string) => Promise<Result<void, ParleyError>>;
  /** Waits for what is under way, then lets go of the data. Later calls answer `STORE_CLOSED`. */
  readonly close: () => Promise<void>;
};
