// From wire to effect, once: checks each envelope, hands it on one after the other, and acknowledges what is durable.
// Carries [LK2]-[LK5], [LK34]-[LK38]. The acknowledgement is read from the store after the effect was committed, so nothing
// else can promise the peer what a power cut would take back.
import { type Bytes, equal } from "@parley/base/bytes";
import { type Cancel, type Clock, type Ms, ms } from "@parley/base/time";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { LinkId, PartyId } from "@parley/protocol/ids";
import {
  envelopeOverheadBytes,
  maxEnvelopeBytes,
  maxEnvelopeBytesInFlight,
  maxEnvelopesInFlight,
} from "@parley/protocol/limits";
import { type Envelope, envelopeSignedBytes } from "@parley/protocol/peer/envelope";
import type { GoodbyeReason, Versions } from "@parley/protocol/peer/hello";
import type { PeerStore, PeerTransaction, Taken } from "./store.ts";
import { delayBefore } from "./timing.ts";

/** An envelope whose signature, link, parties and place are right, for whoever acts on it. */
export type Arrival = {
  readonly envelope: Envelope;
  /**
   * How old it is: what it waited at the sender and, by our monotonic clock, since it came in here. Its time on the wire
   * is not in it; that is less than `pingEvery` and `pongWithin` together.
   */
  readonly age: () => Ms;
  /** Records it as taken, in the transaction that holds its effect. Only `fresh` may have an effect. */
  readonly take: (tx: PeerTransaction) => Taken;
};

/**
 * Acts on an arrival: resolves once a transaction in which `take` was called is durable. A rejection, or a return without
 * that, is our own failure: the same arrival comes again, later, and nothing behind it comes before.
 */
export type OnArrival = (arrival: Arrival) => Promise<void>;

export type InboxOptions = {
  readonly link: LinkId;
  readonly here: PartyId;
  readonly peer: PartyId;
  readonly versions: Versions;
  readonly store: PeerStore;
  readonly clock: Clock;
  readonly onArrival: OnArrival;
  readonly trouble: (error: ParleyError) => void;
  /** The peer has given one of its sequences twice, so it has gone back in time. */
  readonly wentBack: () => void;
};

/** What the inbox needs of the connection on which envelopes come. */
export type Incoming = {
  readonly verify: (message: Bytes, signature: Bytes) => boolean;
  readonly acknowledge: (upTo: number) => void;
  readonly refuse: (reason: GoodbyeReason, code: ErrorCode, detail: string) => void;
};

export type Inbox = {
  readonly begin: (from: Incoming) => void;
  readonly end: () => void;
  readonly arrived: (envelope: Envelope) => void;
};

type Waiting = { readonly envelope: Envelope; readonly at: Ms; readonly from: Incoming };

const sizeOf = (envelope: Envelope): number => envelope.payload.length + envelopeOverheadBytes;

export function inbox(options: InboxOptions): Inbox {
  const { link, here, peer, versions, store, clock, onArrival, trouble, wentBack } = options;
  let incoming: Incoming | null = null;
  let queue: Waiting[] = [];
  let bytes = 0;
  let working = false;
  let stopWaiting: Cancel = () => undefined;
  let wakeUp: () => void = () => undefined;

  /** Acts until the envelope is durably taken; false when its connection ended first. */
  const act = async (one: Waiting): Promise<boolean> => {
    const { envelope, from } = one;
    for (let attempt = 1; incoming === from; attempt++) {
      const arrival: Arrival = {
        envelope,
        age: () => ms(envelope.spent + clock.elapsed() - one.at),
        take: (tx) => tx.take(link, envelope.sequence, envelope.id),
      };
      try {
        await onArrival(arrival);
      } catch (error) {
        trouble(problem("PEER_EFFECT_FAILED", error instanceof Error ? error.message : "not an error"));
      }
      if (store.position(link).taken >= envelope.sequence) return true;
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
        stopWaiting = clock.wait(delayBefore(attempt + 1, true, 0.999), resolve);
      });
    }
    return false;
  };

  /**
   * Takes one without effect: a repeat, or one in a version that nobody here reads, which would otherwise hold up all behind
   * it for good. False when it may not be acknowledged.
   */
  const takeOnly = async ({ envelope }: Waiting): Promise<boolean> => {
    const { sequence } = envelope;
    // An honest peer sends nothing again that is older than what may be on the way; its id is no longer kept here.
    const tooOld = sequence + maxEnvelopesInFlight <= store.position(link).taken;
    const seen = await store.transaction((tx) => (tooOld ? "reused" : tx.take(link, sequence, envelope.id)));
    if (!seen.ok) trouble(seen.error);
    else if (seen.value === "reused") wentBack();
    return seen.ok && (seen.value === "repeat" || seen.value === "fresh");
  };

  const readable = ({ version, kind }: Envelope): boolean => {
    if (version >= versions.oldest && version <= versions.newest) return true;
    trouble(problem("PEER_VERSION", `an envelope of kind ${kind} in version ${version} has no effect here`));
    return false;
  };

  const refuseUnfit = ({ envelope, from }: Waiting): boolean => {
    const { sequence, signature, ...rest } = envelope;
    const meant = equal(rest.link, link) && equal(rest.from, peer) && equal(rest.to, here);
    const { taken } = store.position(link);
    if (!from.verify(envelopeSignedBytes(envelope), signature)) from.refuse("forged", "PEER_FORGED", "signature");
    else if (!meant) from.refuse("forged", "PEER_FORGED", "signed for another link or party");
    else if (sequence > taken + 1) from.refuse("gap", "PEER_BROKE_RULES", `${sequence} after ${taken}`);
    else return false;
    return true;
  };

  const work = async (): Promise<void> => {
    for (let one = queue[0]; one !== undefined; one = queue[0]) {
      if (incoming === one.from && !refuseUnfit(one)) {
        const again = one.envelope.sequence <= store.position(link).taken;
        if (await (again || !readable(one.envelope) ? takeOnly(one) : act(one)))
          one.from.acknowledge(store.position(link).taken);
      }
      if (queue[0] === one) {
        queue.shift();
        bytes -= sizeOf(one.envelope);
      }
    }
    working = false;
  };

  return {
    begin: (from) => {
      incoming = from;
    },
    end: () => {
      incoming = null;
      queue = [];
      bytes = 0;
      stopWaiting();
      wakeUp();
    },
    arrived: (envelope) => {
      if (incoming === null) return;
      bytes += sizeOf(envelope);
      if (queue.length >= maxEnvelopesInFlight || bytes > maxEnvelopeBytesInFlight + maxEnvelopeBytes) {
        incoming.refuse("flooded", "PEER_BROKE_RULES", "more envelopes on the way than may be");
        return;
      }
      queue.push({ envelope, at: clock.elapsed(), from: incoming });
      if (working) return;
      working = true;
      void work();
    },
  };
}
