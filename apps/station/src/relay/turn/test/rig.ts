// The relay without sockets, for tests: the real core over a clock that tests move, seeded randomness, relayed addresses
// that open at once (or when a test says so), and clients that sign their requests as browsers do.
import type { Random } from "@parley/base/random";
import { type Clock, type Instant, type Ms, instant, minutes, ms } from "@parley/base/time";
import type { Endpoint, Family } from "../address.ts";
import { type AttributeName, attributeType } from "../attributeTypes.ts";
import { data, readText, readUint32, readXorAddress, text, uint32, valueOf, xorAddress } from "../attributes.ts";
import { type ClientRef, type CoreSettings, type Output, createCore } from "../core.ts";
import { turnCredentials } from "../credentials.ts";
import { encodeChannelData } from "../framing.ts";
import { encodeMessage, longTermKey, unsigned } from "../integrity.ts";
import { rangeOf } from "../policy.ts";
import { defaultLimits } from "../settings.ts";
import { type Field, type Message, type Method, decodeMessage } from "../stun.ts";
import { type Credential, channelField, overUdp } from "./client.ts";

export const realm = "parley";
export const secret = "a secret for tests alone";

/** A small fast generator (mulberry32); the same seed gives the same bytes. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      bytes[i] = t ^ (t >>> 14);
    }
    return bytes;
  };
}

export const ownIpv4 = "203.0.113.1";
export const ownIpv6 = "2001:db8::1";

export type RigOptions = Partial<Omit<CoreSettings, "policy">> & {
  readonly allow?: readonly string[];
  /** False: a relayed address opens only when the test calls `openAll`. */
  readonly opensAtOnce?: boolean;
};

export function createRig(options: RigOptions = {}) {
  let elapsed = ms(1_000_000);
  let wall: Instant = instant(1_800_000_000_000);
  const clock: Clock = {
    now: () => wall,
    elapsed: () => elapsed,
    wait: () => {
      throw new Error("the core waits for nothing");
    },
  };
  const { allow = [], opensAtOnce = true, ...settings } = options;
  const core = createCore(
    {
      gate: { realm, secret, admits: () => true },
      bounds: defaultLimits,
      policy: { allowed: allow.map((range) => rangeOf(range) ?? never()), own: new Set([ownIpv4, ownIpv6]) },
      families: new Set<Family>(["ipv4", "ipv6"]),
      listeners: new Set(),
      maxAllocations: defaultLimits.maxAllocations,
      maxAllocationsPerName: defaultLimits.maxAllocationsPerName,
      maxUnprovenAnswers: 1_000_000,
      nonceLifetime: defaultLimits.nonceLifetime,
      ...settings,
    },
    { clock, random: seeded(1) },
  );
  const awaiting: { client: ClientRef; family: Family }[] = [];
  const relays = new Set<string>();
  const closed: string[] = [];
  let ports = 50_000;

  /** Does what the edges would, and gives what went to clients and peers. */
  function settle(outputs: readonly Output[]): readonly Output[] {
    return outputs.flatMap((output) => {
      if (output.type === "closeRelay") {
        relays.delete(output.client.key);
        closed.push(output.client.key);
        return [];
      }
      if (output.type !== "openRelay") return [output];
      awaiting.push(output);
      return opensAtOnce ? openAll() : [];
    });
  }
  function openAll(): readonly Output[] {
    return awaiting.splice(0).flatMap(({ client, family }) => {
      relays.add(client.key);
      const address = family === "ipv4" ? ownIpv4 : ownIpv6;
      return settle(core.relayOpened(client, { family, address, port: ports++ }));
    });
  }
  function failAll(): readonly Output[] {
    return awaiting.splice(0).flatMap(({ client }) => settle(core.relayFailed(client)));
  }
  /** Moves both clocks. */
  function drift(time: Ms): void {
    elapsed = ms(elapsed + time);
    wall = instant(wall + time);
  }
  /** Moves both clocks, and lets the relay notice. */
  function pass(time: Ms): readonly Output[] {
    drift(time);
    return settle(core.tick());
  }
  const credential = (name: string, lifetime: Ms = minutes(10)): Credential =>
    turnCredentials(secret, name, wall, lifetime);
  return { core, clock, settle, openAll, failAll, drift, pass, credential, closed, openSockets: () => relays.size };
}

export type Rig = ReturnType<typeof createRig>;

function never(): never {
  throw new Error("not a range");
}

/** An attribute with just these bytes. */
export const field = (name: AttributeName, ...value: readonly number[]): Field => ({
  type: attributeType[name],
  value: Uint8Array.from(value),
});

/** An answer: its error code or 0; -1 when none came. */
export type Answered = { readonly code: number; readonly message: Message | null; readonly others: readonly Output[] };

