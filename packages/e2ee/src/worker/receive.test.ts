import { contexts } from "../sframe/keyId.ts";
import { describe, expect, it } from "vitest";
import { encoderBytes } from "../frame/testing.ts";
import { callOfTwo, fakeFrame, sealed } from "./testing.ts";

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => encoderBytes(from + i));

describe("epoch change", () => {
  it("[FR13] ten re-keys with receive keys first lose no frame and keep the order", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    for (let epoch = 2; epoch <= 11; epoch++) {
      await to.installReceive(epoch, [from], [0, 1]);
      await from.installSend(epoch, [0, 1], 1000);
      for (const frame of await sealed(camera, 3, (epoch - 2) * 6)) await receive.stream.push(fakeFrame(frame));
      await Promise.all([from.agree(epoch), to.agree(epoch)]);
      for (const frame of await sealed(camera, 3, (epoch - 2) * 6 + 3)) await receive.stream.push(fakeFrame(frame));
    }
    expect(receive.sink.frames).toEqual(range(0, 60));
    expect((await to.stats()).dropped).toEqual({});
    expect(to.take("opening").map((m) => m.of.epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
  it("[FR13] frames of the next epochs are held up to 1 s and opened in order when keys come", async () => {
    const { clock, from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const before = await sealed(camera, 2);
    await from.installSend(2, [1]);
    const second = await sealed(camera, 2, 2);
    await from.installSend(3, [1]);
    const third = await sealed(camera, 2, 4);
    for (const frame of [...second, ...third]) await receive.stream.push(fakeFrame(frame));
    for (const frame of before) await receive.stream.push(fakeFrame(frame)); // late frames of the epoch at hand do not wait
    expect(receive.sink.take()).toEqual(range(0, 2));
    clock.move(900);
    await to.streams.tick();
    await to.installReceive(2, [from], [1]);
    expect(receive.sink.take()).toEqual(range(2, 4));
    await to.installReceive(3, [from], [1]);
    expect(receive.sink.take()).toEqual(range(4, 6));
    expect((await to.stats()).dropped).toEqual({});
  });
  it("[FR14] what waits longer than 1 s, or beyond 64 frames or 2 MiB, is dropped and counted, and a key frame asked for", async () => {
    const { clock, from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    for (const frame of await sealed(camera, 1)) await receive.stream.push(fakeFrame(frame, "key"));
    await from.installSend(2, [1]);
    for (const frame of await sealed(camera, 70, 1)) await receive.stream.push(fakeFrame(frame));
    expect((await to.stats()).dropped).toEqual({ holdFull: 6 });
    clock.move(1000);
    await to.streams.tick();
    expect((await to.stats()).dropped).toEqual({ holdFull: 6, keyLate: 64 });
    for (const frame of await sealed(camera, 3, 71, 800 * 1024)) await receive.stream.push(fakeFrame(frame));
    expect((await to.stats()).dropped).toEqual({ holdFull: 7, keyLate: 64 });
    expect(to.keyFramesAsked).toBe(0);
    await to.installReceive(2, [from], [1]);
    expect([receive.sink.take().length, to.keyFramesAsked]).toEqual([3, 1]);
  });
  it("[FR16] the first good frame after a gap asks for a key frame, again after 1 s, and no more once it came", async () => {
    const { clock, from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const frames = await sealed(camera, 8);
    const push = async (n: number, type: "key" | "delta") => {
      await receive.stream.push(fakeFrame(frames[n] ?? expect.fail("none"), type));
      return to.keyFramesAsked;
    };
    expect(await push(1, "delta")).toBe(1); // joined late
    expect(await push(2, "delta")).toBe(1);
    clock.move(1000);
    expect(await push(3, "delta")).toBe(2);
    expect(await push(4, "key")).toBe(2);
    clock.move(500);
    expect(await push(5, "delta")).toBe(2);
    await receive.stream.push(fakeFrame(new Uint8Array(0))); // nothing was in it, so nothing is missing
    expect(await push(7, "delta")).toBe(2);
    await receive.stream.push(fakeFrame(new Uint8Array(50)));
    expect(await push(6, "delta")).toBe(3);
    const sound = to.receive({ stream: "microphone", kind: "audio", binding: { contexts: [0], leaves: [0] } });
    for (const frame of await sealed(from.send(contexts.microphone, "opus", "microphone"), 2)) {
      await sound.stream.push(fakeFrame(frame, null, "audio/opus"));
    }
    expect([sound.sink.frames.length, to.keyFramesAsked]).toEqual([2, 3]);
  });
  it("[FR20] frames that come again after a silence ask for a key frame at once, of every picture that was there before", async () => {
    const { clock, from, to } = await callOfTwo();
    const [camera, microphone] = [from.send(contexts.camera), from.send(contexts.microphone, "opus", "microphone")];
    const sound = to.receive({ stream: "microphone", kind: "audio", binding: { contexts: [0], leaves: [0] } });
    const receive = to.receive({});
    const [pictures, sounds] = [await sealed(camera, 9), await sealed(microphone, 9)];
    const push = async (what: "picture" | "sound", n: number, type: "key" | "delta" = "delta") => {
      const frame = (what === "sound" ? sounds : pictures)[n] ?? expect.fail("none");
      if (what === "sound") await sound.stream.push(fakeFrame(frame, null, "audio/opus"));
      else await receive.stream.push(fakeFrame(frame, type));
      return to.keyFramesAsked;
    };
    await push("sound", 0);
    clock.move(5000);
    expect(await push("sound", 1)).toBe(0); // there was no picture yet
    expect(await push("picture", 1, "key")).toBe(0);
    clock.move(999);
    expect(await push("picture", 2)).toBe(0);
    clock.move(5000);
    expect(await push("sound", 3)).toBe(1); // the picture's encoder may have fallen silent
    expect(await push("picture", 3, "key")).toBe(1);
    expect(await push("picture", 4)).toBe(1);
    clock.move(5000);
    expect(await push("sound", 4)).toBe(2);
    clock.move(299);
    expect(await push("picture", 5)).toBe(2);
    clock.move(1);
    expect(await push("picture", 6)).toBe(3); // the request may have been lost
    clock.move(999);
    expect(await push("picture", 7)).toBe(3);
  });
  it("[FR21] of two keys for one epoch the last one answers, and no frame opens twice whichever comes again", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    await to.installReceive(2, [from], [1], 1); // of a commit that was put forward
    await to.installReceive(2, [from], [1], 0); // and of the one that was decided
    await from.installSend(2, [1]);
    const frames = await sealed(camera, 2);
    await receive.stream.push(fakeFrame(frames[0] ?? expect.fail("none"), "key"));
    expect(receive.sink.take()).toEqual(range(0, 1));
    for (const call of [0, 1, 0]) await to.installReceive(2, [from], [1], call);
    for (const frame of frames) await receive.stream.push(fakeFrame(frame));
    expect(receive.sink.take()).toEqual(range(1, 2));
    expect((await to.stats()).dropped).toEqual({ replayed: 1 });
  });
  it("[FR22] no old key answers to the KID of an epoch that is due, however fast epochs come", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    for (const frame of await sealed(camera, 1)) await receive.stream.push(fakeFrame(frame, "key"));
    for (let epoch = 2; epoch <= 16; epoch++) {
      await to.installReceive(epoch, [from], [1]);
      await from.installSend(epoch, [1]);
      await Promise.all([from.agree(epoch), to.agree(epoch)]);
    }
    await from.installSend(17, [1]);
    for (const frame of await sealed(camera, 1, 1)) await receive.stream.push(fakeFrame(frame));
    await to.installReceive(17, [from], [1]);
    expect(receive.sink.take()).toEqual(range(0, 2));
    expect((await to.stats()).dropped).toEqual({});
  });
  it("[FR9] epoch & 15 comes round four times over 70 epochs without a frame lost or an old key opened", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const old = (await sealed(camera, 2)).slice(1);
    for (let epoch = 2; epoch <= 71; epoch++) {
      await to.installReceive(epoch, [from], [1]);
      await from.installSend(epoch, [1]);
      await Promise.all([from.agree(epoch), to.agree(epoch)]);
      for (const frame of await sealed(camera, 1, epoch)) await receive.stream.push(fakeFrame(frame));
    }
    expect(receive.sink.take()).toEqual(range(2, 72));
    for (const frame of old) await receive.stream.push(fakeFrame(frame));
    expect(receive.sink.take()).toEqual([]);
    expect((await to.stats()).dropped).toEqual({ tagFailed: 1 });
  });
  it("[FR8] a key whose counter crosses 2^32 loses no frame", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    await to.installReceive(2, [from], [1]);
    await from.installSend(2, [1], 0, 2 ** 32 - 5);
    for (const frame of await sealed(camera, 10)) await receive.stream.push(fakeFrame(frame));
    expect(receive.sink.frames).toEqual(range(0, 10));
  });
  it("[FR14] no more frames wait for the one being opened than a curtain and the hold queue can let go", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    await Promise.all((await sealed(camera, 300)).map((frame) => receive.stream.push(fakeFrame(frame))));
    expect(receive.sink.frames).toEqual(range(0, 215));
    expect((await to.stats()).dropped).toEqual({ holdFull: 85 });
  });
  it("[FR11] a sender heard under a newer epoch makes its old keys die, whether or not all have agreed", async () => {
    const { clock, from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const old = await sealed(camera, 2);
    await to.installReceive(2, [from], [1]);
    await from.installSend(2, [1]);
    for (const frame of await sealed(camera, 1, 2)) await receive.stream.push(fakeFrame(frame));
    clock.move(2_999);
    await receive.stream.push(fakeFrame(old[0] ?? expect.fail("none")));
    clock.move(3_000);
    await receive.stream.push(fakeFrame(old[1] ?? expect.fail("none")));
    expect(receive.sink.frames).toEqual([encoderBytes(2), encoderBytes(0)]);
    expect((await to.stats()).dropped).toEqual({ keyGone: 1 });
  });
  it("[FR3] a browser that takes one frame badly does not stop the stream, and gets nothing else for it", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const frames = await sealed(camera, 3);
    const bad = fakeFrame(frames[1] ?? expect.fail("none"));
    receive.sink.refuse = bad;
    const pushed = frames.map((frame, n) => (n === 1 ? bad : fakeFrame(frame)));
    await Promise.all(pushed.map((frame) => receive.stream.push(frame)));
    expect(receive.sink.frames).toEqual([encoderBytes(0), encoderBytes(2)]);
    expect([(await to.stats()).dropped, to.take("fault").length]).toEqual([{ fault: 1 }, 1]);
  });
  it("frames pushed without waiting are delivered in the order they came", async () => {
    const { from, to } = await callOfTwo();
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const frames = await sealed(camera, 100);
    await Promise.all(frames.map((frame) => receive.stream.push(fakeFrame(frame))));
    expect(receive.sink.frames).toEqual(range(0, 100));
  });
});

describe("the curtain", () => {
  const early = {
    binding: { contexts: [contexts.earlyCamera, contexts.camera], leaves: [0] },
    curtained: [contexts.earlyCamera],
  } as const;

  it("[FR15] keeps frames sealed from the last key frame on, and opens them at the answer, then all that follow", async () => {
    const { clock, from, to } = await callOfTwo([1, 6]);
    const [camera, receive] = [from.send(contexts.earlyCamera), to.receive(early)];
    const frames = await sealed(camera, 20);
    for (const [n, frame] of frames.entries())
      await receive.stream.push(fakeFrame(frame, n % 8 === 3 ? "key" : "delta"));
    clock.move(60_000);
    await to.streams.tick();
    expect(receive.sink.frames).toEqual([]);
    expect((await to.stats()).dropped).toEqual({ curtained: 19 });
    await to.streams.handle({ type: "release", stream: "camera" });
    expect(receive.sink.take()).toEqual(range(19, 20));
    await from.streams.handle({ type: "route", stream: "camera", context: contexts.camera });
    for (const frame of await sealed(camera, 3, 20)) await receive.stream.push(fakeFrame(frame));
    expect(receive.sink.take()).toEqual(range(20, 23));
    expect((await to.stats()).dropped).toEqual({ curtained: 19 });
  });
  it("[FR15] black pictures that keep the line awake while it rings are not kept, and the camera after them begins with a key frame", async () => {
    const { from, to } = await callOfTwo([1, 6]);
    const [camera, receive] = [from.send(contexts.camera), to.receive(early)];
    for (const [n, frame] of (await sealed(camera, 3)).entries())
      await receive.stream.push(fakeFrame(frame, n === 0 ? "key" : "delta"));
    expect(receive.sink.take()).toEqual(range(0, 3));
    await from.streams.handle({ type: "route", stream: "camera", context: contexts.earlyCamera });
    expect(from.take("routed")).toMatchObject([{ stream: "camera", context: contexts.earlyCamera }]);
    for (const [n, frame] of (await sealed(camera, 6, 3)).entries())
      await receive.stream.push(fakeFrame(frame, n === 2 ? "key" : "delta"));
    expect([receive.sink.take(), to.keyFramesAsked]).toEqual([[], 1]);
    await to.streams.handle({ type: "release", stream: "camera" });
    expect(receive.sink.take()).toEqual(range(5, 9));
  });
  it("[FR15] is bounded: beyond 150 frames all are let go, and a key frame is asked for in time", async () => {
    const { clock, from, to } = await callOfTwo([1, 6]);
    const [camera, receive] = [from.send(contexts.earlyCamera), to.receive(early)];
    for (const [n, frame] of (await sealed(camera, 200)).entries()) {
      await receive.stream.push(fakeFrame(frame, n === 0 ? "key" : "delta"));
      clock.move(33);
    }
    expect((await to.stats()).dropped).toEqual({ curtained: 200 });
    expect(to.keyFramesAsked).toBe(7); // at frame 11 and each second after it
    await to.streams.handle({ type: "release", stream: "camera" });
    expect(receive.sink.frames).toEqual([]);
  });
  it("[FR15] sound is not kept at all", async () => {
    const { from, to } = await callOfTwo([0]);
    const receive = to.receive({ kind: "audio", binding: { contexts: [0], leaves: [0] }, curtained: [0] });
    for (const frame of await sealed(from.send(0, "opus"), 5)) await receive.stream.push(fakeFrame(frame, null));
    await to.streams.handle({ type: "release", stream: "camera" });
    expect([receive.sink.frames.length, (await to.stats()).dropped]).toEqual([0, { curtained: 5 }]);
    expect(to.keyFramesAsked).toBe(0);
  });
});

describe("sending", () => {
  it("[FR5] drops before the first key and codecs that are not sealed; passes nothing else on", async () => {
    const { from } = await callOfTwo([]);
    const camera = from.send(1);
    expect(await sealed(camera, 3)).toEqual([]);
    await camera.stream.push(fakeFrame(encoderBytes(1), "key", "video/H264"));
    expect([camera.sink.frames, (await from.stats()).dropped]).toEqual([[], { noKey: 3, otherCodec: 1 }]);
  });
  it("[FR7] a second install of a key is refused and said", async () => {
    const { from } = await callOfTwo();
    await from.installSend(1, [1]);
    expect(from.take("keyRefused")).toMatchObject([{ context: 1, why: "epochNotNewer" }]);
  });
  it("[FR8] two transforms of one context share one counter", async () => {
    const { from, to } = await callOfTwo();
    const [one, two, receive] = [from.send(1), from.send(1, "vp9", "camera again"), to.receive({})];
    const frames = [...(await sealed(one, 5)), ...(await sealed(two, 5, 5))];
    for (const frame of frames) await receive.stream.push(fakeFrame(frame));
    expect(receive.sink.frames).toEqual(range(0, 10));
  });
});
