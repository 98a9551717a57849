// What the tests have the page do: each a whole loop, from start to close, and what was counted.
import type { HostileMode } from "./hostile.worker.ts";
import { Loop, probe, wait } from "./loop.page.ts";

/** A call in its first epoch whose picture has been on for `ms`. */
async function started(codec: "vp9" | "vp8", curtain: "open" | "drawn", ms: number): Promise<Loop> {
  const loop = new Loop(codec);
  await loop.rekey();
  await loop.start(curtain);
  await wait(ms);
  return loop;
}

/** Ten re-keys in five seconds, receivers first. */
async function rekeys(codec: "vp9" | "vp8") {
  const loop = await started(codec, "open", 2_000);
  // Frames sealed before the path stood are lost to everyone; they are not counted against the re-keys.
  const quiet = await loop.counts();
  await loop.resume();
  await wait(500);
  for (let n = 0; n < 10; n++) {
    await loop.rekey(100);
    await wait(400);
  }
  const counts = await loop.counts();
  loop.close();
  return { quiet, counts };
}

/** Three re-keys with the receiver's keys half a second behind the sender's switch. */
async function lateKeys() {
  const loop = await started("vp9", "open", 1_500);
  const quiet = await loop.counts();
  await loop.resume();
  await wait(1_000);
  const shownBefore = loop.shown.length;
  for (let n = 0; n < 3; n++) {
    await loop.rekeyLate(500);
    await wait(1_500);
  }
  const shown = loop.shown.slice(shownBefore);
  const counts = await loop.counts();
  loop.close();
  return { quiet, counts, shown };
}

/** Three seconds of hostile frames; `before` is half a second into them, when what was under way has been shown. */
async function attack(mode: HostileMode) {
  const loop = await started("vp9", "open", 1_500);
  loop.attack(mode);
  const attackedAt = performance.now();
  await wait(500);
  const before = await loop.countsNow();
  await wait(3_000);
  const after = await loop.countsNow();
  loop.close();
  return { before, after, attackedAt };
}

/** Frames sealed with the group's real keys by another member, for three and a half seconds. */
async function forge() {
  const loop = await started("vp9", "open", 3_500);
  await loop.forge();
  const forgedAt = performance.now();
  await wait(3_500);
  const counts = await loop.countsNow();
  loop.close();
  return { counts, forgedAt };
}

/** Five seconds of ringing with the picture behind the curtain, then the answer. */
async function answer() {
  const loop = await started("vp9", "drawn", 5_000);
  const before = await loop.countsNow();
  const answeredAt = performance.now();
  loop.release();
  await wait(2_500);
  const after = await loop.countsNow();
  loop.close();
  return { before, after, answeredAt, shown: loop.shown };
}

const scenarios = { probe, rekeys, lateKeys, attack, forge, answer };

declare global {
  var frameScenarios: typeof scenarios;
}
globalThis.frameScenarios = scenarios;
