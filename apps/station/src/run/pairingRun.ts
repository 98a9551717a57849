// Runs the duty of pairing: keeps pairings sealed on disk, carries their messages over pairing connections, and turns a
// finished one into a link. A connection that breaks is made again by the importing side for as long as the pairing waits.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, certain, fail, ok } from "@parley/base/result";
import { type Cancel, type Clock, minutes, ms, seconds } from "@parley/base/time";
import { waitUntil } from "@parley/base/waitUntil";
import { ownRecord } from "@parley/ledger/record";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type LinkId, type PartyId, idText } from "@parley/protocol/ids";
import type { PairingEffect } from "@parley/protocol/pairing/event";
import { encodeAsk, rekeyDoor } from "@parley/protocol/pairing/ask";
import type { Offer, OfferId } from "@parley/protocol/pairing/offer";
import type { Means } from "@parley/protocol/pairing/event";
import type { StationAddress } from "@parley/protocol/signed/fields";
import type { Bundle, Pin } from "@parley/protocol/signed/pin";
import { equal } from "@parley/base/bytes";
import {
  type LinkHeld,
  type PairingCommand,
  type Pairings,
  decide,
  decodePairing,
  encodePairing,
  holdsKey,
  isLive,
  isWaiting,
  nextDeadline,
  noPairings,
  provenBy,
} from "../duty/pairing/pairing.ts";
import { encodePairingEvent } from "../duty/pairing/events.ts";
import type { Address, Standing } from "../peer/net.ts";
import type { PairChannel } from "../peer/pairChannel.ts";
import type { Store, Transaction } from "../store/port.ts";
import { openSecret, sealSecret } from "./secrets.ts";
import type { After, Writer } from "./writer.ts";

export const pairingKind = "pairing";
/** The documents of pairings that wait or are under way. */
export const pairingDocKind = "pairing";

export type PairingRun = {
  readonly state: () => Pairings;
  readonly command: (command: PairingCommand) => Promise<Result<{ offer: OfferId; text: string } | null, ParleyError>>;
  /** A station that knows a live offer of ours has called. */
  readonly opened: (channel: PairChannel) => void;
  readonly anyLive: () => boolean;
  readonly live: (offer: Bytes) => boolean;
  readonly holdKey: () => boolean;
  /** What to do once the far station has shown that it holds this link; null where that proves no pairing of ours ([PR15]). */
  readonly provenBy: (held: LinkHeld) => (() => void) | null;
  /** Begins what a restart interrupted. */
  readonly start: () => void;
  readonly stop: () => void;
};

export type PairingRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealingKey: Bytes;
  readonly means: () => Means;
  readonly bundle: () => Bundle | null;
  readonly dial: (
    address: Address,
    offer: Bytes,
    standing: (key: Bytes) => Standing,
  ) => Promise<Result<PairChannel, ParleyError>>;
  /** Both people pressed "They match": inside the same transaction, the link comes to be. */
  readonly onPaired: (tx: Transaction, after: After, link: LinkId, secret: Bytes, peer: Pin) => void;
  /** Both stations have keyed the link with this party again: inside the same transaction, it is this one from now on. */
  readonly onRekeyed: (tx: Transaction, after: After, link: LinkId, secret: Bytes, peer: Pin) => void;
  /** The words of a link that was keyed again differ: its secret is not used again. */
  readonly onDistrusted: (tx: Transaction, after: After, link: LinkId) => void;
  /** Parties that may come to the door and ask to key their link again, and where their own doors are. */
  readonly linked: () => readonly { readonly party: PartyId; readonly stations: readonly StationAddress[] }[];
  /** Whether the far station holds this link too, as it shows by connecting on it. */
  readonly connected: (link: LinkId) => boolean;
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

/** Between tries to reach the offering station. */
const redialAfter = seconds(2);
/** The same when we are done and the other side may not be. */
const remindAfter = minutes(1);
/** Between tries to bring an ask to the other party's door. */
const askAgainAfter = seconds(15);

