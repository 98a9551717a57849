// The shutter as a table, and before a real sending stream: what the camera saw before the answer is never sealed.
import type { Bytes } from "@parley/base/bytes";
import { ms } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encoderBytes } from "../frame/testing.ts";
import { type Shutter, type ShutterEvent, step } from "./shutter.ts";
import { callOfTwo, fakeFrame, sealed } from "./testing.ts";

type Named = string;
const bytes = (n: number): Bytes => Uint8Array.of(n);
const frame = (n: number, isKey = false): ShutterEvent<Named> => ({
  type: "frame",
  coming: { frame: `f${n}`, bytes: bytes(n), isKey },
});

/** Runs the events and lists what was sealed, as "frame:first byte". */
function run(events: readonly ShutterEvent<Named>[], from: Shutter<Named> = { at: "open" }, gap = 33) {
  let state = from;
  let falls = 0;
  const out: string[] = [];
  for (const [n, event] of events.entries()) {
    const [next, effects] = step(state, event, ms(n * gap));
    state = next;
    if (effects.fell === "now") falls++;
    for (const { frame: f, bytes: b } of effects.seal) out.push(`${f}:${b[0] ?? "none"}`);
  }
  return { state, out, falls };
}

describe("the shutter", () => {
  const shut: Shutter<Named> = { at: "shut", veil: bytes(0) };

  it("[FR24] falls with the next key frame, and from then on each picture gives way to that one", () => {
    const { state, out, falls } = run([{ type: "shut" }, frame(1), frame(2, true), frame(3), frame(4, true)]);
    expect([state.at, falls]).toEqual(["shut", 1]);
    expect(out).toEqual(["f1:1", "f2:2", "f3:2", "f4:2"]);
  });

  it("[FR25] made ready it keeps what follows the next key frame, and opened it lets that go first", () => {
    const events = [
      frame(1),
      { type: "ready" } as const,
      frame(2),
      frame(3, true),
      frame(4),
      { type: "open" } as const,
      frame(5),
    ];
    expect(run(events, shut).out).toEqual(["f1:0", "f2:0", "f3:3", "f4:4", "f5:5"]);
  });

  it("[FR25] shut again it lets go what it kept", () => {
    const events = [{ type: "ready" } as const, frame(1, true), frame(2), { type: "shut" } as const, frame(3)];
    expect(run(events, shut)).toMatchObject({ state: { at: "shut" }, out: ["f3:0"] });
  });

  it("[FR25] keeps 60 pictures at most, and is shut then", () => {
    const events = [{ type: "ready" } as const, frame(1, true), ...Array.from({ length: 60 }, (_, n) => frame(n + 2))];
    expect(run(events, shut)).toMatchObject({ state: { at: "shut" }, out: ["f61:0"] });
  });

  it("[FR26] opened without a key frame it waits 400 ms for one", () => {
    const open = { type: "open" } as const;
    expect(run([open, frame(1), frame(2, true), frame(3)], shut).out).toEqual(["f1:0", "f2:2", "f3:3"]);
    expect(run([open, frame(1), frame(2), frame(3)], shut, 200).out).toEqual(["f1:0", "f2:2", "f3:3"]);
  });

  it("[FR24] [FR25] whatever happens, no picture from before it was made ready is sealed once it is shut", () => {
    const word = fc.constantFrom("shut", "ready", "open", "key", "delta");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 80 }), (words) => {
        let state: Shutter<Named> = { at: "shut", veil: bytes(0) };
        let allowed = Infinity; // the first picture that may be seen
        let black = new Set([0]);
        for (const [n, what] of words.entries()) {
          const number = n + 1;
          const before = state.at;
          const event = what === "key" || what === "delta" ? frame(number, what === "key") : ({ type: what } as const);
          const [next, { seal, fell }]: ReturnType<typeof step<Named>> = step(state, event, ms(n));
          state = next;
          if (state.at === "ready" && before === "shut") allowed = number;
          if (state.at === "shut") allowed = Infinity;
          if (state.at === "open" || state.at === "opening" || state.at === "closing")
            allowed = Math.min(allowed, number);
          // While it closes the page feeds it nothing but black: what falls then is the new veil.
          if (fell === "now") black = new Set([...black, number]);
          for (const { bytes: b } of seal) {
            const seen = b[0] ?? -1;
            expect(black.has(seen) || seen >= allowed || before === "closing").toBe(true);
          }
        }
      }),
    );
  });

  it("[FR24] [FR25] before a stream: shut, every sealed frame opens to the black one; opened, the camera's come in order", async () => {
    const { from, to } = await callOfTwo([1]);
    const [camera, receive] = [from.send(1), to.receive({})];
    const said = (what: "shut" | "ready" | "open") =>
      from.streams.handle({ type: "shutter", stream: "camera", to: what });
    const push = (n: number, isKey = false) =>
      camera.stream.push(fakeFrame(encoderBytes(n, 50 + n), isKey ? "key" : "delta"));
    await said("shut");
    await push(0, true);
    expect(from.take("shut")).toEqual([{ type: "shut", stream: "camera" }]);
    for (let n = 1; n < 6; n++) await push(n, n === 3);
    await said("ready");
    await push(6, true);
    await push(7);
    const hidden = camera.sink.take();
    expect(new Set(hidden.map(({ length }) => length)).size).toBe(1);
    for (const f of hidden) await receive.stream.push(fakeFrame(f));
    expect(receive.sink.take()).toEqual(Array.from({ length: 6 }, () => encoderBytes(0, 50)));
    // A frame that comes while those that were kept are sealed does not overtake them.
    await Promise.all([said("open"), push(8)]);
    for (const f of camera.sink.take()) await receive.stream.push(fakeFrame(f));
    expect(receive.sink.take()).toEqual([6, 7, 8].map((n) => encoderBytes(n, 50 + n)));
    expect((await sealed(camera, 2, 9)).length).toBe(2);
  });
});
