import { describe, expect, it } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { minutes, ms, seconds } from "@parley/base/time";
import { readUint32, readXorAddress, uint32, valueOf, valuesOf } from "./attributes.ts";
import { defaultLimits } from "./settings.ts";
import type { Field } from "./stun.ts";
import { channelField, familyField, overUdp } from "./test/client.ts";
import { answerIn, createPerson, createRig, ownIpv4, ownIpv6, field as raw, peer, transaction } from "./test/rig.ts";

const dontFragment: Field = { type: 0x001a, value: new Uint8Array(0) };
const both = familyField("ipv6");

function allocated(options: Parameters<typeof createRig>[0] = {}, onStream = false) {
  const rig = createRig(options);
  const person = createPerson(rig, "call", 1, { onStream });
  person.allocate();
  return { rig, person };
}

describe("Allocate", () => {
  it.each<[string, number, readonly Field[]]>([
    ["no REQUESTED-TRANSPORT", 400, []],
    ["a malformed one", 400, [raw("requestedTransport", 17)]],
    ["TCP", 442, [raw("requestedTransport", 6, 0, 0, 0)]],
    ["DONT-FRAGMENT", 420, [overUdp, dontFragment]],
    ["a reservation token", 508, [overUdp, raw("reservationToken", 1, 2, 3, 4, 5, 6, 7, 8)]],
    ["a token and EVEN-PORT", 400, [overUdp, raw("reservationToken", 1, 2, 3, 4, 5, 6, 7, 8), raw("evenPort", 0)]],
    ["a token and a family", 400, [overUdp, raw("reservationToken", 1, 2, 3, 4, 5, 6, 7, 8), both]],
    ["EVEN-PORT", 508, [overUdp, raw("evenPort", 0)]],
    ["EVEN-PORT with the next one reserved", 508, [overUdp, raw("evenPort", 0x80)]],
    ["a family that is none", 440, [overUdp, raw("requestedAddressFamily", 3, 0, 0, 0)]],
    ["a malformed family", 400, [overUdp, raw("requestedAddressFamily", 1)]],
    ["both kinds of family", 400, [overUdp, both, raw("additionalAddressFamily", 2, 0, 0, 0)]],
    ["IPv4 as the additional family", 400, [overUdp, raw("additionalAddressFamily", 1, 0, 0, 0)]],
    ["a malformed LIFETIME", 400, [overUdp, raw("lifetime", 1, 2)]],
  ])("[TN12] with %s is answered %i", (_what, code, fields) => {
    const rig = createRig();
    expect(createPerson(rig, "call", 1).ask("allocate", ...fields).code).toBe(code);
    expect(rig.openSockets()).toBe(0);
  });
  it("[TN12] an attribute that must be understood and is not is named in the answer", () => {
    const { message } = createPerson(createRig(), "call", 1).ask("allocate", overUdp, dontFragment);
    expect([...(valueOf(message ?? expect.fail(), "unknownAttributes") ?? [])]).toEqual([0, 0x1a]);
  });
  it("[TN12] a success tells the relayed address, the lifetime and the client's own address", () => {
    const { message } = createPerson(createRig(), "call", 77).ask("allocate", overUdp);
    if (message === null) return expect.fail();
    const address = (name: "xorRelayedAddress" | "xorMappedAddress") =>
      readXorAddress(valueOf(message, name) ?? new Uint8Array(), message.transaction);
    expect(address("xorRelayedAddress")).toEqual(peer(ownIpv4, 50_000));
    expect(address("xorMappedAddress")).toEqual(peer("198.51.100.7", 77));
    expect(readUint32(valueOf(message, "lifetime") ?? new Uint8Array())).toBe(600);
  });
  it("[TN12] the family asked for is given, or refused where there is none", () => {
    const rig = createRig();
    expect(createPerson(rig, "a", 1).allocate(familyField("ipv6"))).toMatchObject({ address: ownIpv6 });
    expect(createPerson(rig, "b", 2).allocate(familyField("ipv4"))).toMatchObject({ address: ownIpv4 });
    const only6 = createRig({ families: new Set(["ipv6"]) });
    expect(createPerson(only6, "c", 3).allocate()).toBe(440);
    expect(createPerson(only6, "d", 4).allocate(familyField("ipv6"))).toMatchObject({ address: ownIpv6 });
  });
  it("[TN12] of a dual allocation IPv4 is given, and why IPv6 is not", () => {
    const person = createPerson(createRig(), "call", 1);
    const { code, message } = person.ask("allocate", overUdp, raw("additionalAddressFamily", 2, 0, 0, 0));
    expect(code).toBe(0);
    expect(valuesOf(message ?? expect.fail(), "xorRelayedAddress")).toHaveLength(1);
    expect([...(valueOf(message ?? expect.fail(), "addressErrorCode") ?? [])].slice(0, 4)).toEqual([2, 0, 5, 8]);
  });
  it("[TN13] again with its transaction it is answered again, with another it does not fit", () => {
    const rig = createRig();
    const person = createPerson(rig, "call", 1);
    person.learn();
    const frame = person.write("allocate", [overUdp], transaction());
    const [first, second] = [answerIn(person.put(frame)), answerIn(person.put(frame))];
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.message?.bytes).toEqual(first.message?.bytes);
    expect(person.allocate()).toBe(437);
    person.use(rig.credential("other"));
    expect(answerIn(person.put(person.write("allocate", [overUdp], frame.slice(8, 20)))).code).toBe(437);
    expect(rig.openSockets()).toBe(1);
  });
  it("[TN13] again while the relay opens it waits for the one answer", () => {
    const rig = createRig({ opensAtOnce: false });
    const person = createPerson(rig, "call", 1);
    person.learn();
    const frame = person.write("allocate", [overUdp], transaction());
    expect(person.put(frame)).toEqual([]);
    expect(person.put(frame)).toEqual([]);
    expect(person.allocate()).toBe(437);
    expect(person.refresh()).toBe(-437);
    expect(rig.openAll()).toHaveLength(1);
    expect(person.refresh()).toBe(600);
  });
  it("[TN16] a relay that cannot open, or takes longer than its time, is 508, and what opens later is closed", () => {
    const rig = createRig({ opensAtOnce: false });
    const [one, two] = [createPerson(rig, "call", 1), createPerson(rig, "call", 2)];
    expect(one.ask("allocate", overUdp).code).toBe(-1);
    expect(answerIn(rig.failAll()).code).toBe(508);
    expect(two.ask("allocate", overUdp).code).toBe(-1);
    expect(rig.pass(ms(defaultLimits.openingTime - 1))).toEqual([]);
    expect(answerIn(rig.pass(ms(1))).code).toBe(508);
    rig.openAll();
    expect(rig.openSockets()).toBe(0);
    expect(two.refresh()).toBe(-437);
  });
});

