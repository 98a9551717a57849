// The hostile suite at this layer: whatever a relay or a stranger puts into a stream, nothing of it is delivered, each frame is
// counted by its reason, and the alarm about the stream is up within 3 s. The counts are printed.
import { type Bytes, concat } from "@parley/base/bytes";
import { contexts } from "../sframe/keyId.ts";
import { afterAll, describe, expect, it } from "vitest";
import { encoderBytes } from "../frame/testing.ts";
import { End, callOfTwo, fakeFrame, newSigner, sealed } from "./testing.ts";

const rows: string[] = [];
afterAll(() => console.log(["hostile frames: sent, delivered, dropped by reason", ...rows].join("\n  ")));

type Call = Awaited<ReturnType<typeof callOfTwo>>;
type Receiver = ReturnType<End["receive"]>;

/** Sends hostile frames amid honest ones: the honest ones all arrive, the hostile ones never, and the alarm is told. */
async function attack(name: string, make: (call: Call) => Promise<Bytes[]> | Bytes[], alarm = true): Promise<void> {
  const call = await callOfTwo();
  const { clock, from, to } = call;
  const receive = to.receive({});
  const honest = await sealed(from.send(contexts.camera, "vp9", "honest"), 20);
  const hostile = await make(call);
  await push(receive, honest.slice(0, 10));
  await push(receive, hostile);
  for (let waited = 0; waited < 2_750; waited += 250) {
    clock.move(250);
    await to.streams.tick();
  }
  const alarms = to.take("alarm");
  await push(receive, honest.slice(10));
  const { dropped } = await to.stats();
  rows.push(`${name}: ${hostile.length}, ${receive.sink.frames.length - 20}, ${JSON.stringify(dropped)}`);
  expect(receive.sink.frames).toEqual(Array.from({ length: 20 }, (_, n) => encoderBytes(n)));
  expect(Object.values(dropped).reduce((sum, n) => sum + n, 0)).toBe(hostile.length);
  expect(alarms.length > 0).toBe(alarm);
  for (const told of alarms) expect(told.stream).toBe("camera");
}

async function push({ stream }: Receiver, frames: readonly Bytes[]): Promise<void> {
  for (const frame of frames) await stream.push(fakeFrame(frame));
}

const bent = (bytes: Bytes, at: number, bit: number): Bytes => {
  const other = bytes.slice();
  other[at] = (other[at] as number) ^ (1 << bit);
  return other;
};

describe("[FR4] [FR17] nothing that was not authenticated is delivered, and the alarm names the stream within 3 s", () => {
  it("clear frames, of every first byte", () =>
    attack("clear", () => Array.from({ length: 256 }, (_, n) => concat(new Uint8Array([n]), encoderBytes(n, 200)))));

  it("frames sealed with a key that is not the group's", () =>
    attack("wrong key", async () => {
      const stranger = new End(0, await newSigner(), (await callOfTwo()).clock);
      await stranger.installSend(1, [1], 0, 100, 0xee);
      return sealed(stranger.send(1), 20);
    }));

  it("every bit of a frame flipped, one at a time", () =>
    attack("bit flips", async ({ from }) => {
      const [frame] = await sealed(from.send(1), 1, 7, 40);
      if (frame === undefined) return expect.fail("not sealed");
      return Array.from({ length: frame.length * 8 }, (_, bit) => bent(frame, bit >> 3, bit & 7));
    }));

  it("frames of another stream of the same sender", () =>
    attack("other stream", async ({ from }) => sealed(from.send(contexts.microphone, "opus", "microphone"), 10)));

  it("frames of another leaf", () =>
    attack("other leaf", async ({ clock, to }) => {
      const third = new End(2, await newSigner(), clock);
      await third.installSend(1, [1]);
      await to.installReceive(1, [third], [1]);
      return sealed(third.send(1), 10);
    }));

  it("frames of another call or link, whose group has the same leaves, epoch and counters", () =>
    attack("other call", async () => {
      const other = new End(0, await newSigner(), (await callOfTwo()).clock);
      await other.installSend(1, [1], 0, 50, 0x77);
      return sealed(other.send(1), 10);
    }));

  it("frames cut short, down to nothing but a byte", () =>
    attack("truncated", async ({ from }) => {
      const [frame] = await sealed(from.send(1), 1, 7, 40);
      return Array.from({ length: (frame?.length ?? 0) - 1 }, (_, n) => frame?.slice(0, n + 1) ?? new Uint8Array());
    }));

  it("KIDs that nobody has", () =>
    attack("bogus KIDs", () =>
      [0x7, 0x1fff, 0xffffff, 0x1000 + (9 << 4)].map((kid) =>
        concat(new Uint8Array([0xb0, kid >> 16, kid >> 8, kid]), encoderBytes(kid, 40)),
      ),
    ));

  it("KIDs of epochs to come, which nobody then has: the stream goes on meanwhile", () =>
    attack("epochs to come", () =>
      [2, 3, 4].flatMap((epoch) =>
        Array.from({ length: 10 }, (_, n) => concat(new Uint8Array([0x90, 0x10, epoch]), encoderBytes(n, 40))),
      ),
    ));

  it("zero-length frames, which some encoders send in silence: dropped without an alarm", () =>
    attack("zero length", () => Array.from({ length: 20 }, () => new Uint8Array(0)), false));
});

