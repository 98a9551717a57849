import { beforeEach, expect, it } from "vitest";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { type Clock, type Ms, ms } from "@parley/base/time";
import { type SocketLike, linkToStation } from "./socket.ts";

class FakeSocket implements SocketLike {
  readonly sent: string[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  send = (data: string | ArrayBufferLike | Blob | ArrayBufferView): void =>
    void this.sent.push(typeof data === "string" ? data : "bytes");
  close = (): void => void (this.isClosed = true);
}

let sockets: FakeSocket[];
let clock: Clock;
let pass: (time: Ms) => void;
const newest = (): FakeSocket => sockets.at(-1) ?? expect.fail("no socket");

beforeEach(() => {
  sockets = [];
  ({ clock, pass } = clockByHand());
});

const open = () => {
  const ups: string[] = [];
  const heard: string[] = [];
  const strangers: string[] = [];
  const link = linkToStation({
    open: () => {
      sockets.push(new FakeSocket());
      return newest();
    },
    clock,
    jitter: () => 0,
    onUp: () => void ups.push("up"),
    onDown: () => void ups.push("down"),
    onMessage: ({ type }) => void heard.push(type),
    onStranger: (detail) => void strangers.push(detail),
  });
  newest().onopen?.();
  return { link, ups, heard, strangers };
};

it("[WS5] a connection in doubt that answers is kept", () => {
  const { link, ups } = open();
  link.doubt();
  expect(newest().sent).toEqual([""]);
  pass(ms(900));
  newest().onmessage?.({ data: "" });
  pass(ms(10_000));
  expect([sockets.length, newest().isClosed, ups]).toEqual([1, false, ["up"]]);
});

it("[WS5] one that does not answer within a second is dropped and made anew, again and again while it is doubted", () => {
  const { link, ups } = open();
  link.doubt();
  pass(ms(1000));
  expect([sockets[0]?.isClosed, ups]).toEqual([true, ["up", "down"]]);
  pass(ms(100));
  expect(sockets.length).toBe(2);
  link.doubt(); // the new one hangs in its handshake
  pass(ms(1000));
  pass(ms(200));
  expect([sockets[1]?.isClosed, sockets.length]).toEqual([true, 3]);
  newest().onopen?.();
  expect(ups).toEqual(["up", "down", "up"]);
});

it("[WS6] what only a newer station says is passed over, and what comes after it is heard; a bent message is told", () => {
  const { heard, strangers } = open();
  const say = (message: unknown): void => newest().onmessage?.({ data: JSON.stringify(message) });
  say({ type: "weather", wind: "north" });
  say({ type: "renewalDue", nonce: "A".repeat(43), colour: "blue" });
  expect([heard, strangers.length]).toEqual([["renewalDue"], 0]);
  say({ type: "renewalDue" });
  expect([heard.length, strangers.length]).toEqual([1, 1]);
});

it("[WS3] one that the station let go rests, whatever the network says, until a person wakes it", () => {
  const { link, ups } = open();
  const socket = newest();
  link.rest();
  socket.onclose?.();
  pass(ms(60_000));
  link.nudge();
  link.doubt();
  expect([sockets.length, socket.isClosed, ups]).toEqual([1, true, ["up", "down"]]);
  link.wake();
  newest().onopen?.();
  expect([sockets.length, ups]).toEqual([2, ["up", "down", "up"]]);
});
