// What the station link needs of storage: a durable outbox, and a memory of what was taken. The station's store satisfies it
// as it is; its [ST] rules hold (whole transactions, in the order called, durable once resolved).
import type { Bytes } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { EnvelopeId, LinkId } from "@parley/protocol/ids";

/** All three are 0 before the first envelope, count only what is durable, and never go back. */
export type LinkPosition = {
  /** Highest sequence given to an envelope of ours. */
  readonly sent: number;
  /** Highest of ours that the peer has acknowledged. */
  readonly acknowledged: number;
  /** Highest of the peer's that was taken. */
  readonly taken: number;
};

/** `reused`: another envelope was taken under this sequence before, so the peer has gone back in time. */
export type Taken = "fresh" | "repeat" | "ahead" | "reused";

export type PeerTransaction = {
  /** Records an arrived envelope as taken; whatever it causes belongs in the same transaction, and only when `fresh`. */
  readonly take: (link: LinkId, sequence: number, envelope: EnvelopeId) => Taken;
  /** Puts an envelope into the outbox and returns its sequence. */
  readonly send: (link: LinkId, envelope: Bytes) => number;
};

export type PeerStore<Tx extends PeerTransaction = PeerTransaction> = {
  readonly position: (link: LinkId) => LinkPosition;
  /** Runs `work` at once; resolves when what it did is durable, all of it or none. */
  readonly transaction: <T>(work: (tx: Tx) => T) => Promise<Result<T, ParleyError>>;
  readonly acknowledge: (link: LinkId, upTo: number) => Promise<Result<void, ParleyError>>;
  /** Envelopes not acknowledged, from sequence `from` on, at most `limit`, in order. */
  readonly outbox: (
    link: LinkId,
    from: number,
    limit: number,
  ) => Promise<Result<readonly { readonly sequence: number; readonly bytes: Bytes }[], ParleyError>>;
};