describe("lifetimes", () => {
  it.each([
    [undefined, 600],
    [1, 600],
    [600, 600],
    [601, 601],
    [3600, 3600],
    [0xffffffff, 3600],
  ])("[TN14] asked for %s s, %i s are granted, by Allocate and by Refresh", (asked, granted) => {
    const person = createPerson(createRig(), "call", 1);
    const field = asked === undefined ? [] : [uint32("lifetime", asked)];
    const { message } = person.ask("allocate", overUdp, ...field);
    expect(readUint32(valueOf(message ?? expect.fail(), "lifetime") ?? new Uint8Array())).toBe(granted);
    expect(person.refresh(asked)).toBe(granted);
  });
  it("[TN14] an allocation ends when its time is over, not before, and its relay is closed", () => {
    const rig = createRig();
    const person = createPerson(rig, "call", 1);
    person.use(rig.credential("call", minutes(60)));
    person.allocate();
    rig.pass(ms(minutes(10) - 1));
    expect(rig.openSockets()).toBe(1);
    rig.pass(ms(1));
    expect([rig.openSockets(), rig.core.counters.open]).toEqual([0, 0]);
    expect(person.refresh()).toBe(-437);
  });
  it("[TN14] between its end and the relay noticing, no data passes any more", () => {
    const { rig, person } = allocated();
    person.refresh(3600);
    rig.pass(minutes(58));
    person.use(rig.credential("call"));
    expect([person.permit(peer("8.8.8.8")), person.bind(0x4000, peer("8.8.8.8"))]).toEqual([0, 0]);
    expect(person.send(peer("8.8.8.8"), utf8("x"))).toHaveLength(1);
    rig.drift(minutes(2));
    const [to, from] = [person.send(peer("8.8.8.8"), utf8("x")), person.hear(peer("8.8.8.8"), utf8("x"))];
    expect([to, person.sendChannel(0x4000, utf8("x")), from]).toEqual([[], [], []]);
    expect(rig.core.counters.dropped).toEqual({ "no allocation": 3 });
  });
  it("[TN14] Refresh with 0 ends it, once", () => {
    const rig = createRig();
    const person = createPerson(rig, "call", 1);
    person.allocate();
    expect(person.refresh(0)).toBe(0);
    expect(rig.openSockets()).toBe(0);
    expect(person.refresh(0)).toBe(-437);
    expect(person.allocate()).toMatchObject({ address: ownIpv4 });
  });
  it("[TN14] Refresh of the other family does not fit", () => {
    const person = createPerson(createRig(), "call", 1);
    person.allocate();
    expect(person.ask("refresh", familyField("ipv6")).code).toBe(443);
    expect(person.ask("refresh", familyField("ipv4")).code).toBe(0);
  });
  it("[TN14] a stream that closes ends its allocation at once", () => {
    const rig = createRig();
    const person = createPerson(rig, "call", 1, { onStream: true });
    person.allocate();
    person.gone();
    expect(rig.openSockets()).toBe(0);
  });
});

