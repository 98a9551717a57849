// The signed media digest through the worker: what an honest sender, a lossy path and a forging member with the group's real
// keys come to at the receiver.
import type { Bytes } from "@parley/base/bytes";
import { describe, expect, it } from "vitest";
import { readDigest } from "../proof/digest.ts";
import { epochOf } from "../frame/testing.ts";
import { contexts } from "../sframe/keyId.ts";
import { End, callOfTwo, fakeFrame, sealed } from "./testing.ts";

type Call = Awaited<ReturnType<typeof callOfTwo>>;

/** Both workers tick every 250 ms; what `from` signs reaches `to` unless `lost` says otherwise. */
async function pass(
  { clock, from, to }: Call,
  ms: number,
  lost: (n: number) => boolean = () => false,
): Promise<number> {
  let digests = 0;
  for (let t = 0; t < ms; t += 250) {
    clock.move(250);
    await from.streams.tick();
    for (const { bytes } of from.take("digest"))
      if (!lost(digests++)) await to.streams.handle({ type: "digest", bytes });
    await to.streams.tick();
  }
  return digests;
}

/** A member of the group who knows its keys, and so those of leaf 0, but not leaf 0's signature key. */
async function forger(call: Call, start: number): Promise<End> {
  const end = new End(0, call.to.signer, call.clock);
  await end.installSend(1, [0, 1], 0, start);
  await end.streams.handle({ type: "identity", signKey: call.to.signer.privateKey });
  return end;
}

const push = async (stream: { push: (f: ReturnType<typeof fakeFrame>) => Promise<void> }, frames: readonly Bytes[]) => {
  for (const frame of frames) await stream.push(fakeFrame(frame));
};

