// mend.path: the callee's path is cut for 5 s and nobody is told; how soon after it is back both see a picture drawn since,
// beside bare WebRTC on the same path. mend.station: a station killed for 10 s; the longest gap over a quiet minute's.
import { missingForNetwork, type Network, openNetwork } from "@parley/e2e/src/harness/net.ts";
import { clearPictures, type Gaps, gapsOf, pause, wallNow } from "./callSteady.ts";
import { atMost, type Figure, notMeasured } from "./figure.ts";
import { startBare } from "./rivals/bare.ts";
import { type Caller, type Place, resetMeters } from "./rivals/caller.ts";
import { type StartParley, startParleyRival } from "./rivals/parley.ts";
import { median, ratio } from "./stats.ts";

const cutLength = 5_000;
/** A picture that has not come back by then is counted as this late, ms. */
const waitForPicture = 30_000;
const steadyFirst = 4_000;

/** Cuts the callee off from everybody for 5 s during a call; how long after the end of the cut each side sees again, ms. */
export async function cutAndWait(caller: Caller, network: Network): Promise<{ caller: number; callee: number }> {
  await caller.prepare();
  await pause(1_500);
  await caller.press();
  await pause(steadyFirst);
  await network.shape("callee", "all", { delayMs: pathDelay, cut: true });
  await network.shape("all", "callee", { delayMs: pathDelay, cut: true });
  await pause(cutLength);
  // From the reset on only pictures drawn later count, so what stood in a queue or on the glass is not "back".
  await resetMeters(caller.pages);
  await network.shape("callee", "all", { delayMs: pathDelay });
  await network.shape("all", "callee", { delayMs: pathDelay });
  const back = wallNow();
  const [a, b] = await Promise.all(
    [caller.pages.caller, caller.pages.callee].map((page) =>
      page.evaluate((timeout) => globalThis.parleyMeter.firstSight(timeout), waitForPicture),
    ),
  );
  await caller.hangUp();
  const late = (at: number | null | undefined): number =>
    at === null || at === undefined ? waitForPicture : at - back;
  return { caller: late(a), callee: late(b) };
}

/** One way, ms: a round trip of 20, as between two cities of a country. */
const pathDelay = 10;

export async function measurePathCut(
  place: Omit<Place, "network">,
  start: StartParley | null,
  rounds: number,
): Promise<Figure> {
  const [id, must, aim] = ["mend.path", 1, 0.5] as const;
  const missing = await missingForNetwork();
  if (missing !== null) return notMeasured(id, `a network of our own needs ${missing}`, must, aim);
  const network = await openNetwork();
  const at: Place = { ...place, network };
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    await network.shape("all", "all", { delayMs: pathDelay });
    const bare = await startBare(at);
    const parley = start === null ? null : await startParleyRival(at, start);
    try {
      for (let round = 0; round < rounds; round++) {
        const both = async (caller: Caller): Promise<number> => {
          const back = await cutAndWait(caller, network);
          return Math.max(back.caller, back.callee);
        };
        theirs.push(await both(bare.caller("warm")));
        if (parley !== null) ours.push(await both(parley.caller));
      }
    } finally {
      await parley?.close();
      await bare.close();
    }
  } finally {
    await network.close();
  }
  const shown = (values: readonly number[]): string => values.map((v) => v.toFixed(0)).join(", ");
  place.say(
    `\npath cut for 5 s, ms after its return until both see again: bare ${shown(theirs)}; parley ${shown(ours)}`,
  );
  if (ours.length === 0) return notMeasured(id, "no Parley stations were given", must, aim);
  const { value, low, high } = ratio(ours, theirs, 0.5);
  place.say(`${id}: ${value.toFixed(3)} (95 % between ${low.toFixed(3)} and ${high.toFixed(3)})`);
  return atMost(id, value, must, aim, ours.length);
}

/** The gaps between pictures at both sides over `length` ms of a call under way, while `meanwhile` does its work. */
export async function gapsDuring(caller: Caller, length: number, meanwhile: () => Promise<void>): Promise<Gaps> {
  await clearPictures(caller);
  const began = wallNow();
  await meanwhile();
  await pause(Math.max(0, length - (wallNow() - began)));
  const logs = await Promise.all(
    [caller.pages.caller, caller.pages.callee].map((page) =>
      page.evaluate(() => ({ shown: globalThis.parleyMeter.pictures().shown, now: globalThis.parleyMeter.clock() })),
    ),
  );
  // The beginning and the end of the time watched bound a gap too: a picture that never came back is the longest of all.
  const sides = logs.map(({ shown, now }) => gapsOf([began, ...shown, now]));
  const worst = (pick: (gaps: Gaps) => number): number => Math.max(...sides.map(pick));
  return {
    longest: worst((g) => g.longest),
    p999: worst((g) => g.p999),
    p50: median(sides.map((g) => g.p50)),
    count: sides.reduce((sum, g) => sum + g.count, 0),
  };
}

export async function measureStationKill(place: Place, start: StartParley | null): Promise<Figure> {
  const [id, must, aim] = ["mend.station", 1.5, 1.2] as const;
  if (start === null) return notMeasured(id, "no Parley stations were given", must, aim);
  const { caller, stations, close } = await startParleyRival(place, start);
  try {
    if (stations.killStationA === undefined) return notMeasured(id, "the stations cannot be killed", must, aim);
    const kill = stations.killStationA;
    await caller.prepare();
    await pause(1_500);
    await caller.press();
    await pause(steadyFirst);
    const quiet = await gapsDuring(caller, 60_000, () => Promise.resolve());
    const killed = await gapsDuring(caller, 60_000, async () => {
      await pause(10_000);
      const restart = await kill();
      await pause(10_000);
      await restart();
    });
    place.say(
      `\nlongest gap: quiet minute ${quiet.longest.toFixed(0)} ms, station killed ${killed.longest.toFixed(0)} ms`,
    );
    await caller.hangUp();
    return atMost(id, killed.longest / quiet.longest, must, aim, 1);
  } finally {
    await close();
  }
}
