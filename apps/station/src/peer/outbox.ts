// From disk to wire, in order: reads what the peer has not taken, signs it afresh with the present station key and the time
// it has waited, and keeps a bounded number on the way. Carries [LK2], [LK31]-[LK33], [LK38]. It never forgets an envelope that is
// not acknowledged; on a new connection it begins after the last one that is.
import type { Bytes } from "@parley/base/bytes";
import { type Of, decode, encode, mapped, opaque, struct, uint16, uint48 } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Cancel, type Clock, between, instant, ms, seconds } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type EnvelopeId, type LinkId, type PartyId, envelopeId } from "@parley/protocol/ids";
import { maxEnvelopeBytesInFlight, maxEnvelopePayloadBytes, maxEnvelopesInFlight } from "@parley/protocol/limits";
import { type Envelope, envelopeSignedBytes, spentOf } from "@parley/protocol/peer/envelope";
import type { PeerStore, PeerTransaction } from "./store.ts";

/** An envelope as it waits on disk: what depends on the moment of sending is not in it. */
const queued = struct({
  id: envelopeId,
  version: uint16,
  /** Our wall clock when it was written: counts its waiting only where a restart has lost the monotonic one. */
  at: mapped(uint48, instant, (t) => t),
  kind: uint16,
  payload: opaque(maxEnvelopePayloadBytes),
});
type Queued = Of<typeof queued>;

/** How long to wait before asking the store again for what it could not do. */
const tryAgainAfter = seconds(1);

export type OutboxOptions = {
  readonly link: LinkId;
  readonly here: PartyId;
  readonly peer: PartyId;
  readonly store: PeerStore;
  readonly clock: Clock;
  readonly sign: (message: Bytes) => Bytes;
  /** Something of ours failed; it is tried again. */
  readonly trouble: (error: ParleyError) => void;
};

export type Outbox = {
  /** Puts an envelope into the caller's transaction. It is sent after the transaction is durable and `wake` was called. */
  readonly put: (tx: PeerTransaction, id: EnvelopeId, version: number, kind: number, payload: Bytes) => void;
  /**
   * A connection is open. Sends from the first envelope that is not durably acknowledged, also when the peer says it has
   * taken it: only so does it notice that we gave a number twice.
   */
  readonly begin: (send: (envelope: Envelope) => void) => void;
  readonly end: () => void;
  readonly wake: () => void;
  /** The peer has taken everything up to `upTo`. False when it says so of what it was never sent. */
  readonly acknowledged: (upTo: number) => boolean;
};

type Sending = {
  readonly send: (envelope: Envelope) => void;
  /** Highest sequence handed to this connection; null before the first was read. */
  cursor: number | null;
  readonly inFlight: { readonly sequence: number; readonly size: number }[];
  bytes: number;
  reading: "no" | "yes" | "andAgain";
};

export function outbox(options: OutboxOptions): Outbox {
  const { link, here, peer, store, clock, sign, trouble } = options;
  /** When envelopes of this process were written, by the monotonic clock. */
  const written = new Map<number, number>();
  let sending: Sending | null = null;
  /** Highest that the peer has acknowledged, whether that is durable here or not, and the writing of it. */
  let heard = 0;
  let keeping: Promise<void> | null = null;
  let waiting: Cancel = () => undefined;

  const envelopeOf = (sequence: number, it: Queued): Envelope => {
    const at = written.get(sequence);
    const spent = spentOf(at === undefined ? between(it.at, clock.now()) : ms(clock.elapsed() - at));
    const { id, version, kind, payload } = it;
    const unsigned = { version, id, link, from: here, to: peer, sequence, spent, kind, payload };
    return { ...unsigned, signature: sign(envelopeSignedBytes(unsigned)) };
  };

  const room = (to: Sending): number =>
    to.bytes >= maxEnvelopeBytesInFlight ? 0 : maxEnvelopesInFlight - to.inFlight.length;

  const sendNext = (to: Sending, batch: readonly { readonly sequence: number; readonly bytes: Bytes }[]): void => {
    for (const { sequence, bytes } of batch) {
      if (sending !== to || room(to) <= 0) return;
      if (sequence !== (to.cursor ?? 0) + 1) throw new Error(`the outbox skips from ${to.cursor} to ${sequence}`);
      to.cursor = sequence;
      to.inFlight.push({ sequence, size: bytes.length });
      to.bytes += bytes.length;
      to.send(envelopeOf(sequence, certain(decode(queued, bytes))));
    }
  };

  const tryAgain = (error: ParleyError): void => {
    trouble(error);
    waiting();
    waiting = clock.wait(tryAgainAfter, () => {
      keep();
      wake();
    });
  };

  const read = async (to: Sending): Promise<void> => {
    // What the last connection heard is written down first, so that the count goes on from there.
    if (to.cursor === null) await keeping;
    while (sending === to && room(to) > 0) {
      to.cursor ??= store.position(link).acknowledged;
      const batch = await store.outbox(link, to.cursor + 1, room(to));
      if (sending !== to) return;
      if (!batch.ok) return tryAgain(batch.error);
      if (batch.value.length === 0) return;
      sendNext(to, batch.value);
    }
  };

  const wake = (): void => {
    const to = sending;
    if (to === null) return;
    if (to.reading !== "no") {
      to.reading = "andAgain";
      return;
    }
    to.reading = "yes";
    void read(to).then(() => {
      const again = to.reading === "andAgain";
      to.reading = "no";
      if (again) wake();
    });
  };

  /** Makes room for what the store knows to be acknowledged. */
  const trim = (upTo: number): void => {
    for (const sequence of written.keys()) {
      if (sequence > upTo) break;
      written.delete(sequence);
    }
    for (
      let first = sending?.inFlight[0];
      first !== undefined && first.sequence <= upTo;
      first = sending?.inFlight[0]
    ) {
      sending?.inFlight.shift();
      if (sending !== null) sending.bytes -= first.size;
    }
    wake();
  };

  /** Writes down what was heard. Only then does it make room, so that what we send again is always recent to the peer. */
  const keep = (): void => {
    if (keeping !== null || heard <= store.position(link).acknowledged) return;
    const upTo = heard;
    keeping = store.acknowledge(link, upTo).then((done) => {
      keeping = null;
      if (!done.ok) return tryAgain(done.error);
      trim(upTo);
      keep();
    });
  };

  return {
    put: (tx, id, version, kind, payload) => {
      const sequence = tx.send(link, encode(queued, { id, version, at: clock.now(), kind, payload }));
      // Written again when a transaction that failed gives its numbers back.
      written.delete(sequence);
      written.set(sequence, clock.elapsed());
    },
    begin: (send) => {
      sending = { send, cursor: null, inFlight: [], bytes: 0, reading: "no" };
      heard = 0;
      wake();
    },
    end: () => {
      sending = null;
      waiting();
    },
    wake,
    acknowledged: (upTo) => {
      if (sending === null) return true;
      if (upTo > (sending.cursor ?? 0)) return false;
      heard = Math.max(heard, upTo);
      keep();
      return true;
    },
  };
}
