import { describe, expect, it } from "vitest";
import type { Bytes } from "@parley/base/bytes";
import { seconds } from "@parley/base/time";
import type { LinkId, PartyId } from "@parley/protocol/ids";
import { type LinkFrame, encodeLinkFrame } from "@parley/protocol/peer/hello";
import { type Channel, channelOver } from "./channel.ts";
import type { ConnectionEvents } from "./net.ts";
import { pacer } from "./pacer.ts";
import { networkOf } from "./networkOf.ts";
import { simulatedTime } from "./simulated.ts";

const hello: LinkFrame = {
  type: "hello",
  oldest: 1,
  newest: 1,
  link: new Uint8Array(16) as LinkId,
  from: new Uint8Array(32) as PartyId,
  to: new Uint8Array(32) as PartyId,
  taken: 0,
  successions: new Uint8Array(),
  signature: new Uint8Array(64),
};

/** A channel over a connection in the test's hands. */
function channel() {
  const time = simulatedTime();
  const told: string[] = [];
  const sent: Bytes[] = [];
  const closed: string[] = [];
  const the: { events: ConnectionEvents | null; waiting: number } = { events: null, waiting: 0 };
  const chan: Channel = channelOver(
    {
      key: new Uint8Array(32),
      binding: new Uint8Array(32),
      remote: "test",
      start: (events) => (the.events = events),
      send: (message) => sent.push(message),
      waiting: () => the.waiting,
      admit: () => undefined,
      close: (how) => closed.push(how),
    },
    { oldest: 1, newest: 1 },
    time.clock,
    {
      hello: () => told.push("hello"),
      frame: (frame) => told.push(frame.type),
      wrong: (reason) => told.push(`wrong: ${reason}`),
      closed: (code) => told.push(`closed: ${code}`),
    },
  );
  const hears = (frame: LinkFrame | Bytes) =>
    the.events?.message(frame instanceof Uint8Array ? frame : encodeLinkFrame(frame));
  return { chan, told, sent, closed, the, hears, time };
}

describe("a channel", () => {
  it("[LK9] holds what comes after the hello until it is opened, unread, and then gives it in order", () => {
    const { chan, told, hears } = channel();
    hears(hello);
    hears({ type: "ack", upTo: 1 });
    hears(new Uint8Array([0, 99]));
    hears({ type: "pong", nonce: 1 });
    expect(told).toEqual(["hello"]);
    chan.open();
    expect(told).toEqual(["hello", "ack", "wrong: malformed", "pong"]);
  });

  it("[LK9] holds no more than may be on the way", () => {
    const byNumber = channel();
    byNumber.hears(hello);
    for (let n = 0; n < 65; n++) byNumber.hears({ type: "ack", upTo: 1 });
    expect(byNumber.told).toEqual(["hello", "wrong: flooded"]);
    const bySize = channel();
    bySize.hears(hello);
    for (let n = 0; n < 5; n++) bySize.hears(new Uint8Array(256 * 1024));
    expect(bySize.told).toEqual(["hello"]);
    bySize.hears(new Uint8Array(1));
    expect(bySize.told).toEqual(["hello", "wrong: flooded"]);
  });

  it("[LK38] says no more to a far end that does not read", () => {
    const { chan, told, sent, the, hears } = channel();
    hears(hello);
    chan.open();
    the.waiting = 2 * 1024 * 1024;
    chan.say({ type: "pong", nonce: 1 });
    expect([told, sent.length]).toEqual([["hello"], 1]);
    the.waiting++;
    chan.say({ type: "pong", nonce: 1 });
    expect([told, sent.length]).toEqual([["hello", "wrong: slow"], 1]);
  });

  it("[LK38] hears sixty pings a minute, whatever their spacing", async () => {
    const { chan, told, hears, time } = channel();
    hears(hello);
    chan.open();
    for (let n = 0; n < 60; n++) hears({ type: "ping", nonce: n });
    hears({ type: "ping", nonce: 60 });
    expect(told.slice(-2)).toEqual(["ping", "wrong: flooded"]);
    await time.pass(seconds(1));
    hears({ type: "ping", nonce: 61 });
    hears({ type: "ping", nonce: 62 });
    expect(told.slice(-2)).toEqual(["ping", "wrong: flooded"]);
  });

  it("ends once, says why where the far end can still hear it, and is silent after", () => {
    const { chan, told, sent, closed, the, hears } = channel();
    chan.end("closing");
    chan.end("forged");
    chan.say({ type: "ping", nonce: 1 });
    hears(hello);
    the.events?.closed("PEER_LOST", "");
    expect([sent.length, closed, told]).toEqual([1, ["flush"], []]);
    const dead = channel();
    dead.chan.end("silent");
    expect([dead.sent.length, dead.closed]).toEqual([0, ["reset"]]);
  });
});

describe("the pacer", () => {
  it("[LK40] begins a few in each turn, in the order they came, and none that was taken back", async () => {
    const pace = pacer(2);
    const begun: number[] = [];
    const turns: number[][] = [];
    for (let n = 1; n <= 5; n++) pace(() => begun.push(n));
    const takeBack = pace(() => begun.push(6));
    takeBack();
    for (let n = 0; n < 4; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      turns.push([...begun]);
    }
    expect(turns[0]).toEqual([1, 2]);
    expect(turns[1]).toEqual([1, 2, 3, 4]);
    expect(turns.at(-1)).toEqual([1, 2, 3, 4, 5]);
    pace(() => begun.push(7));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun.at(-1)).toBe(7);
  });
});

describe("the network of an address", () => {
  it("[LK21] is the IPv4 address, mapped or not, or the IPv6 /64", () => {
    const all = {
      "192.0.2.7": "192.0.2.7",
      "::ffff:192.0.2.7": "192.0.2.7",
      "2001:db8:1:2:3:4:5:6": "2001:db8:1:2",
      "2001:0db8:0001:0002::6": "2001:db8:1:2",
      "2001:db8::6": "2001:db8:0:0",
      "2001:DB8:0:0:9::": "2001:db8:0:0",
      "::1": "0:0:0:0",
      "fe80::1%eth0": "fe80:0:0:0",
      "": "",
    };
    for (const [address, network] of Object.entries(all))
      expect([address, networkOf(address)]).toEqual([address, network]);
  });
});
