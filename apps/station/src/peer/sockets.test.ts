// A link over real sockets, from one end to the other.
import { afterEach, describe, expect, it } from "vitest";
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { maxEnvelopePayloadBytes } from "@parley/protocol/limits";
import { type TestStation, newIdentity, newLink, partyOf, realRandom, station, until } from "./testing.ts";

const opened: TestStation[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ port }) => port.close()));
});

async function linked(successions: () => Bytes = () => new Uint8Array()) {
  const keys = [await newIdentity(), await newIdentity()] as const;
  const a = await station({ party: partyOf(1), identity: keys[0], successions });
  const b = await station({ party: partyOf(2), identity: keys[1] });
  opened.push(a, b);
  a.known.push(keys[1].key);
  b.known.push(keys[0].key);
  const id = newLink();
  const toB = a.port.open({ id, peer: b.party, addresses: () => [{ host: "127.0.0.1", port: b.port.port }] });
  const toA = b.port.open({ id, peer: a.party, addresses: () => [{ host: "localhost", port: a.port.port }] });
  const both = () => toA.status().at === "connected" && toB.status().at === "connected";
  await until(both, () => JSON.stringify([a.reports, b.reports]));
  return { a, b, toA, toB, id, keys, both };
}

describe("a link over sockets", () => {
  it("carries envelopes of every size, both ways at once, in order", async () => {
    const { a, b, toA, toB, id } = await linked();
    const sizes = [0, 1, 1000, maxEnvelopePayloadBytes - 1, maxEnvelopePayloadBytes];
    const payloads = sizes.map((size) => realRandom(size));
    for (const payload of payloads) {
      await toB.send(7, payload);
      await toA.send(8, payload);
    }
    for (let n = 0; n < 300; n++) {
      void toB.send(1, utf8(`a ${n}`));
      void toA.send(1, utf8(`b ${n}`));
    }
    await until(() => a.taken.length === 305 && b.taken.length === 305, undefined, 20_000);
    expect(b.taken.slice(0, 5).map(({ payload }) => payload)).toEqual(payloads);
    expect(b.taken.slice(5).map(({ payload }) => Buffer.from(payload).toString())).toEqual(
      Array.from({ length: 300 }, (_, n) => `a ${n}`),
    );
    expect(a.taken.slice(5).map(({ payload }) => Buffer.from(payload).toString())).toEqual(
      Array.from({ length: 300 }, (_, n) => `b ${n}`),
    );
    await until(() => a.store.position(id).acknowledged === 305);
    expect([a.reports, b.reports].flat().filter(({ error }) => error.code !== "PEER_ENDED")).toEqual([]);
  });

  it("refuses a payload that no envelope can hold as a bug of the caller, and goes on", async () => {
    const { b, toB } = await linked();
    await expect(toB.send(1, new Uint8Array(maxEnvelopePayloadBytes + 1))).rejects.toThrow(RangeError);
    await toB.send(1, utf8("next"));
    await until(() => b.taken.length === 1);
  });

  it("[LK10] [LK30] a key rolls on both sides of TLS: shown by the door and by the dial, and led to by the succession", async () => {
    let chain: Bytes = new Uint8Array();
    const { a, b, toA, toB, keys, both } = await linked(() => chain);
    const next = await newIdentity();
    chain = concat(keys[0].key, next.key);
    a.port.adopt(next);
    for (let n = 0; n < 50; n++) await toB.send(1, utf8(`${n}`));
    await until(
      () => b.taken.length === 50 && both(),
      () => JSON.stringify([a.reports, b.reports]),
      15_000,
    );
    expect(b.known).toEqual([keys[0].key, next.key]);
    // What the door shows: whoever still holds the old key for the only one does not get past the new.
    b.known.splice(0, 2, keys[0].key);
    chain = new Uint8Array();
    toA.renew();
    await until(() => b.reports.some(({ error }) => error.code === "PEER_KEY_UNKNOWN"), undefined, 15_000);
    expect(both()).toBe(false);
  });

  it("[LK12] a link that is closed on one side is turned away there, and says so", async () => {
    const { b, toA, toB } = await linked();
    toB.close();
    await until(
      () => {
        const status = toA.status();
        return status.at === "trying" && status.code === "PEER_LINK_UNKNOWN";
      },
      () => JSON.stringify(b.reports),
    );
  });
});
