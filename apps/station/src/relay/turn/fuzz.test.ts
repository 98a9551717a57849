// Mutated traffic against the whole relay without sockets: nothing throws, nothing leaks, tables stay within their bounds,
// and whatever is sent to a peer goes to one that was permitted. Seeded, so that a failure comes again.
import { describe, expect, it } from "vitest";
import { type Random, below } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { ms } from "@parley/base/time";
import { concat } from "@parley/base/bytes";
import { data, uint32, xorAddress } from "./attributes.ts";
import { type Output } from "./core.ts";
import { deframe, encodeChannelData } from "./framing.ts";
import { encodeMessage, unsigned } from "./integrity.ts";
import { defaultLimits } from "./settings.ts";
import { decodeMessage } from "./stun.ts";
import { channelField, overUdp } from "./test/client.ts";
import { type Person, createPerson, createRig, peer, seeded, transaction } from "./test/rig.ts";

const runs = process.env["PARLEY_FULL"] === "1" ? 1_000_000 : 100_000;
const allowed = "8.8.8.8";

/** Bytes bent in one of the ways that break parsers: bits, lengths, cuts, repeats, joins. */
function mutate(random: Random, frame: Uint8Array, other: Uint8Array): Uint8Array {
  const bent = frame.slice();
  const at = (length: number) => below(random, Math.max(1, length));
  switch (below(random, 7)) {
    case 0:
      bent[at(bent.length)] = below(random, 256);
      return bent;
    case 1:
      bent[at(bent.length)] = (bent[at(bent.length)] ?? 0) ^ (1 << below(random, 8));
      return bent;
    case 2:
      return bent.subarray(0, at(bent.length));
    case 3:
      return concat(bent.subarray(0, at(bent.length)), other.subarray(at(other.length)));
    case 4:
      bent.set([0xff, 0xff], Math.min(at(bent.length), Math.max(0, bent.length - 2)));
      return bent;
    case 5:
      return concat(bent, bent.subarray(at(bent.length)));
    default:
      return bent;
  }
}

/** Valid traffic of every kind for one client; signed requests are made anew now and then, since mutation breaks signatures. */
function traffic(random: Random, person: Person): readonly Uint8Array[] {
  const id = transaction();
  const to = peer(allowed, 1 + below(random, 3));
  const peerField = xorAddress("xorPeerAddress", to, id);
  const channel = 0x4000 + below(random, 4);
  return [
    person.write("allocate", [overUdp], id),
    person.write("refresh", below(random, 8) === 0 ? [uint32("lifetime", 0)] : [], id),
    person.write("createPermission", [peerField], id),
    person.write("channelBind", [channelField(channel), peerField], id),
    encodeMessage({ class: "indication", method: "send", transaction: id }, [peerField, data(random(20))], unsigned),
    encodeMessage({ class: "request", method: "binding", transaction: id }, [], { key: null, fingerprint: true }),
    encodeChannelData(channel, random(30), person.client.onStream),
  ];
}

describe("fuzz", () => {
  it(
    `[TN30] ${runs} mutated frames: no throw, bounded tables, and only permitted peers are reached`,
    { timeout: 600_000 },
    () => {
      const random = seeded(20_260_101);
      const bounds = { ...defaultLimits, maxPermissions: 4, maxChannels: 4 };
      const rig = createRig({ bounds, maxAllocations: 8, maxAllocationsPerName: 3 });
      const people = Array.from({ length: 16 }, (_, i) =>
        createPerson(rig, `call:${i % 4}`, i + 1, { onStream: i % 2 === 1 }),
      );
      const reached = new Set<string>();
      let openMost = 0;
      let answers = 0;
      const see = (outputs: readonly Output[]) => {
        for (const output of outputs) {
          if (output.type === "toPeer") reached.add(output.peer.address);
          if (output.type === "toClient" && !output.relayed) answers++;
        }
        openMost = Math.max(openMost, rig.core.counters.open);
      };
      let frames: readonly Uint8Array[] = [];
      let person = people[0] as Person;
      for (let i = 0; i < runs; i++) {
        if (i % 40 === 0) {
          person = people[below(random, people.length)] as Person;
          if (i % 4000 === 0) people.forEach((each) => each.use(rig.credential(`call:${people.indexOf(each) % 4}`)));
          if (i % 400 === 0) person.learn();
          frames = traffic(random, person);
        }
        const frame = frames[below(random, frames.length)] as Uint8Array;
        see(person.put(mutate(random, frame, frames[below(random, frames.length)] as Uint8Array)));
        if (i % 97 === 0) see(person.hear(peer(allowed, below(random, 4)), random(below(random, 40))));
        if (i % 1013 === 0) see(rig.pass(ms(below(random, 30_000))));
        if (i % 5003 === 0) see(person.gone());
      }
      expect([...reached]).toEqual([allowed]);
      expect(openMost).toBe(8);
      expect(rig.openSockets()).toBe(rig.core.counters.open);
      expect(answers).toBeGreaterThan(runs / 50);
      see(rig.pass(defaultLimits.maxLifetime));
      expect([rig.openSockets(), rig.core.counters.open]).toEqual([0, 0]);
    },
  );
  it(
    `[TN30] ${runs / 10} mutated streams: frames that decode or faults, and never more than a frame held`,
    { timeout: 600_000 },
    () => {
      const random = seeded(7);
      const rig = createRig();
      const person = createPerson(rig, "call", 1, { onStream: true });
      person.learn();
      let whole = 0;
      let frames: readonly Uint8Array[] = [];
      for (let i = 0; i < runs / 10; i++) {
        if (i % 50 === 0) frames = traffic(random, person);
        const stream = concat(...frames);
        const bent = below(random, 4) === 0 ? stream : mutate(random, stream, stream);
        let rest: Uint8Array = new Uint8Array(0);
        for (let at = 0; at < bent.length;) {
          const length = 1 + below(random, 200);
          const cut = deframe(rest, bent.subarray(at, at + length));
          if (!cut.ok) break;
          ({ rest } = cut.value);
          for (const frame of cut.value.frames) {
            if (frame[0] === 0 && decodeMessage(frame).ok) whole++;
            person.put(frame);
          }
          at += length;
        }
        if (bent === stream) expect(certain(deframe(new Uint8Array(0), stream)).frames).toHaveLength(frames.length);
      }
      expect(whole).toBeGreaterThan(runs / 10);
    },
  );
});
