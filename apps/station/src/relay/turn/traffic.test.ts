import { describe, expect, it } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { decodeChannelData } from "./framing.ts";
import { answerIn, createPerson, createRig, peer } from "./test/rig.ts";

function allocated(options: Parameters<typeof createRig>[0] = {}, onStream = false) {
  const rig = createRig(options);
  const person = createPerson(rig, "call", 1, { onStream });
  person.allocate();
  return { rig, person };
}

describe("data", () => {
  it("[TN26] goes to the peer of the channel or of the indication, byte for byte, also none at all", () => {
    const { rig, person } = allocated();
    const to = peer("8.8.8.8", 1234);
    person.bind(0x4fff, to);
    for (const payload of [utf8("picture"), new Uint8Array(0)]) {
      for (const outputs of [person.send(to, payload), person.sendChannel(0x4fff, payload)]) {
        const [output] = outputs;
        if (output?.type !== "toPeer") return expect.fail("nothing to the peer");
        expect([output.peer, [...output.data]]).toEqual([to, [...payload]]);
      }
    }
    expect(rig.core.counters.up).toEqual({ packets: 4, bytes: 14 });
  });
  it("[TN26] comes from a permitted peer as ChannelData on its channel, padded on a stream, else as an indication", () => {
    for (const onStream of [false, true]) {
      const { person } = allocated({}, onStream);
      person.bind(0x4001, peer("8.8.8.8", 1));
      const [bound] = person.hear(peer("8.8.8.8", 1), utf8("abcde"));
      if (bound?.type !== "toClient") return expect.fail();
      expect(bound.bytes.length).toBe(onStream ? 12 : 9);
      expect(decodeChannelData(bound.bytes)).toMatchObject({ number: 0x4001 });
      const { message } = answerIn(person.hear(peer("8.8.8.8", 2), utf8("x")).map((o) => ({ ...o, relayed: false })));
      expect([message?.class, message?.method]).toEqual(["indication", "data"]);
    }
  });
  it("[TN26] from or to anyone else is dropped in silence", () => {
    const { rig, person } = allocated();
    person.permit(peer("8.8.8.8"));
    const stranger = createPerson(rig, "call", 2);
    for (const outputs of [
      person.hear(peer("8.8.8.9"), utf8("x")),
      person.send(peer("8.8.8.9"), utf8("x")),
      person.sendChannel(0x4000, utf8("x")),
      stranger.send(peer("8.8.8.8"), utf8("x")),
      stranger.sendChannel(0x4000, utf8("x")),
      stranger.hear(peer("8.8.8.8"), utf8("x")),
    ])
      expect(outputs).toEqual([]);
    expect(rig.core.counters.dropped).toEqual({ "no permission": 2, "no channel": 1, "no allocation": 3 });
  });
  it("[TN26] of more bytes than a frame may have is dropped, also from a permitted peer", () => {
    const { person } = allocated();
    person.bind(0x4000, peer("8.8.8.8"));
    expect(person.hear(peer("8.8.8.8"), new Uint8Array(9000 - 4))).toHaveLength(1);
    expect(person.hear(peer("8.8.8.8"), new Uint8Array(9000 - 3))).toHaveLength(0);
  });
});