export async function runPairing(options: PairingRunOptions): Promise<PairingRun> {
  const { store, writer, clock } = options;
  const channels = new Map<IdText, PairChannel>();
  const dialling = new Set<IdText>();
  const asking = new Set<IdText>();
  let pairings: Pairings = noPairings;
  let timer: Cancel = () => undefined;
  let stopped = false;

  for (const { key, bytes } of certain(await store.docs(pairingDocKind))) {
    const plain = openSecret(bytes, key, options.sealingKey);
    const it = plain === null ? fail(problem("SECRET_UNREADABLE", key)) : decodePairing(plain);
    if (it.ok) pairings = new Map(pairings).set(key, it.value);
    else options.report(it.error);
  }

  const command = (it: PairingCommand) =>
    writer.write((tx, after) => {
      const decision = decide(pairings, it, { ...options.means(), bundle: options.bundle() }, clock.now());
      if (!decision.ok) return decision;
      const { events, effects, reply } = decision.value;
      for (const [key, value] of decision.value.pairings) {
        if (pairings.get(key) !== value) {
          tx.put(pairingDocKind, key, sealSecret(encodePairing(value), key, options.sealingKey, options.random));
        }
      }
      for (const key of pairings.keys()) if (!decision.value.pairings.has(key)) tx.remove(pairingDocKind, key);
      pairings = decision.value.pairings;
      for (const event of events)
        tx.append(pairingKind, ownRecord(pairingKind, clock.now(), encodePairingEvent(event)));
      for (const { offer, effect } of effects) carry(tx, after, offer, effect);
      after(() => {
        watchTime();
        askAll();
        options.onChange();
      });
      return ok(reply);
    });

  const carry = (
    tx: Transaction,
    after: After,
    offer: OfferId,
    effect: Exclude<PairingEffect, { type: "refused" }>,
  ): void => {
    switch (effect.type) {
      case "dial":
        return after(() => void reach(offer, effect.stations, effect.stationKey));
      case "send":
        return after(() => void channels.get(idText(offer))?.send(effect.bytes));
      case "paired":
        return options.onPaired(tx, after, effect.link, effect.secret, effect.peer);
      case "rekeyed":
        return options.onRekeyed(tx, after, effect.link, effect.secret, effect.peer);
      case "compared":
        if (effect.words === "differ") options.onDistrusted(tx, after, effect.link);
        return;
      case "recorded":
        return;
      case "ended":
        return after(() => options.report(problem(effect.why, effect.detail)));
    }
    return effect satisfies never;
  };

  /**
   * Whether the offering station is to be called. Also when we are done and nothing shows that it is: its last word from us
   * may be lost, and it has no way to call ([PR15]).
   */
  const isDue = (offer: OfferId): boolean => {
    const it = pairings.get(idText(offer));
    if (it?.type === "wordsDue" || it?.type === "rekeyed") return false;
    if (it?.type !== "active") return isWaiting(pairings, offer);
    return it.agreed.side === "answering" && !options.connected(it.agreed.link);
  };

  /** Calls the offering station until it answers or the pairing no longer waits. */
  const reach = async (offer: OfferId, stations: readonly StationAddress[], key: Bytes): Promise<void> => {
    const name = idText(offer);
    if (dialling.has(name) || channels.has(name) || stopped || !isDue(offer)) return;
    dialling.add(name);
    for (const address of stations) {
      const standing = (shown: Bytes): Standing => (equal(shown, key) ? "stranger" : "refused");
      const channel = await options.dial(address, offer, standing);
      if (channel.ok) {
        dialling.delete(name);
        return attach(channel.value, () => void reach(offer, stations, key));
      }
      options.report(channel.error);
    }
    dialling.delete(name);
    clock.wait(isWaiting(pairings, offer) ? redialAfter : remindAfter, () => void reach(offer, stations, key));
  };

  const attach = (channel: PairChannel, again: () => void): void => {
    const offer = channel.offer as OfferId;
    const name = idText(offer);
    channels.get(name)?.close();
    channels.set(name, channel);
    channel.start({
      message: (bytes) => {
        void command({ type: "message", bytes }).then((taken) => (taken.ok ? undefined : options.report(taken.error)));
      },
      closed: () => {
        if (channels.get(name) === channel) channels.delete(name);
        if (isDue(offer)) clock.wait(isWaiting(pairings, offer) ? redialAfter : remindAfter, again);
      },
    });
    void command({ type: "connected", offer });
  };

  /** Brings an offer of ours to key a link again to the other party's door, until its station has taken it up or it is over. */
  const askAt = async (offer: OfferId): Promise<void> => {
    const name = idText(offer);
    const due = (): Extract<Offer, { type: "rekey" }> | null => {
      const it = pairings.get(name);
      return it?.type === "offered" && it.offer.type === "rekey" && !stopped ? it.offer : null;
    };
    const asked = due();
    const ours = options.bundle();
    if (asked === null || ours === null || asking.has(name)) return;
    asking.add(name);
    const door = rekeyDoor(asked.with, options.means().party);
    const there = options.linked().find(({ party }) => equal(party, asked.with));
    for (const address of there?.stations ?? []) {
      // Whoever answers learns who asks and nothing else; the exchange itself is proven from both roots up.
      const channel = await options.dial(address, door, () => "stranger");
      if (!channel.ok) {
        options.report(channel.error);
        continue;
      }
      channel.value.start({ message: () => undefined, closed: () => undefined });
      channel.value.send(encodeAsk(asked, ours, options.means().signer));
      clock.wait(seconds(10), () => channel.value.close());
      break;
    }
    clock.wait(askAgainAfter, () => {
      asking.delete(name);
      void askAt(offer);
    });
  };

  /** A linked party's station is at our door. */
  const answerDoor = (channel: PairChannel): void => {
    channel.start({
      message: (bytes) => {
        void command({ type: "message", bytes }).then((taken) => {
          if (!taken.ok) options.report(taken.error);
          channel.close();
        });
      },
      closed: () => undefined,
    });
  };

  const askAll = (): void => {
    for (const it of pairings.values()) if (it.type === "offered" && it.offer.type === "rekey") void askAt(it.offer.id);
  };

  const isDoor = (name: Bytes): boolean => {
    const here = options.bundle()?.lineage.at(-1)?.body.party;
    return here !== undefined && options.linked().some(({ party }) => equal(rekeyDoor(here, party), name));
  };

  const watchTime = (): void => {
    timer();
    const next = nextDeadline(pairings);
    if (next === null || stopped) return;
    timer = waitUntil(clock, next, () => void command({ type: "tick" }));
  };

  return {
    state: () => pairings,
    command,
    opened: (channel) => (isDoor(channel.offer) ? answerDoor(channel) : attach(channel, () => undefined)),
    anyLive: () =>
      options.linked().length > 0 || [...pairings.values()].some(({ offer }) => isLive(pairings, offer.id)),
    live: (offer) => isDoor(offer) || isLive(pairings, offer),
    holdKey: () => holdsKey(pairings),
    provenBy: (held) => {
      const offer = provenBy(pairings, held);
      return offer === null ? null : () => void command({ type: "proven", offer });
    },
    start: () => {
      watchTime();
      askAll();
      for (const it of pairings.values()) {
        // Also when it is active here: the other side may wait for our word, and only we can dial ([PR15]).
        const dials = it.type === "asked" || ("agreed" in it && it.agreed.side === "answering" && isDue(it.offer.id));
        const { id, stations, stationKey } = it.offer;
        if (dials) clock.wait(it.type === "active" ? remindAfter : ms(0), () => void reach(id, stations, stationKey));
      }
    },
    stop: () => {
      stopped = true;
      timer();
      for (const channel of channels.values()) channel.close();
    },
  };
}