describe("permissions and channels", () => {
  it("[TN23] a permission needs peers that are well-formed, of the relay's family, and reachable: all or none", () => {
    const { person } = allocated();
    expect(person.permit()).toBe(400);
    expect(person.ask("createPermission", raw("xorPeerAddress", 0, 1, 2)).code).toBe(400);
    const good = raw("xorPeerAddress", 0, 1, 0x21, 0x1b, 0x29, 0x1a, 0xac, 0x4a);
    expect(person.ask("createPermission", good).code).toBe(0);
    expect(person.ask("createPermission", good, raw("xorPeerAddress", 0, 3)).code).toBe(400);
    expect(person.permit(peer("2a00::1"))).toBe(443);
    expect(person.permit(peer("8.8.4.4"), peer("10.0.0.1"))).toBe(403);
    expect(person.send(peer("8.8.4.4"), utf8("x"))).toEqual([]);
    expect(person.permit(peer("8.8.4.4"), peer("9.9.9.9"))).toBe(0);
    expect(person.send(peer("9.9.9.9"), utf8("x"))).toHaveLength(1);
  });
  it("[TN23] more permissions or channels than the bound are 508, and what is there stays", () => {
    const { rig, person } = allocated({ bounds: { ...defaultLimits, maxPermissions: 2, maxChannels: 1 } });
    expect(person.permit(peer("8.8.8.1"))).toBe(0);
    expect(person.permit(peer("8.8.8.2"), peer("8.8.8.3"))).toBe(508);
    expect(person.bind(0x4000, peer("8.8.8.2"))).toBe(0);
    expect(person.bind(0x4001, peer("8.8.8.2", 10))).toBe(508);
    expect(person.permit(peer("8.8.8.2"), peer("8.8.8.1"))).toBe(0);
    rig.drift(seconds(301));
    expect(person.permit(peer("8.8.8.4"), peer("8.8.8.5"))).toBe(0);
  });
  it.each([
    ["below the range", 0x3fff, [peer("8.8.8.8")]],
    ["above the range", 0x5000, [peer("8.8.8.8")]],
    ["without a peer", 0x4000, []],
    ["with two peers", 0x4000, [peer("8.8.8.8"), peer("8.8.8.9")]],
    ["with port 0", 0x4000, [peer("8.8.8.8", 0)]],
  ])("[TN25] a channel %s is a bad request", (_what, number, peers) => {
    expect(allocated().person.bind(number, ...peers)).toBe(400);
  });
  it("[TN25] a channel belongs to one peer and a peer to one channel, until it ends", () => {
    const { rig, person } = allocated();
    expect(person.bind(0x4000, peer("8.8.8.8", 1))).toBe(0);
    expect(person.bind(0x4000, peer("8.8.8.8", 1))).toBe(0);
    expect(person.bind(0x4000, peer("8.8.8.8", 2))).toBe(400);
    expect(person.bind(0x4001, peer("8.8.8.8", 1))).toBe(400);
    expect(person.bind(0x4001, peer("8.8.8.8", 2))).toBe(0);
    rig.pass(seconds(599));
    person.refresh();
    expect(person.bind(0x4000, peer("8.8.8.8", 2))).toBe(400);
    rig.pass(seconds(1));
    expect(person.bind(0x4000, peer("8.8.8.8", 2))).toBe(0);
  });
  it("[TN25] a channel to a denied peer is 403, of the other family 443, of no number 400", () => {
    const { person } = allocated();
    expect(person.bind(0x4000, peer("127.0.0.1"))).toBe(403);
    expect(person.bind(0x4000, peer("2a00::1"))).toBe(443);
    expect(person.ask("channelBind").code).toBe(400);
    expect(person.ask("channelBind", channelField(0x4000)).code).toBe(400);
  });
  it("[TN24] a permission lasts 300 s, is begun again by CreatePermission and ChannelBind, and never by data", () => {
    const { rig, person } = allocated();
    const [one, two] = [peer("8.8.8.8"), peer("9.9.9.9")];
    person.permit(one);
    person.bind(0x4000, two);
    rig.pass(seconds(299));
    expect([person.send(one, utf8("x")), person.sendChannel(0x4000, utf8("x"))].flat()).toHaveLength(2);
    expect([person.hear(one, utf8("x")), person.hear(two, utf8("x"))].flat()).toHaveLength(2);
    rig.drift(seconds(1));
    expect([person.send(one, utf8("x")), person.sendChannel(0x4000, utf8("x"))].flat()).toEqual([]);
    expect([person.hear(one, utf8("x")), person.hear(two, utf8("x"))].flat()).toEqual([]);
    person.permit(one);
    person.bind(0x4000, two);
    expect([person.hear(one, utf8("x")), person.hear(two, utf8("x"))].flat()).toHaveLength(2);
  });
  it("[TN24] a channel lasts 600 s; after that its peer's data comes as an indication", () => {
    const { rig, person } = allocated();
    person.bind(0x4000, peer("8.8.8.8"));
    const isChannelData = () => {
      const [output] = person.hear(peer("8.8.8.8"), utf8("x"));
      return output?.type === "toClient" && output.bytes[0] === 0x40;
    };
    rig.pass(seconds(299));
    person.permit(peer("8.8.8.8"));
    rig.pass(seconds(299));
    person.permit(peer("8.8.8.8"));
    person.refresh();
    expect(isChannelData()).toBe(true);
    rig.drift(seconds(2));
    expect(isChannelData()).toBe(false);
    expect(person.sendChannel(0x4000, utf8("x"))).toEqual([]);
  });
});
