// The whole relay without its sockets: frames from clients and datagrams from peers in, things to send and relays to open
// out. It decodes, authenticates, finds the client's state, lets allocation.ts step it, and keeps the tables bounded.
// A packet for another relayed address of ours is handed over here and never reaches the kernel (see policy.ts).
import type { Random } from "@parley/base/random";
import { type Clock, type Ms, ms } from "@parley/base/time";
import { type Endpoint, type EndpointKey, type Family, endpointKey } from "./address.ts";
import { step } from "./allocation.ts";
import { refuse, succeed } from "./answers.ts";
import { text, unknownAttributes, unknownIn, xorAddress } from "./attributes.ts";
import { type Gate, authenticate } from "./authenticate.ts";
import {
  type Asked,
  type Bounds,
  type Client,
  type DropReason,
  type Effect,
  type Event,
  type Known,
} from "./client.ts";
import { type Site, idle } from "./client.ts";
import { newCounters } from "./counters.ts";
import { decodeChannelData, kindOf } from "./framing.ts";
import { encodeNonce } from "./nonce.ts";
import { type Policy, decideReach } from "./policy.ts";
import { type Message, decodeMessage } from "./stun.ts";

/** A client as its edge knows it: `key` names its 5-tuple, `via` the door it came through. */
export type ClientRef = {
  readonly key: string;
  readonly via: number;
  readonly source: Endpoint;
  readonly onStream: boolean;
};

export type Output =
  | { readonly type: "toClient"; readonly client: ClientRef; readonly bytes: Uint8Array; readonly relayed: boolean }
  | { readonly type: "toPeer"; readonly client: ClientRef; readonly peer: Endpoint; readonly data: Uint8Array }
  | { readonly type: "openRelay"; readonly client: ClientRef; readonly family: Family }
  | { readonly type: "closeRelay"; readonly client: ClientRef };

export type CoreSettings = {
  readonly gate: Omit<Gate, "nonceKey">;
  readonly bounds: Bounds;
  readonly policy: Policy;
  readonly families: ReadonlySet<Family>;
  /** Where this relay itself listens: never a peer. */
  readonly listeners: ReadonlySet<EndpointKey>;
  readonly maxAllocations: number;
  readonly maxAllocationsPerName: number;
  /** Answers a second to one address that has not proved anything. */
  readonly maxUnprovenAnswers: number;
  readonly nonceLifetime: Ms;
};

type Slot = { readonly client: ClientRef; readonly site: Site; state: Client };

/** Addresses whose unproven answers are counted within one second; beyond that nobody unknown is answered. Chosen. */
const maxCountedAddresses = 10_000;

