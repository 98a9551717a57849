// call.lip_sync, call.mouth_to_ear, call.glass_to_glass: how late a call's sound and picture are, and how far apart lips and
// sound; both sides of each call, beside bare WebRTC.
import { roles } from "@parley/e2e/src/harness/frameCounts.ts";
import { sinceBeep } from "@parley/e2e/src/harness/soundClock.ts";
import { clearPictures, pause } from "./callSteady.ts";
import { atMost, type Figure, notMeasured } from "./figure.ts";
import { startBare } from "./rivals/bare.ts";
import type { Caller, Place } from "./rivals/caller.ts";
import { type StartParley, startParleyRival } from "./rivals/parley.ts";
import type { Role } from "./rivals/rivalTypes.ts";
import { percentile } from "./stats.ts";

/** Sound may be this far from the picture, ms: what viewers begin to notice (EBU R37 allows 40 early and 60 late). */
const lipSync = 45;
/** The browser moves the two together in steps of 80 ms at most, one a second. */
const settling = 12_000;
const window = 10_000;
const other = (role: Role): Role => (role === "caller" ? "callee" : "caller");

type Delay = { readonly ear: number; readonly glass: number };

export async function measureDelay(place: Place, start: StartParley | null, rounds: number): Promise<Figure[]> {
  const ids = ["call.lip_sync", "call.mouth_to_ear", "call.glass_to_glass"] as const;
  if (start === null) return ids.map((id) => notMeasured(id, "no Parley stations were given", null, null));
  const parley = await startParleyRival(place, start);
  const bare = await startBare(place);
  const [ours, theirs]: [Delay[], Delay[]] = [[], []];
  try {
    for (let round = 0; round < rounds; round++) {
      ours.push(...(await delaysOf(parley.caller)));
      theirs.push(...(await delaysOf(bare.caller("warm"))));
    }
  } finally {
    await bare.close();
    await parley.close();
  }
  place.say(`\n${table("parley", ours)}\n${table("bare warm", theirs)}`);
  const apart = (all: readonly Delay[]): number =>
    Math.max(...roles.map((_, side) => Math.abs(medianApart(all, side))));
  const median = (pick: (delay: Delay) => number): number => percentile(ours.map(pick), 0.5);
  return [
    atMost(ids[0], apart(ours), lipSync, lipSync / 2, ours.length),
    atMost(
      ids[1],
      median(({ ear }) => ear),
      null,
      null,
      ours.length,
    ),
    atMost(
      ids[2],
      median(({ glass }) => glass),
      null,
      null,
      ours.length,
    ),
  ];
}

/** How much later the sound is than the picture at one side, the median of its calls. */
const medianApart = (all: readonly Delay[], side: number): number =>
  percentile(
    all.filter((_, i) => i % roles.length === side).map(({ ear, glass }) => ear - glass),
    0.5,
  );

/** One call, both sides. */
async function delaysOf(caller: Caller): Promise<Delay[]> {
  await caller.prepare();
  await pause(1_000);
  await caller.press();
  await pause(settling);
  await clearPictures(caller);
  const of = <T>(ask: (role: Role) => Promise<T>): Promise<T[]> => Promise.all(roles.map(ask));
  const heard = await of((role) =>
    caller.pages[role].evaluate((listen) => globalThis.parleyMeter.soundDelays(listen), window),
  );
  const logs = await of((role) => caller.pages[role].evaluate(() => globalThis.parleyMeter.pictures().delays));
  const lags = await of((role) => caller.pages[other(role)].evaluate(() => globalThis.parleyCamera.beepLag()));
  const rigs = await of((role) => caller.pages[role].evaluate(() => globalThis.parleyCamera.ownDelays(4_000)));
  await caller.hangUp();
  // What Web Audio adds where the beep is made and where it is heard: half of each page's own round.
  const rig = roles.reduce((sum, _, i) => sum + middle(rigs[i] ?? [], lags[1 - i] ?? 0) / roles.length, 0);
  return roles.map((_, i) => ({
    ear: middle(heard[i] ?? [], lags[i] ?? 0) - rig,
    glass: percentile(logs[i] ?? [], 0.5),
  }));
}

/** The median of delays heard, less how late the beeps left. */
const middle = (delays: readonly number[], lag: number): number =>
  percentile(
    delays.map((delay) => sinceBeep(delay - lag + 1_000)),
    0.5,
  );

function table(name: string, all: readonly Delay[]): string {
  const side = (i: number): string => {
    const mine = all.filter((_, at) => at % roles.length === i);
    const median = (pick: (delay: Delay) => number): string => percentile(mine.map(pick), 0.5).toFixed(0).padStart(4);
    const apart = mine.map(({ ear, glass }) => (ear - glass).toFixed(0)).join(" ");
    return (
      `${name.padEnd(10)} ${roles[i] ?? ""}: mouth to ear ${median(({ ear }) => ear)} ms, glass to glass ` +
      `${median(({ glass }) => glass)} ms, sound behind picture ${median(({ ear, glass }) => ear - glass)} ms (${apart})`
    );
  };
  return roles.map((_, i) => side(i)).join("\n");
}
