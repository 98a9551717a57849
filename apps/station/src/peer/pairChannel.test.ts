// The door of those who are not linked yet, over real sockets.
import { afterEach, describe, expect, it } from "vitest";
import { type Bytes, equal, utf8 } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { maxPairingMessageBytes, maxPairingMessages } from "@parley/protocol/limits";
import { pairPath, pairingOpening } from "@parley/protocol/peer/hello";
import type { PairChannel } from "./pairChannel.ts";
import { rawSocket, rawTls } from "./rawPeer.ts";
import { type TestStation, newIdentity, partyOf, realRandom, station, until } from "./testing.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

type Offering = TestStation & { readonly offers: Bytes[]; readonly channels: PairChannel[] };

async function offering(pairingsOfOne = 1000): Promise<Offering> {
  const offers: Bytes[] = [];
  const channels: PairChannel[] = [];
  const one = await station({
    party: partyOf(1),
    identity: await newIdentity(),
    bounds: { pairingsOfOne, pairingsOfAll: 1000 },
    pairing: {
      anyLive: () => offers.length > 0,
      live: (id) => offers.some((offer) => equal(offer, id)),
      opened: (channel) => channels.push(channel),
    },
  });
  opened.push(() => one.port.close());
  return { ...one, offers, channels };
}

async function caller(): Promise<TestStation> {
  const one = await station({ party: partyOf(2), identity: await newIdentity() });
  opened.push(() => one.port.close());
  return one;
}

const dial = (from: TestStation, to: TestStation, offer: Bytes) =>
  from.port.dialPairing({ host: "127.0.0.1", port: to.port.port }, offer, () => "stranger");

/** Collects what a channel tells. */
function listen(channel: PairChannel) {
  const messages: Bytes[] = [];
  const ends: string[] = [];
  channel.start({ message: (bytes) => messages.push(bytes), closed: (code) => ends.push(code) });
  return { messages, ends };
}

async function raw(to: TestStation) {
  const tls = await rawTls(to.port.port, await newIdentity());
  if ("ended" in tls) throw new Error(tls.ended);
  return await rawSocket(tls, pairPath);
}

describe("a pairing connection", () => {
  it("[LK18] is let in by a live offer, carries messages both ways, and both ends name it by the same bytes", async () => {
    const [to, from] = await Promise.all([offering(), caller()]);
    const offer = realRandom(16);
    to.offers.push(offer);
    const near = certain(await dial(from, to, offer));
    near.send(utf8("first"));
    await until(() => to.channels.length === 1);
    const [far] = to.channels as [PairChannel];
    const [heardNear, heardFar] = [listen(near), listen(far)];
    far.send(utf8("second"));
    await until(() => heardNear.messages.length + heardFar.messages.length === 2);
    expect([heardNear.messages, heardFar.messages]).toEqual([[utf8("second")], [utf8("first")]]);
    expect(near.binding).toEqual(far.binding);
    expect(near.offer).toEqual(far.offer);
    const other = certain(await dial(from, to, offer));
    expect(other.binding).not.toEqual(near.binding);
    near.close();
    await until(() => heardFar.ends.length === 1);
    expect([heardNear.ends, heardFar.ends]).toEqual([["PEER_CLOSED"], ["PEER_LOST"]]);
    expect(near.send(utf8("too late"))).toBe(false);
  });

  it("[LK18] is refused while no offer is live, before the WebSocket", async () => {
    const to = await offering();
    expect(await raw(to)).toHaveProperty("ended");
    const from = await caller();
    expect(await dial(from, to, realRandom(16))).toMatchObject({ ok: false });
    expect(to.channels).toEqual([]);
  });

  it("[LK18] is cut at its first message when that names no live offer, or is anything else", async () => {
    const to = await offering();
    to.offers.push(realRandom(16));
    const openings: Record<string, Bytes> = {
      "another offer": encode(pairingOpening, { oldest: 1, newest: 1, offer: realRandom(16) }),
      "another version": encode(pairingOpening, { oldest: 7, newest: 9, offer: to.offers[0] as Bytes }),
      "too long": new Uint8Array([
        ...encode(pairingOpening, { oldest: 1, newest: 1, offer: to.offers[0] as Bytes }),
        0,
      ]),
      nothing: new Uint8Array(),
      "a large one": new Uint8Array(maxPairingMessageBytes),
      "one too large": new Uint8Array(maxPairingMessageBytes + 1),
    };
    for (const [what, bytes] of Object.entries(openings)) {
      const one = await raw(to);
      if ("ended" in one) throw new Error(`${what}: ${one.ended}`);
      one.send(bytes);
      await one.closed;
      expect([what, one.heard, to.channels.length]).toEqual([what, [], 0]);
    }
  });

  it("[LK18] a key that the offer does not name is refused by the one who dials", async () => {
    const [to, from] = await Promise.all([offering(), caller()]);
    to.offers.push(realRandom(16));
    const address = { host: "127.0.0.1", port: to.port.port };
    const outcome = await from.port.dialPairing(address, to.offers[0] as Bytes, () => "refused");
    expect(outcome).toMatchObject({ ok: false, error: { code: "PEER_KEY_UNKNOWN" } });
  });

  it("[LK19] carries a bounded number of messages each way", async () => {
    const [to, from] = await Promise.all([offering(), caller()]);
    const offer = realRandom(16);
    to.offers.push(offer);
    const near = certain(await dial(from, to, offer));
    const sent = Array.from({ length: maxPairingMessages + 1 }, () => near.send(utf8("x")));
    expect(sent).toEqual([...Array<boolean>(maxPairingMessages).fill(true), false]);
    expect(near.send(new Uint8Array(maxPairingMessageBytes + 1))).toBe(false);
    const flood = await raw(to);
    if ("ended" in flood) throw new Error(flood.ended);
    flood.send(encode(pairingOpening, { oldest: 1, newest: 1, offer }));
    for (let n = 0; n <= maxPairingMessages; n++) flood.send(utf8("y"));
    await flood.closed;
    await until(() => to.channels.length === 2);
    const heard = listen(to.channels[1] as PairChannel);
    expect([heard.messages.length, heard.ends]).toEqual([maxPairingMessages, ["PEER_BROKE_RULES"]]);
  });

  it("[LK19] an address may come only so often", async () => {
    const to = await offering(3);
    to.offers.push(realRandom(16));
    const outcomes: boolean[] = [];
    for (let n = 0; n < 5; n++) outcomes.push("ended" in (await raw(to)));
    expect(outcomes).toEqual([false, false, false, true, true]);
  });
});