export function createCore(settings: CoreSettings, deps: { readonly clock: Clock; readonly random: Random }) {
  const { clock } = deps;
  const gate: Gate = { ...settings.gate, nonceKey: deps.random(32) };
  const slots = new Map<string, Slot>();
  const relays = new Map<EndpointKey, Slot>();
  const names = new Map<string, number>();
  const unproven = new Map<string, number>();
  const counters = newCounters();

  const dropped = (why: DropReason): readonly Output[] => {
    counters.dropped[why] = (counters.dropped[why] ?? 0) + 1;
    return [];
  };

  const room: Site["room"] = (name) => {
    if (slots.size >= settings.maxAllocations) return "relay full";
    return (names.get(name) ?? 0) >= settings.maxAllocationsPerName ? "name full" : "yes";
  };
  const reach: Site["reach"] = (address) => decideReach(settings.policy, address);
  const { bounds, families } = settings;
  const slotFor = (client: ClientRef): Slot =>
    slots.get(client.key) ?? {
      client,
      site: { bounds, families, room, reach, source: client.source, onStream: client.onStream },
      state: idle,
    };

  function forget(slot: Slot, was: Exclude<Client, { at: "idle" }>) {
    slots.delete(slot.client.key);
    const left = (names.get(was.name) ?? 0) - 1;
    if (left > 0) names.set(was.name, left);
    else names.delete(was.name);
    if (was.at === "allocated") relays.delete(endpointKey(was.relayed.address, was.relayed.port));
  }

  function remember(slot: Slot, next: Exclude<Client, { at: "idle" }>) {
    slots.set(slot.client.key, slot);
    names.set(next.name, (names.get(next.name) ?? 0) + 1);
    if (next.at === "allocated") relays.set(endpointKey(next.relayed.address, next.relayed.port), slot);
  }

  /** Brings the tables in line with a client's new state. */
  function settle(slot: Slot, next: Client) {
    const was = slot.state;
    slot.state = next;
    if (was.at === next.at) return;
    if (was.at !== "idle") forget(slot, was);
    if (next.at !== "idle") remember(slot, next);
    if (next.at === "allocated") counters.opened++;
    counters.open = relays.size;
  }

  function apply(slot: Slot, event: Event, now: Ms): readonly Output[] {
    const [next, effects] = step(slot.state, event, now, slot.site);
    const sender = slot.state;
    if (next !== sender) settle(slot, next);
    const only = effects[0];
    if (only !== undefined && effects.length === 1) return carry(slot, sender, only, now);
    return effects.flatMap((effect) => carry(slot, sender, effect, now));
  }

  function carry(slot: Slot, sender: Client, effect: Effect, now: Ms): readonly Output[] {
    const { client } = slot;
    switch (effect.type) {
      case "answer":
        if (effect.error !== null) counters.refused[effect.error] = (counters.refused[effect.error] ?? 0) + 1;
        return [{ type: "toClient", client, bytes: effect.bytes, relayed: false }];
      case "toClient":
        counters.down.packets++;
        counters.down.bytes += effect.size;
        return [{ type: "toClient", client, bytes: effect.bytes, relayed: true }];
      case "toPeer":
        return route(slot, sender, effect, now);
      case "openRelay":
        return [{ type: "openRelay", client, family: effect.family }];
      case "closeRelay":
        return [{ type: "closeRelay", client }];
      case "drop":
        return dropped(effect.why);
      default:
        return effect satisfies never;
    }
  }

  function route(slot: Slot, sender: Client, effect: Extract<Effect, { type: "toPeer" }>, now: Ms): readonly Output[] {
    const { peer, data } = effect;
    const key = endpointKey(peer.address, peer.port);
    const own = relays.get(key);
    if (own === undefined && effect.reach === "ownRelay") return dropped("no such relay");
    if (settings.listeners.has(key)) return dropped("own listener");
    counters.up.packets++;
    counters.up.bytes += data.length;
    if (own === undefined) return [{ type: "toPeer", client: slot.client, peer, data }];
    return sender.at === "allocated" ? apply(own, { type: "peerData", from: sender.relayed, data }, now) : [];
  }

  /** False when that address has had its answers for this second; a made-up source gets no more than that sent to it. */
  function mayAnswer(address: string): boolean {
    const count = unproven.get(address) ?? 0;
    if (count >= settings.maxUnprovenAnswers || (count === 0 && unproven.size >= maxCountedAddresses)) return false;
    unproven.set(address, count + 1);
    return true;
  }

  function answerUnproven(slot: Slot, effects: readonly Effect[], now: Ms): readonly Output[] {
    if (!mayAnswer(slot.client.source.address)) return dropped("rate");
    return effects.flatMap((effect) => carry(slot, slot.state, effect, now));
  }

  function fromRequest(client: ClientRef, message: Known, now: Ms): readonly Output[] {
    const slot = slotFor(client);
    const open: Asked = { message, key: null };
    if (message.method === "binding") {
      const unknown = unknownIn(message);
      const mapped = xorAddress("xorMappedAddress", client.source, message.transaction);
      const answer = unknown.length > 0 ? refuse(open, 420, unknownAttributes(unknown)) : succeed(open, [mapped]);
      return answerUnproven(slot, answer, now);
    }
    const held = slot.state.at === "idle" ? null : slot.state.username;
    const verdict = authenticate(message, gate, { client: client.key, wall: clock.now(), now, held });
    if (verdict.type === "known") return apply(slot, { type: "request", message, holder: verdict.holder }, now);
    const asked: Asked = { message, key: verdict.key };
    if (verdict.code === 400) return answerUnproven(slot, refuse(asked, 400), now);
    const nonce = encodeNonce(gate.nonceKey, client.key, ms(now + settings.nonceLifetime));
    return answerUnproven(slot, refuse(asked, verdict.code, text("realm", gate.realm), text("nonce", nonce)), now);
  }

  function fromMessage(client: ClientRef, message: Message, now: Ms): readonly Output[] {
    const { method } = message;
    if (message.class === "request" && method !== null && method !== "send" && method !== "data")
      return fromRequest(client, { ...message, method }, now);
    if (message.class !== "indication" || method !== "send") return dropped("unanswerable");
    const slot = slots.get(client.key);
    return slot === undefined ? dropped("no allocation") : apply(slot, { type: "send", message }, now);
  }

  return {
    counters,
    /** Counts something that an edge could not pass on. */
    dropped,
    /** True while that client has, or waits for, an allocation. */
    holds: (key: string): boolean => slots.has(key),
    fromClient(client: ClientRef, frame: Uint8Array): readonly Output[] {
      const now = clock.elapsed();
      const kind = frame.length === 0 ? "other" : kindOf(frame[0] as number);
      if (kind === "channelData") {
        const channelData = decodeChannelData(frame);
        if (channelData === null) return dropped("malformed");
        const slot = slots.get(client.key);
        if (slot === undefined) return dropped("no allocation");
        return apply(slot, { type: "channelData", ...channelData }, now);
      }
      if (kind === "other") return dropped("malformed");
      const message = decodeMessage(frame);
      return message.ok ? fromMessage(client, message.value, now) : dropped("malformed");
    },
    /** A datagram from `from` at the relayed address of the client with that key. */
    fromPeer(key: string, from: Endpoint, data: Uint8Array): readonly Output[] {
      const slot = slots.get(key);
      return slot === undefined
        ? dropped("no allocation")
        : apply(slot, { type: "peerData", from, data }, clock.elapsed());
    },
    relayOpened(client: ClientRef, relayed: Endpoint): readonly Output[] {
      return apply(slotFor(client), { type: "relayOpened", relayed }, clock.elapsed());
    },
    relayFailed(client: ClientRef): readonly Output[] {
      return apply(slotFor(client), { type: "relayFailed" }, clock.elapsed());
    },
    /** The client's connection closed. */
    gone(client: ClientRef): readonly Output[] {
      return apply(slotFor(client), { type: "gone" }, clock.elapsed());
    },
    /** Ends every allocation whose name is meant. */
    evict(meant: (name: string) => boolean): readonly Output[] {
      const now = clock.elapsed();
      return [...slots.values()].flatMap((slot) => {
        if (slot.state.at === "idle" || !meant(slot.state.name)) return [];
        counters.evicted++;
        return apply(slot, { type: "gone" }, now);
      });
    },
    /** Lets a second pass. */
    tick(): readonly Output[] {
      const now = clock.elapsed();
      unproven.clear();
      return [...slots.values()].flatMap((slot) => apply(slot, { type: "tick" }, now));
    },
  };
}

export type Core = ReturnType<typeof createCore>;
