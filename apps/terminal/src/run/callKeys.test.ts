// Which way what the key worker says goes: over the data channel, through the stations, or both.
import type { Bytes } from "@parley/base/bytes";
import type { Line } from "@parley/call/state";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import { expect, test } from "vitest";
import { type CallKeysOptions, callKeys } from "./callKeys.ts";
import { bytesOf } from "./wire.ts";

function keys(channel: "open" | "closed", at: Line["at"] = "live") {
  const state = { channel, at };
  const waits: [number, () => void][] = [];
  const told: FromTerminal[] = [];
  const bychannel: number[] = [];
  const far = {
    tell: (_: string, bytes: Bytes) => {
      if (state.channel === "open") bychannel.push(bytes[0] ?? -1);
      return state.channel === "open";
    },
  };
  const options = {
    call: "c1",
    line: () => ({ at: state.at }) as Line,
    far,
    clock: { wait: (time: number, run: () => void) => void waits.push([time, run]) },
    tell: (message: FromTerminal) => told.push(message) > 0,
  };
  const it = callKeys(options as unknown as CallKeysOptions);
  const send = (n: number, by: "everyWay" | "channel") =>
    it.hear({ type: "send", to: "t1", bytes: Uint8Array.of(n), by });
  const through = () => told.splice(0).map((m) => (m.type === "signal" ? bytesOf(m.body)[0] : m.type));
  const wait = () => waits.splice(0).map(([time, run]) => (run(), time));
  return { it, state, send, through, bychannel, wait };
}

test("[SG5] a word goes both ways; what comes every second goes by the channel alone while that carries the call", () => {
  const { send, through, bychannel } = keys("open");
  send(1, "everyWay");
  send(2, "channel");
  expect([bychannel, through()]).toEqual([[1, 2], [1]]);
});

test("[SG5] without a channel, or with a path that is being mended, it goes through the stations", () => {
  const closed = keys("closed");
  closed.send(1, "channel");
  expect(closed.through()).toEqual([1]);
  const mending = keys("open", "mending");
  mending.send(2, "channel");
  expect(mending.through()).toEqual([2]);
});

test("[SG5] between the answer and the first picture the stations' copy waits 200 ms, where the channel took the word", () => {
  const open = keys("open", "keying");
  open.send(1, "everyWay");
  expect(open.through()).toEqual([]);
  expect([open.wait(), open.through()]).toEqual([[200], [1]]);
  const closed = keys("closed", "keying");
  closed.send(2, "everyWay");
  expect([closed.through(), closed.wait()]).toEqual([[2], []]);
});

test("[SG5] when the path is lost, what may not have arrived goes through the stations once, the last twelve of it", () => {
  const { it, send, through } = keys("open");
  for (let n = 1; n <= 20; n++) send(n, "channel");
  it.lost();
  it.lost();
  expect(through()).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
});