describe("signed media digest", () => {
  it("[DG1] [DG6] every frame of every stream is claimed within a second; loss, order and epochs do not matter", async () => {
    const call = await callOfTwo();
    const { from, to } = call;
    const [camera, sound] = [from.send(contexts.camera), from.send(contexts.microphone, "opus", "microphone")];
    const [picture, heard] = [
      to.receive({}),
      to.receive({ stream: "microphone", kind: "audio", binding: { contexts: [0], leaves: [0] } }),
    ];
    let digests = 0;
    for (let second = 0; second < 12; second++) {
      if (second % 3 === 2) {
        const epoch = 2 + Math.floor(second / 3);
        await to.installReceive(epoch, [from], [0, 1]);
        await from.installSend(epoch, [0, 1]);
        await Promise.all([from.agree(epoch), to.agree(epoch)]);
      }
      const frames = await sealed(camera, 30, second * 30);
      await push(picture.stream, frames.filter((_, n) => n % 7 !== 3).reverse());
      await push(
        heard.stream,
        (await sealed(sound, 50, second * 50)).filter((_, n) => n % 5 !== 0),
      );
      digests += await pass(call, 1000);
    }
    await pass(call, 4000);
    expect([picture.sink.frames.length, heard.sink.frames.length]).toEqual([12 * 26, 12 * 40]);
    expect([to.take("forgery"), to.take("digestRefused"), from.take("fault"), to.take("fault")]).toEqual([
      [],
      [],
      [],
      [],
    ]);
    console.log(`${digests} digests for ${12 * 80} frames, ${12 * 66} received, 0 alarms`);
    expect(digests).toBe(24);
  });

  it("[DG1] a digest waits for the hashes that are under way", async () => {
    const { clock, from } = await callOfTwo();
    const camera = from.send(contexts.camera);
    await Promise.all(Array.from({ length: 10 }, () => camera.stream.push(fakeFrame(new Uint8Array(1_000_000)))));
    clock.move(1000);
    await from.streams.tick();
    const digests = from.take("digest").map(({ bytes }) => readDigest(bytes));
    expect(digests).toMatchObject([{ ok: true, value: { digest: { first: 0, count: 10 } } }]);
  });

  it("[DG7] a member who forges in another's stream with the group's real keys is found out within 3 s", async () => {
    const call = await callOfTwo();
    const { clock, from, to } = call;
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    await push(receive.stream, await sealed(camera, 30));
    await pass(call, 1000);
    const forged = await sealed((await forger(call, 30)).send(contexts.camera), 3, 1000);
    const began = clock.elapsed();
    await push(receive.stream, forged);
    expect(receive.sink.frames.length).toBe(33); // the seal alone cannot tell
    let told: number | null = null;
    while (told === null && clock.elapsed() - began < 10_000) {
      await pass(call, 250);
      if (to.take("forgery").length > 0) told = clock.elapsed() - began;
    }
    console.log(`forgery while the sender is silent: alarm after ${told} ms`);
    expect(told).toBeLessThanOrEqual(3000);
  });

  it("[DG8] forged frames in the place of real ones are found out by the next digest", async () => {
    const call = await callOfTwo();
    const { clock, from, to } = call;
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    await push(receive.stream, await sealed(camera, 30));
    await pass(call, 1000);
    const forged = await sealed((await forger(call, 40)).send(contexts.camera), 3, 1000);
    await push(receive.stream, forged);
    await push(receive.stream, await sealed(camera, 30, 30));
    const began = clock.elapsed();
    await pass(call, 1000);
    const alarms = to.take("forgery");
    console.log(`forgery amid real frames: ${alarms.length} alarms after ${clock.elapsed() - began} ms`);
    expect(alarms).toMatchObject([{ leaf: 0, context: 1, why: "otherFrame", frames: 3 }]);
    expect((await to.stats()).dropped).toEqual({ replayed: 3 }); // the real ones came second
    await pass(call, 4000);
    expect(to.take("forgery")).toEqual([]);
  });

  it("[DG3] a digest signed by another member's key, or bent in any byte, is refused and covers nothing", async () => {
    const call = await callOfTwo();
    const { from, to } = call;
    await push(to.receive({}).stream, await sealed(from.send(contexts.camera), 5));
    const liar = await forger(call, 0);
    await sealed(liar.send(contexts.camera), 5);
    call.clock.move(1000);
    await Promise.all([from.streams.tick(), liar.streams.tick()]);
    const [[real], [lie]] = [from.take("digest"), liar.take("digest")];
    if (real === undefined || lie === undefined) return expect.fail("no digests");
    await to.streams.handle({ type: "digest", bytes: lie.bytes });
    expect(to.take("digestRefused")).toEqual([{ type: "digestRefused", why: "badSignature" }]);
    for (let at = 0; at < real.bytes.length; at++) {
      const bytes = real.bytes.slice();
      bytes[at] = (bytes[at] as number) ^ 1;
      await to.streams.handle({ type: "digest", bytes });
      expect(to.take("digestRefused").length).toBe(1);
    }
    for (let cut = 0; cut < real.bytes.length; cut++) {
      await to.streams.handle({ type: "digest", bytes: real.bytes.slice(0, cut) });
    }
    expect(to.take("digestRefused")).toHaveLength(real.bytes.length);
    call.clock.move(2500);
    await to.streams.tick();
    expect(to.take("forgery")).toHaveLength(1);
    await to.streams.handle({ type: "digest", bytes: real.bytes });
    expect(to.take("claimedLate")).toEqual([{ type: "claimedLate", leaf: 0, context: 1 }]);
  });

  it("[DG9] digests that are late are taken back as an alarm when they come; digests repeated change nothing", async () => {
    const call = await callOfTwo();
    const { from, to } = call;
    const receive = to.receive({});
    await push(receive.stream, await sealed(from.send(contexts.camera), 5));
    const late: Bytes[] = [];
    for (let i = 0; i < 20; i++) {
      call.clock.move(250);
      await from.streams.tick();
      late.push(...from.take("digest").map((m) => m.bytes));
      await to.streams.tick();
    }
    expect(to.take("forgery")).toMatchObject([{ why: "unclaimed", frames: 5 }]);
    for (const bytes of [...late, ...late]) await to.streams.handle({ type: "digest", bytes });
    expect(to.take("claimedLate")).toHaveLength(1);
    expect(to.take("forgery")).toEqual([]);
  });

  it("[DG11] digests that are late all the time alarm once, and not again while they are no later", async () => {
    const call = await callOfTwo();
    const { clock, from, to } = call;
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    const underWay: { readonly at: number; readonly bytes: Bytes }[] = [];
    const told: string[] = [];
    let late = 5000;
    const run = async (ms: number): Promise<void> => {
      for (let t = 0; t < ms; t += 250) {
        if (t % 1000 === 0) await push(receive.stream, await sealed(camera, 5, (clock.elapsed() % 100_000) * 5));
        clock.move(250);
        await from.streams.tick();
        for (const { bytes } of from.take("digest")) underWay.push({ at: clock.elapsed() + late, bytes });
        while ((underWay[0]?.at ?? Infinity) <= clock.elapsed())
          await to.streams.handle({ type: "digest", bytes: underWay.shift()?.bytes ?? new Uint8Array(0) });
        await to.streams.tick();
        told.push(...to.take("forgery").map(({ why }) => why), ...to.take("claimedLate").map(({ type }) => type));
      }
    };
    await run(5000);
    expect(new Set(told)).toEqual(new Set(["unclaimed"]));
    await run(2000);
    expect(told.at(-1)).toBe("claimedLate");
    told.length = 0;
    await run(20_000);
    expect(told).toEqual([]);
    // Later than ten seconds nothing excuses: the alarm stands, whatever comes.
    late = 15_000;
    await run(40_000);
    expect(told.filter((one) => one === "unclaimed").length).toBeGreaterThan(3);
    expect(told.slice(1)).not.toContain("claimedLate");
    // In time again, it is as strict as it was.
    late = 100;
    await run(20_000);
    expect(told.at(-1)).toBe("claimedLate");
    told.length = 0;
    const forged = await sealed((await forger(call, 500_000)).send(contexts.camera), 3, 1_000_000);
    await push(receive.stream, forged);
    await run(2500);
    expect(told).toEqual(["unclaimed"]);
  });

  it("[DG11] late digests excuse no frame of another stream, nor one that its sender has claimed differently", async () => {
    const call = await callOfTwo();
    const { clock, from, to } = call;
    const [camera, receive] = [from.send(contexts.camera), to.receive({})];
    await push(receive.stream, await sealed(camera, 5));
    clock.move(1000);
    await from.streams.tick();
    const [first] = from.take("digest");
    clock.move(4000);
    await to.streams.tick();
    await push(receive.stream, await sealed((await forger(call, 5)).send(contexts.camera), 1, 1000));
    await sealed(camera, 1, 5);
    await to.streams.handle({ type: "digest", bytes: first?.bytes ?? new Uint8Array(0) });
    expect(to.take("claimedLate")).toHaveLength(1);
    to.take("forgery");
    clock.move(1000);
    await from.streams.tick();
    for (const { bytes } of from.take("digest")) await to.streams.handle({ type: "digest", bytes });
    expect(to.take("forgery")).toMatchObject([{ why: "otherFrame", frames: 1 }]);
  });

  it("[DG10] a digest that comes before its epoch's members is kept until they do", async () => {
    const call = await callOfTwo();
    const { from, to } = call;
    const receive = to.receive({});
    await from.installSend(2, [1]);
    await push(receive.stream, await sealed(from.send(contexts.camera), 5));
    await pass(call, 750);
    expect(receive.sink.frames).toEqual([]);
    await to.installReceive(2, [from], [1]);
    await pass(call, 4000);
    expect(receive.sink.frames.length).toBe(5);
    expect(to.take("forgery")).toEqual([]);
  });

  it("[DG10] digests of streams whose frames could not be opened anyway are refused, and few wait for an epoch", async () => {
    const call = await callOfTwo();
    const { clock, from, to } = call;
    await sealed(from.send(contexts.camera), 5);
    clock.move(1000);
    await from.streams.tick();
    const [camera] = from.take("digest");
    if (camera === undefined) return expect.fail("no digest");
    const elsewhere = await callOfTwo([0]);
    const roster = [{ leaf: 0, key: from.signer.publicKey }];
    await elsewhere.to.streams.handle({ type: "installReceive", of: epochOf(1), keys: [], members: roster });
    await elsewhere.to.streams.handle({ type: "digest", bytes: camera.bytes });
    expect(elsewhere.to.take("digestRefused")).toMatchObject([{ why: "notOurs" }]);

    await to.agree(2); // nobody has keys of epoch 2: those of epoch 1 are old, and die
    clock.move(3000);
    await to.streams.tick();
    await to.streams.handle({ type: "digest", bytes: camera.bytes });
    expect(to.take("digestRefused")).toMatchObject([{ why: "notOurs" }]);

    const late = new End(1, to.signer, clock);
    for (let n = 0; n < 100; n++) await late.streams.handle({ type: "digest", bytes: camera.bytes });
    expect(late.take("digestRefused")).toHaveLength(100);
    await late.installReceive(2, [from], [1]);
    expect(late.take("digestRefused")).toHaveLength(64); // tried again, and still nobody's
  });

  it("[DG6] frames that waited behind the curtain for a minute are still claimed", async () => {
    const call = await callOfTwo([6]);
    const { from, to } = call;
    const receive = to.receive({ binding: { contexts: [6], leaves: [0] }, curtained: [6] });
    for (const [n, frame] of (await sealed(from.send(contexts.earlyCamera), 20)).entries()) {
      await receive.stream.push(fakeFrame(frame, n === 0 ? "key" : "delta"));
    }
    await pass(call, 5000);
    call.clock.move(60_000);
    await to.streams.handle({ type: "release", stream: "camera" });
    await pass(call, 4000);
    expect([receive.sink.frames.length, to.take("forgery")]).toEqual([20, []]);
  });

  it("a member who is gone is forgotten: nothing of it opens, and nothing is awaited", async () => {
    const call = await callOfTwo();
    const { from, to } = call;
    const receive = to.receive({});
    const frames = await sealed(from.send(contexts.camera), 10);
    await push(receive.stream, frames.slice(0, 5));
    await to.streams.handle({ type: "forget", leaf: 0, heir: null });
    await push(receive.stream, frames.slice(5));
    call.clock.move(5000);
    await to.streams.tick();
    expect([receive.sink.frames.length, to.take("forgery"), to.take("alarm")]).toEqual([5, [], []]);
    expect((await to.stats()).dropped).toEqual({ memberGone: 5 });
  });
});