let transactions = 0;
export function transaction(): Uint8Array {
  const id = new Uint8Array(12);
  new DataView(id.buffer).setUint32(8, ++transactions);
  return id;
}

export function answerIn(outputs: readonly Output[]): Answered {
  const [first, ...others] = outputs;
  if (first?.type !== "toClient" || first.relayed) return { code: -1, message: null, others: outputs };
  const read = decodeMessage(first.bytes);
  if (!read.ok) throw new Error(`an answer that is none: ${read.error}`);
  const error = valueOf(read.value, "errorCode");
  const code = error === null ? 0 : (error[2] as number) * 100 + (error[3] as number);
  return { code, message: read.value, others };
}

export const peer = (address: string, port = 9): Endpoint => ({
  family: address.includes(":") ? "ipv6" : "ipv4",
  address,
  port,
});

/** One client of the rig, on a 5-tuple of its own. */
export function createPerson(rig: Rig, name: string, port: number, options: { onStream?: boolean } = {}) {
  const client: ClientRef = {
    key: `0 198.51.100.7 ${port}`,
    via: 0,
    source: peer("198.51.100.7", port),
    onStream: options.onStream ?? false,
  };
  let credential = rig.credential(name);
  let nonce: string | null = null;

  function write(method: Method, fields: readonly Field[], id = transaction()): Uint8Array {
    const head = { class: "request", method, transaction: id } as const;
    if (nonce === null) return encodeMessage(head, fields, unsigned);
    const key = longTermKey(credential.username, realm, credential.credential);
    const proof = [text("username", credential.username), text("realm", realm), text("nonce", nonce)];
    return encodeMessage(head, [...fields, ...proof], { key, fingerprint: false });
  }
  /** Gives the relay a frame as sockets do: a Buffer somewhere inside a larger one. */
  function put(frame: Uint8Array): readonly Output[] {
    const larger = Buffer.alloc(frame.length + 8);
    larger.set(frame, 3);
    return rig.settle(rig.core.fromClient(client, larger.subarray(3, 3 + frame.length)));
  }
  function learn(): void {
    const { message } = answerIn(
      put(encodeMessage({ class: "request", method: "refresh", transaction: transaction() }, [], unsigned)),
    );
    const given = message === null ? null : valueOf(message, "nonce");
    nonce = given === null ? null : readText(given, 100);
  }
  function ask(method: Method, ...fields: readonly Field[]): Answered {
    if (nonce === null) learn();
    return answerIn(put(write(method, fields)));
  }
  const withPeers = (method: Method, peers: readonly Endpoint[], ...fields: readonly Field[]): Answered => {
    if (nonce === null) learn();
    const id = transaction();
    return answerIn(
      put(write(method, [...fields, ...peers.map((each) => xorAddress("xorPeerAddress", each, id))], id)),
    );
  };
  return {
    client,
    put,
    write,
    ask,
    learn,
    nonce: () => nonce,
    setNonce(next: string): void {
      nonce = next;
    },
    credential: () => credential,
    use(next: Credential): void {
      credential = next;
    },
    /** The relayed address, or the error's code. */
    allocate(...fields: readonly Field[]): Endpoint | number {
      const { code, message } = ask("allocate", overUdp, ...fields);
      const relayed = message === null ? null : valueOf(message, "xorRelayedAddress");
      return relayed === null || message === null ? code : (readXorAddress(relayed, message.transaction) ?? code);
    },
    /** The lifetime granted in seconds, or minus the error's code. */
    refresh(lifetime?: number): number {
      const { code, message } = ask("refresh", ...(lifetime === undefined ? [] : [uint32("lifetime", lifetime)]));
      const granted = message === null ? null : valueOf(message, "lifetime");
      return granted === null ? -code : (readUint32(granted) ?? -1);
    },
    permit: (...peers: readonly Endpoint[]): number => withPeers("createPermission", peers).code,
    bind: (number: number, ...peers: readonly Endpoint[]): number =>
      withPeers("channelBind", peers, channelField(number)).code,
    send(to: Endpoint, payload: Uint8Array): readonly Output[] {
      const id = transaction();
      const fields = [xorAddress("xorPeerAddress", to, id), data(payload)];
      return put(encodeMessage({ class: "indication", method: "send", transaction: id }, fields, unsigned));
    },
    sendChannel: (number: number, payload: Uint8Array): readonly Output[] =>
      put(encodeChannelData(number, payload, options.onStream ?? false)),
    hear: (from: Endpoint, payload: Uint8Array): readonly Output[] =>
      rig.settle(rig.core.fromPeer(client.key, from, payload)),
    gone: (): readonly Output[] => rig.settle(rig.core.gone(client)),
  };
}

export type Person = ReturnType<typeof createPerson>;
