import { describe, expect, it } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { seconds } from "@parley/base/time";
import { endpointKey } from "./address.ts";
import { readXorAddress, valueOf } from "./attributes.ts";
import { decodeChannelData } from "./framing.ts";
import { encodeMessage, unsigned } from "./integrity.ts";
import type { Field } from "./stun.ts";
import { overUdp } from "./test/client.ts";
import { type Rig, answerIn, createPerson, createRig, ownIpv4, peer, transaction } from "./test/rig.ts";

function relayed(rig: Rig, name: string, port: number) {
  const person = createPerson(rig, name, port);
  const address = person.allocate();
  return typeof address === "number" ? expect.fail(String(address)) : { person, address };
}

describe("from relay to relay", () => {
  it("[TN22] data passes inside, between clients that permit each other, though the address is reserved", () => {
    const rig = createRig();
    const [one, two] = [relayed(rig, "call:one", 1), relayed(rig, "call:two", 2)];
    expect(one.person.bind(0x4000, two.address)).toBe(0);
    expect(one.person.sendChannel(0x4000, utf8("early"))).toEqual([]);
    expect(two.person.bind(0x4001, one.address)).toBe(0);
    const [output, ...more] = one.person.sendChannel(0x4000, utf8("picture"));
    expect(more).toEqual([]);
    if (output?.type !== "toClient") return expect.fail("not to the other client");
    expect(output.client.key).toBe(two.person.client.key);
    const frame = decodeChannelData(output.bytes);
    expect([frame?.number, [...(frame?.data ?? [])]]).toEqual([0x4001, [...utf8("picture")]]);
    expect([rig.core.counters.up, rig.core.counters.down]).toEqual([
      { packets: 2, bytes: 12 },
      { packets: 1, bytes: 7 },
    ]);
  });
  it("[TN22] an own address opens no port but that of a live relay", () => {
    const rig = createRig();
    const [one, two] = [relayed(rig, "call:one", 1), relayed(rig, "call:two", 2)];
    one.person.permit(peer(ownIpv4));
    expect(one.person.send(peer(ownIpv4, 22), utf8("x"))).toEqual([]);
    two.person.refresh(0);
    expect(one.person.send(two.address, utf8("x"))).toEqual([]);
    expect(rig.core.counters.dropped).toEqual({ "no such relay": 2 });
  });
  it("[TN27] the relay's own listeners are no peers, even where their address is allowed", () => {
    const rig = createRig({ allow: ["127.0.0.0/8"], listeners: new Set([endpointKey("127.0.0.1", 3478)]) });
    const { person } = relayed(rig, "call", 1);
    person.permit(peer("127.0.0.1"));
    expect(person.send(peer("127.0.0.1", 3478), utf8("x"))).toEqual([]);
    expect(person.send(peer("127.0.0.1", 3479), utf8("x"))).toHaveLength(1);
    expect(rig.core.counters.dropped).toEqual({ "own listener": 1 });
  });
});

describe("quotas", () => {
  it("[TN15] a name has so many allocations, and gets one more when one ends", () => {
    const rig = createRig({ maxAllocationsPerName: 2 });
    const [first] = [relayed(rig, "call", 1), relayed(rig, "call", 2)];
    const third = createPerson(rig, "call", 3);
    expect(third.allocate()).toBe(486);
    expect(relayed(rig, "other", 4).address.address).toBe(ownIpv4);
    first?.person.refresh(0);
    expect(third.allocate()).toMatchObject({ address: ownIpv4 });
  });
  it("[TN15] the relay has so many, also while they open, and everything else goes on", () => {
    const rig = createRig({ maxAllocations: 2, opensAtOnce: false });
    const people = [1, 2, 3].map((port) => createPerson(rig, `call:${port}`, port));
    expect(people.map((person) => person.ask("allocate", overUdp).code)).toEqual([-1, -1, 508]);
    rig.openAll();
    expect(people[0]?.refresh()).toBe(600);
    rig.pass(seconds(600));
    expect(people[2]?.ask("allocate", overUdp).code).toBe(401);
    people[2]?.use(rig.credential("call:3"));
    expect(people[2]?.ask("allocate", overUdp).code).toBe(-1);
  });
  it("[TN15] names are counted right when an allocation that is over makes way for another name's", () => {
    const rig = createRig({ maxAllocationsPerName: 1 });
    const person = createPerson(rig, "one", 1);
    person.allocate();
    rig.drift(seconds(600));
    person.use(rig.credential("two"));
    expect(person.allocate()).toMatchObject({ address: ownIpv4 });
    expect(createPerson(rig, "two", 2).allocate()).toBe(486);
    expect(createPerson(rig, "one", 3).allocate()).toMatchObject({ address: ownIpv4 });
    expect([rig.openSockets(), rig.core.counters.open]).toEqual([2, 2]);
  });
});

describe("answers without proof", () => {
  const binding = (fields: readonly Field[] = []) =>
    encodeMessage({ class: "request", method: "binding", transaction: transaction() }, fields, unsigned);
  it("[TN28] a Binding request is told its own address, signed or not", () => {
    const person = createPerson(createRig(), "call", 4242);
    const { message } = answerIn(person.put(binding()));
    const mapped = valueOf(message ?? expect.fail(), "xorMappedAddress");
    expect(readXorAddress(mapped ?? new Uint8Array(), message?.transaction ?? new Uint8Array())).toEqual(
      peer("198.51.100.7", 4242),
    );
    expect(answerIn(person.put(binding([{ type: 0x7777, value: new Uint8Array(0) }]))).code).toBe(420);
  });
  it("[TN31] one address gets so many a second, and none of them makes state", () => {
    const rig = createRig({ maxUnprovenAnswers: 3 });
    const count = () =>
      Array.from({ length: 10 }, (_, port) => createPerson(rig, "call", port).put(binding())).flat().length;
    expect(count()).toBe(3);
    expect(count()).toBe(0);
    rig.pass(seconds(1));
    expect(count()).toBe(3);
    expect(rig.core.counters.dropped).toEqual({ rate: 24 });
    expect(rig.core.holds(createPerson(rig, "call", 1).client.key)).toBe(false);
  });
  it("[TN31] what proved itself is never held back by that", () => {
    const rig = createRig({ maxUnprovenAnswers: 1 });
    const person = createPerson(rig, "call", 1);
    person.allocate();
    for (let i = 0; i < 50; i++) expect(person.refresh()).toBe(600);
  });
  it("[TN28] other messages than requests and Send indications are answered by nothing", () => {
    const rig = createRig();
    const { person } = relayed(rig, "call", 1);
    const methods = ["binding", "allocate", "data"] as const;
    for (const kind of ["success", "error", "indication"] as const)
      for (const method of methods)
        expect(person.put(encodeMessage({ class: kind, method, transaction: transaction() }, [], unsigned))).toEqual(
          [],
        );
    const unknown = binding();
    unknown[1] = 0x0e;
    expect(person.put(unknown)).toEqual([]);
    expect(rig.core.counters.dropped).toEqual({ unanswerable: 10 });
  });
});
