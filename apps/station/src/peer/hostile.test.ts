// A linked station that has turned on us, with its right key, over real sockets: nothing it can send has an effect it may
// not have, and each of its tricks ends its connection.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bytes, concat } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import type { LinkId, PartyId } from "@parley/protocol/ids";
import { maxEnvelopeBytesInFlight, maxEnvelopesInFlight } from "@parley/protocol/limits";
import { type Envelope, type UnsignedEnvelope, encodeEnvelope } from "@parley/protocol/peer/envelope";
import { type LinkFrame, encodeLinkFrame, linkFrame, maxLinkFrameBytes } from "@parley/protocol/peer/hello";
import { type RawPeer, envelopeOf, helloOn, rawPeer } from "./rawPeer.ts";
import { type TestStation, newIdentity, newLink, partyOf, realRandom, station, until } from "./testing.ts";
import type { PeerIdentity } from "./tlsIdentity.ts";

/** One bit of each byte, or every bit of each. */
const everyBit = process.env["PARLEY_LINK_BITS"] === "all";

let self: TestStation;
let peer: PartyId;
let identity: PeerIdentity;
let link: LinkId;
let otherLink: LinkId;
let blocked: Promise<void> | null = null;
const effects: Envelope[] = [];

beforeAll(async () => {
  identity = await newIdentity();
  peer = partyOf(1);
  link = newLink();
  otherLink = newLink();
  self = await station({
    party: partyOf(2),
    identity: await newIdentity(),
    onArrival: async (arrival, { store }) => {
      if (blocked !== null) await blocked;
      await store.transaction((tx) => {
        if (arrival.take(tx) === "fresh") effects.push(arrival.envelope);
      });
    },
  });
  self.known.push(identity.key);
  for (const id of [link, otherLink]) self.port.open({ id, peer, addresses: () => [] });
});
afterAll(() => self.port.close());

const ends = () => ({ link, from: peer, to: self.party });

/** A connection that has greeted and was greeted. */
async function greeted(on: LinkId = link): Promise<RawPeer> {
  const raw = await rawPeer(self.port.port, identity);
  raw.say(helloOn(raw, identity, { ...ends(), link: on }));
  expect(await raw.next()).toMatchObject({ type: "hello", link: on });
  return raw;
}

const taken = (): number => self.store.position(link).taken;
const nextEnvelope = (more: Partial<UnsignedEnvelope> = {}): Envelope =>
  envelopeOf(identity, ends(), { sequence: taken() + 1, ...more });

/** Sends one thing on a fresh connection, and expects a goodbye with one of `reasons`, and no effect. */
async function refused(what: string, message: Bytes | string | LinkFrame, reasons: readonly string[], on?: RawPeer) {
  const before = effects.length;
  const raw = on ?? (await greeted());
  if (typeof message === "string" || message instanceof Uint8Array) raw.send(message);
  else raw.say(message);
  let last: LinkFrame | null = null;
  for (let frame = await raw.next(); frame !== null; frame = await raw.next()) last = frame;
  const reason = last?.type === "goodbye" ? last.reason : "cut";
  expect([what, reasons.includes(reason) ? "refused" : reason, effects.length - before]).toEqual([what, "refused", 0]);
}

const flip = (bytes: Bytes, bit: number): Bytes => {
  const changed = bytes.slice();
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return changed;
};

