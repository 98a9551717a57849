// The short conversation in which a link is made, before there is one: a live offer's id first, then a bounded number of
// bounded messages, within a bounded time. Carries [LK18], [LK19]. What the messages say is the pairing duty's affair.
import type { Bytes } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type Clock, minutes } from "@parley/base/time";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import { maxPairingMessageBytes, maxPairingMessages } from "@parley/protocol/limits";
import { type Versions, commonVersion, pairingOpening } from "@parley/protocol/peer/hello";
import type { Address, PeerConnection, PeerNet, Standing } from "./net.ts";

/** From the first message to the last; people compare words in between. */
const pairWithin = minutes(15);

export type PairChannel = {
  readonly offer: Bytes;
  /** The Ed25519 key that the far end's TLS certificate holds; the pairing's own signatures say whose it is. */
  readonly key: Bytes;
  /** Names this TLS session, for the transcript; see `PeerConnection.binding`. */
  readonly binding: Bytes;
  readonly remote: string;
  /** Begins delivery; messages that came before wait. `closed` comes last and once, also after our own `close`. */
  readonly start: (events: {
    readonly message: (bytes: Bytes) => void;
    readonly closed: (code: ErrorCode) => void;
  }) => void;
  /** False when nothing more may be sent: too large, too many, or closed. */
  readonly send: (message: Bytes) => boolean;
  readonly close: () => void;
};

type Listener = Parameters<PairChannel["start"]>[0];

type Core = {
  readonly channel: PairChannel;
  readonly message: (bytes: Bytes) => void;
  readonly closed: (code: ErrorCode) => void;
};

/** A channel over a started connection, whose messages after the opening are passed in. */
function channelOn(connection: PeerConnection, offer: Bytes, clock: Clock): Core {
  let listener: Listener | null = null;
  let held: Bytes[] = [];
  let received = 0;
  let sent = 0;
  let end: ErrorCode | null = null;
  const closed = (code: ErrorCode): void => {
    if (end !== null) return;
    end = code;
    stop();
    listener?.closed(code);
  };
  const stop = clock.wait(pairWithin, () => {
    connection.close("reset");
    closed("PEER_TIMED_OUT");
  });
  return {
    closed,
    message: (bytes) => {
      if (end !== null) return;
      if (++received > maxPairingMessages || bytes.length > maxPairingMessageBytes) {
        connection.close("reset");
        closed("PEER_BROKE_RULES");
      } else if (listener === null) held.push(bytes);
      else listener.message(bytes);
    },
    channel: {
      offer,
      key: connection.key,
      binding: connection.binding,
      remote: connection.remote,
      start: (events) => {
        listener = events;
        for (const bytes of held) events.message(bytes);
        held = [];
        if (end !== null) events.closed(end);
      },
      send: (message) => {
        if (end !== null || message.length > maxPairingMessageBytes || ++sent > maxPairingMessages) return false;
        connection.send(message);
        return true;
      },
      close: () => {
        connection.close("flush");
        closed("PEER_CLOSED");
      },
    },
  };
}

/**
 * Takes an unknown caller who comes to pair: waits for the opening, asks `live` whether its offer is, and only then hands
 * the channel over.
 */
export function answerPairing(
  connection: PeerConnection,
  versions: Versions,
  clock: Clock,
  live: (offer: Bytes) => boolean,
  opened: (channel: PairChannel) => void,
): void {
  let core: Core | null = null;
  connection.start({
    message: (bytes) => {
      if (core !== null) return core.message(bytes);
      const opening = decode(pairingOpening, bytes);
      if (!opening.ok || commonVersion(versions, opening.value) === null || !live(opening.value.offer))
        return connection.close("reset");
      connection.admit();
      core = channelOn(connection, opening.value.offer, clock);
      opened(core.channel);
    },
    closed: (code) => core?.closed(code),
  });
}

/** Calls the station that made `offer`. `standing` may refuse its key, as when the offer names another. */
export function dialPairing(
  net: PeerNet,
  address: Address,
  offer: Bytes,
  versions: Versions,
  clock: Clock,
  standing: (key: Bytes) => Standing,
): Promise<Result<PairChannel, ParleyError>> {
  return new Promise((resolve) => {
    net.dial(address, "pair", standing, (outcome) => {
      if (!outcome.ok) return resolve(fail(outcome.error));
      const connection = outcome.value;
      const core = channelOn(connection, offer, clock);
      connection.start({ message: core.message, closed: core.closed });
      connection.send(encode(pairingOpening, { ...versions, offer }));
      resolve(ok(core.channel));
    });
  });
}
