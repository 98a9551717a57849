// What the tests of the record have in common: entries read back from a ledger, a wire run dry, a call made.
import { type Bytes, hex, utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { openCall } from "@parley/call/state";
import { type Entry, decodeEntry, differsKind } from "@parley/ledger/entry";
import { type JointEntry } from "@parley/ledger/record";
import { type IdText } from "@parley/protocol/ids";
import { type Half, linkText, twoStations } from "./twoStations.ts";

/** mulberry32. */
export function randomOf(seed: number): (length: number) => Bytes {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  return (length) => Uint8Array.from({ length }, () => next() & 0xff);
}

export const deskOf = (half: Half, n = 0): IdText => half.plan.desks[n]?.terminal ?? "";

export async function entriesOf(half: Half): Promise<readonly Entry[]> {
  const events = certain(await (half.life?.store.events(0, 100_000) ?? Promise.reject(new Error("down"))));
  return events.map(({ bytes }) => certain(decodeEntry(bytes)));
}

export const jointOf = (entries: readonly Entry[], kind: string): readonly JointEntry[] =>
  entries.filter((one): one is JointEntry => one.type === "joint" && one.kind === kind);
export const differingOf = (entries: readonly Entry[]) => entries.filter((one) => one.kind === differsKind);
export const inBoth = (one: JointEntry) => [
  hex(one.body),
  one.signatures.map(({ party, key, signature }) => hex(party) + hex(key) + hex(signature)),
];

/** Carries everything until nobody has anything to say. */
export async function settle(...halves: readonly [Half, Half]): Promise<void> {
  const [a, b] = halves;
  for (let busy = true; busy;) {
    busy = false;
    for (const [to, from] of [
      [a, b],
      [b, a],
    ] as const) {
      if (to.life === null) await to.boot();
      if (from.life === null) await from.boot();
      while (await to.take(from, true)) busy = true;
    }
  }
}

export const exportedIn = (call: IdText): Bytes => utf8(call.padEnd(32, "x")).slice(0, 32);

export async function callAndAnswer(a: Half, b: Half, exports = true): Promise<IdText> {
  await a.say(deskOf(a), { type: "place", link: linkText });
  await settle(a, b);
  const call = openCall(b.line()) ?? "";
  await b.say(deskOf(b), { type: "rang", call });
  await settle(a, b);
  await b.say(deskOf(b), { type: "answer", call });
  await settle(a, b);
  for (const half of [a, b]) {
    if (exports) await half.exported(deskOf(half), call, exportedIn(call));
    await half.say(deskOf(half), { type: "up", call });
    await half.say(deskOf(half), { type: "epoch", call, epoch: 3 });
  }
  return call;
}

export const begin = async (seed = 1, options: Parameters<typeof twoStations>[1] = {}) => {
  const world = twoStations(randomOf(seed), options);
  await world.a.boot();
  await world.b.boot();
  return world;
};

export const generations = (half: Half) => half.life?.links.generations(linkText).map(({ n }) => n);
