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

/** How long to wait before reading again what the store could not give. */
const readAgainAfter = seconds(1);

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
  /** A connection is open on which the peer has taken everything up to `taken`. */
  readonly begin: (taken: number, send: (envelope: Envelope) => void) => void;
  readonly end: () => void;
  readonly wake: () => void;
  /** The peer has taken everything up to `upTo`. False when it says so of what it was never sent. */
  readonly acknowledged: (upTo: number) => boolean;
};

type Sending = {
  readonly send: (envelope: Envelope) => void;
  /** Highest sequence handed to this connection. */
  cursor: number;
  readonly inFlight: { readonly sequence: number; readonly size: number }[];
  bytes: number;
  reading: "no" | "yes" | "andAgain";
};

export function outbox(options: OutboxOptions): Outbox {
  const { link, here, peer, store, clock, sign, trouble } = options;
  /** When envelopes of this process were written, by the monotonic clock. */
  const written = new Map<number, number>();
  let sending: Sending | null = null;
  let acknowledging = Promise.resolve();
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
      if (sequence !== to.cursor + 1) throw new Error(`the outbox skips from ${to.cursor} to ${sequence}`);
      to.cursor = sequence;
      to.inFlight.push({ sequence, size: bytes.length });
      to.bytes += bytes.length;
      to.send(envelopeOf(sequence, certain(decode(queued, bytes))));
    }
  };

  const read = async (to: Sending): Promise<void> => {
    await acknowledging;
    while (sending === to && room(to) > 0) {
      const batch = await store.outbox(link, to.cursor + 1, room(to));
      if (sending !== to) return;
      if (!batch.ok) {
        trouble(batch.error);
        waiting = clock.wait(readAgainAfter, wake);
        return;
      }
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

  const keep = (upTo: number): void => {
    acknowledging = acknowledging
      .then(() => (upTo > store.position(link).acknowledged ? store.acknowledge(link, upTo) : null))
      .then((done) => {
        if (done !== null && !done.ok) trouble(done.error);
      });
    for (const sequence of written.keys()) {
      if (sequence > upTo) break;
      written.delete(sequence);
    }
  };

  return {
    put: (tx, id, version, kind, payload) => {
      const sequence = tx.send(link, encode(queued, { id, version, at: clock.now(), kind, payload }));
      // Written again when a transaction that failed gives its numbers back.
      written.delete(sequence);
      written.set(sequence, clock.elapsed());
    },
    begin: (taken, send) => {
      sending = { send, cursor: taken, inFlight: [], bytes: 0, reading: "no" };
      keep(taken);
      wake();
    },
    end: () => {
      sending = null;
      waiting();
    },
    wake,
    acknowledged: (upTo) => {
      if (sending === null) return true;
      if (upTo > sending.cursor) return false;
      let first = sending.inFlight[0];
      if (first === undefined || upTo < first.sequence) return true;
      while (first !== undefined && first.sequence <= upTo) {
        sending.inFlight.shift();
        sending.bytes -= first.size;
        first = sending.inFlight[0];
      }
      keep(upTo);
      wake();
      return true;
    },
  };
}