describe("a hostile peer", () => {
  it("is a good peer as long as it follows the rules", async () => {
    const raw = await greeted();
    raw.say({ type: "envelope", envelope: nextEnvelope() });
    expect(await raw.next()).toEqual({ type: "ack", upTo: taken() });
    raw.say({ type: "ping", nonce: 7 });
    expect(await raw.next()).toEqual({ type: "pong", nonce: 7 });
    raw.tls.destroy();
  });

  it(
    "[LK2] changes any bit of an envelope: refused, without effect, at the cost of its connection",
    async () => {
      const frame = encodeLinkFrame({ type: "envelope", envelope: nextEnvelope() });
      let count = 0;
      for (let bit = 16; bit < frame.length * 8; bit += everyBit ? 1 : 9) {
        await refused(`bit ${bit}`, flip(frame, bit), ["forged", "malformed"]);
        count++;
      }
      console.log(`envelopes with a flipped bit: ${count} of ${count} refused`);
      const raw = await greeted();
      raw.send(frame);
      expect(await raw.next()).toMatchObject({ type: "ack" });
      raw.tls.destroy();
    },
    everyBit ? 900_000 : 60_000,
  );

  it("[LK2] [LK3] signs what it may not: every field of another, another key, another label", async () => {
    const other = await newIdentity();
    const wrong: Record<string, Partial<UnsignedEnvelope>> = {
      link: { link: otherLink },
      from: { from: self.party },
      to: { to: partyOf(9) },
      "from and to": { from: self.party, to: peer },
      "its own party to itself": { to: peer },
    };
    for (const [what, fields] of Object.entries(wrong))
      await refused(what, { type: "envelope", envelope: nextEnvelope(fields) }, ["forged"]);
    const another = envelopeOf(other, ends(), { sequence: taken() + 1 });
    await refused("another key", { type: "envelope", envelope: another }, ["forged"]);
    const bare = nextEnvelope();
    const { signature: _, ...unsigned } = bare;
    const unlabelled = { ...unsigned, signature: identity.sign(encodeEnvelope(bare).slice(0, -64)) };
    await refused("another label", { type: "envelope", envelope: unlabelled }, ["forged"]);
    const signedOnce = nextEnvelope();
    for (const field of ["version", "sequence", "spent", "kind"] as const) {
      const envelope = { ...signedOnce, [field]: signedOnce[field] + 1 };
      await refused(field, { type: "envelope", envelope }, ["forged"]);
    }
    const swapped = { ...signedOnce, payload: new Uint8Array([9]) };
    await refused("payload", { type: "envelope", envelope: swapped }, ["forged"]);
    await refused("id", { type: "envelope", envelope: { ...signedOnce, id: nextEnvelope().id } }, ["forged"]);
  });

  it("[LK5] repeats what was taken: at once, on the next connection, and long after; it is acknowledged and has no effect", async () => {
    const envelope = nextEnvelope();
    const before = effects.length;
    const raw = await greeted();
    for (let n = 0; n < 3; n++) {
      raw.say({ type: "envelope", envelope });
      expect(await raw.next()).toEqual({ type: "ack", upTo: envelope.sequence });
    }
    raw.tls.destroy();
    const next = await greeted();
    next.say({ type: "envelope", envelope });
    expect(await next.next()).toEqual({ type: "ack", upTo: envelope.sequence });
    for (let n = 0; n < maxEnvelopesInFlight - 1; n++) {
      next.say({ type: "envelope", envelope: nextEnvelope() });
      await next.next();
    }
    next.say({ type: "envelope", envelope });
    expect(await next.next()).toEqual({ type: "ack", upTo: taken() });
    next.tls.destroy();
    expect(effects.filter(({ id }) => Buffer.compare(id, envelope.id) === 0).length).toBe(1);
    expect(effects.length - before).toBe(maxEnvelopesInFlight);
  });

  it("[LK3] replays an envelope on another link, and an envelope of ours to us", async () => {
    const mine = nextEnvelope();
    await refused("on another link", { type: "envelope", envelope: mine }, ["forged"], await greeted(otherLink));
    await self.port.link(link)?.send(1, new Uint8Array([4]));
    const raw = await greeted();
    const ours = await raw.next();
    if (ours?.type !== "envelope") throw new Error("no envelope of ours");
    await refused("ours, reflected", { type: "envelope", envelope: ours.envelope }, ["forged"], raw);
  });

  it("[LK4] leaves a gap", async () => {
    await refused("a gap of one", { type: "envelope", envelope: nextEnvelope({ sequence: taken() + 2 }) }, ["gap"]);
    await refused("the last number", { type: "envelope", envelope: nextEnvelope({ sequence: 2 ** 48 - 1 }) }, ["gap"]);
  });

  it("[LK6] breaks the form: too large, text, unknown tags, a second hello, trailing bytes, an empty message", async () => {
    const small = encodeLinkFrame({ type: "envelope", envelope: nextEnvelope() });
    await refused("too large", new Uint8Array(maxLinkFrameBytes + 1), ["cut"]);
    await refused("text", "hello", ["cut"]);
    await refused("an unknown tag", new Uint8Array([0, 99, 1]), ["malformed"]);
    await refused("nothing", new Uint8Array(), ["malformed"]);
    await refused("trailing bytes", concat(small, new Uint8Array(1)), ["malformed"]);
    await refused("an envelope cut short", small.slice(0, -1), ["malformed"]);
    const raw = await greeted();
    await refused("a second hello", helloOn(raw, identity, ends()), ["malformed"], raw);
    await refused("random bytes", realRandom(500), ["malformed"]);
  });

  it(
    "[LK6] [LK8] begins with anything but its own hello, made for this connection and this end",
    async () => {
      const first = async (
        what: string,
        make: (raw: RawPeer, earlier: RawPeer) => Bytes | LinkFrame,
        reasons: string[],
      ) => {
        const earlier = await rawPeer(self.port.port, identity);
        const raw = await rawPeer(self.port.port, identity);
        await refused(what, make(raw, earlier), reasons, raw);
        earlier.tls.destroy();
      };
      await first("an envelope", () => ({ type: "envelope", envelope: nextEnvelope() }), ["malformed"]);
      await first("a ping", () => ({ type: "ping", nonce: 1 }), ["malformed"]);
      await first("random bytes", () => realRandom(300), ["malformed"]);
      await first("one of another connection", (raw, earlier) => helloOn(raw, identity, ends(), earlier.binding), [
        "unknown",
      ]);
      const honest = (raw: RawPeer) => encode(linkFrame, helloOn(raw, identity, ends()));
      let bits = 0;
      const length = encodeLinkFrame(helloOn(await greeted(), identity, ends())).length;
      for (let bit = 16; bit < length * 8; bit += everyBit ? 1 : 37) {
        await first(`bit ${bit}`, (raw) => flip(honest(raw), bit), ["unknown", "malformed", "version"]);
        bits++;
      }
      console.log(`hellos with a flipped bit: ${bits} of ${bits} refused`);
    },
    everyBit ? 900_000 : 60_000,
  );

  it("[LK6] sends a first message larger than any hello", async () => {
    const raw = await rawPeer(self.port.port, identity);
    raw.send(new Uint8Array(2 * 1024 * 1024));
    await raw.closed;
    expect(raw.heard).toEqual([]);
    const stranger = await rawPeer(self.port.port, await newIdentity());
    stranger.send(new Uint8Array(2 * 1024 * 1024));
    await stranger.closed;
    expect(stranger.heard).toEqual([]);
  });

  it("[LK34] acknowledges what it was never sent", async () => {
    const { sent } = self.store.position(link);
    await refused("an acknowledgement", { type: "ack", upTo: sent + 1 }, ["malformed"]);
    expect(self.store.position(link).sent).toBe(sent);
  });

  it("[LK38] sends more than may be on the way, in number and in bytes", async () => {
    let release: () => void = () => undefined;
    const hold = () => {
      blocked = new Promise((resolve) => {
        release = () => {
          blocked = null;
          resolve();
        };
      });
    };
    for (const [what, count, size] of [
      ["in number", maxEnvelopesInFlight + 1, 1],
      ["in bytes", 7, maxEnvelopeBytesInFlight / 5],
    ] as const) {
      const before = effects.length;
      hold();
      const raw = await greeted();
      const at = taken();
      for (let n = 1; n <= count; n++)
        raw.say({ type: "envelope", envelope: nextEnvelope({ sequence: at + n, payload: new Uint8Array(size) }) });
      await raw.closed;
      expect([what, raw.heard.at(-1)]).toMatchObject([what, { type: "goodbye", reason: "flooded" }]);
      expect(effects.length).toBe(before);
      release();
      // The first was under way when the connection ended, and is taken once.
      await until(() => taken() === at + 1);
    }
  });

  it("[LK38] pings without end", async () => {
    const raw = await greeted();
    for (let n = 0; n < 100; n++) raw.say({ type: "ping", nonce: n });
    await raw.closed;
    expect(raw.heard.filter(({ type }) => type === "pong").length).toBe(60);
    expect(raw.heard.at(-1)).toMatchObject({ type: "goodbye", reason: "flooded" });
  });

  it("[LK38] reads nothing: no more than the window is ever handed to its connection", async () => {
    const own = self.port.link(link);
    const raw = await greeted();
    raw.tls.pause();
    for (let n = 0; n < 100; n++) await own?.send(1, new Uint8Array(100_000));
    await new Promise((resolve) => setTimeout(resolve, 200));
    raw.tls.resume();
    await until(() => raw.heard.filter(({ type }) => type === "envelope").length >= 11);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const sent = raw.heard.flatMap((frame) => (frame.type === "envelope" ? [frame.envelope.payload.length] : []));
    const bytes = sent.reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThanOrEqual(maxEnvelopeBytesInFlight + 100_000);
    raw.tls.destroy();
  });
});