describe("replays", () => {
  it("[SF7] [FR17] a frame opens once, in whichever stream, connection or order it comes again", async () => {
    const { clock, from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const frames = await sealed(camera, 50);
    await push(receive, frames);
    await push(receive, [...frames].reverse());
    const second = to.receive({ stream: "camera of the next connection" });
    await push(second, frames);
    rows.push(`replays: 100, ${receive.sink.frames.length + second.sink.frames.length - 50}, replayed`);
    expect([receive.sink.frames.length, second.sink.frames.length]).toEqual([50, 0]);
    expect((await to.stats()).dropped).toEqual({ replayed: 50 });
    expect((await to.stats("camera of the next connection")).dropped).toEqual({ replayed: 50 });
    clock.move(1_500);
    await to.streams.tick();
    expect(to.take("alarm").map((m) => m.stream)).toEqual(["camera", "camera of the next connection"]);
  });
  it("[FR17] a few frames that come twice, as browsers send to probe the path, are no alarm and ask for no key frame", async () => {
    const { clock, from, to } = await callOfTwo();
    const receive = to.receive({});
    const frames = await sealed(from.send(contexts.camera), 30);
    await receive.stream.push(fakeFrame(frames[0] ?? expect.fail("none"), "key"));
    for (const [n, frame] of frames.slice(1).entries()) await push(receive, n % 2 === 0 ? [frame, frame] : [frame]);
    await push(receive, frames.slice(0, 18)); // and then the sender is silent
    for (let t = 0; t < 5_000; t += 250) {
      clock.move(250);
      await to.streams.tick();
    }
    expect([receive.sink.frames.length, to.keyFramesAsked, to.take("alarm")]).toEqual([30, 0, []]);
    expect((await to.stats()).dropped).toEqual({ replayed: 33 });
  });
  it("[SF7] of two streams that try one frame at the same time one delivers it", async () => {
    const { from, to } = await callOfTwo();
    const [one, two] = [to.receive({}), to.receive({ stream: "again" })];
    const frames = await sealed(from.send(contexts.camera), 30);
    await Promise.all(frames.flatMap((f) => [one.stream.push(fakeFrame(f)), two.stream.push(fakeFrame(f))]));
    expect(one.sink.frames.length + two.sink.frames.length).toBe(30);
  });
  it("[FR9] an old epoch's frames do not open once its bits have come round", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const old = await sealed(camera, 20);
    for (const epoch of [2, 17]) await to.installReceive(epoch, [from], [1]);
    await push(receive, old);
    expect([receive.sink.frames.length, (await to.stats()).dropped]).toEqual([0, { tagFailed: 20 }]);
  });
});

describe("the alarm", () => {
  it("[FR18] blames nobody before epochs agree", async () => {
    const { clock, from, to } = await callOfTwo();
    const alone = new End(1, await newSigner(), clock);
    const receive = alone.receive({});
    await push(receive, await sealed(from.send(contexts.camera), 3));
    expect((await alone.stats()).dropped).toEqual({ noKeys: 3 });
    await alone.installReceive(1, [from], [1]);
    await push(receive, [encoderBytes(0), encoderBytes(1)]);
    clock.move(10_000);
    await alone.streams.tick();
    expect(alone.take("alarm")).toEqual([]);
    await alone.agree(1);
    await push(receive, [encoderBytes(2)]);
    expect(alone.take("alarm")).toMatchObject([{ stream: "camera", frames: 1 }]);
    expect(to.take("alarm")).toEqual([]);
  });
  it("[FR18] does not count against the stream what another branch of the next epoch explains", async () => {
    const { from, to } = await callOfTwo();
    const receive = to.receive({});
    await to.installReceive(2, [from], [1], 0xaa); // our next epoch is not theirs
    await from.installSend(2, [1], 0, 0, 0xbb);
    await push(receive, await sealed(from.send(contexts.camera), 5));
    expect([(await to.stats()).dropped, to.take("alarm")]).toEqual([{ tagFailed: 5 }, []]);
    await to.agree(2);
    await push(receive, await sealed(from.send(contexts.camera, "vp9", "more"), 5, 5));
    expect(to.take("alarm")).toHaveLength(1);
  });
  it("[FR19] is told at once, every 3 s while it goes on, and taken back after 3 s of quiet", async () => {
    const { clock, to } = await callOfTwo();
    const receive = to.receive({});
    const told: string[] = [];
    for (let t = 0; t <= 12_000; t += 250) {
      if (t < 7_000) await push(receive, [encoderBytes(t)]);
      await to.streams.tick();
      for (const { type } of to.posted.splice(0)) if (type === "alarm" || type === "calm") told.push(`${t} ${type}`);
      clock.move(250);
    }
    expect(told).toEqual(["0 alarm", "3000 alarm", "6000 alarm", "9000 alarm", "12000 calm"]);
  });
  it("[FR17] frames for which no key comes are an alarm within 3 s, unless one opens meanwhile", async () => {
    const { clock, from, to } = await callOfTwo();
    const receive = to.receive({});
    await from.installSend(9, [1]);
    const [keyless, later] = [await sealed(from.send(1), 30), await sealed(from.send(1, "vp9", "x"), 30, 30)];
    const good = await (async () => {
      const other = new End(0, from.signer, clock);
      await other.installSend(1, [1]);
      return sealed(other.send(1), 1);
    })();
    await push(receive, keyless.slice(0, 10));
    clock.move(1_150);
    await push(receive, good);
    await push(receive, keyless.slice(10));
    clock.move(1_150);
    await to.streams.tick();
    expect(to.take("alarm")).toEqual([]);
    await push(receive, later);
    clock.move(100);
    await to.streams.tick();
    expect(to.take("alarm")).toMatchObject([{ why: "keyGone", stream: "camera" }]);
  });
});
