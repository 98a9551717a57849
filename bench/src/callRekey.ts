// rekey.lost, rekey.gap, rekey.late_lost: a call whose epoch moves every few hundred milliseconds beside an equally long one
// whose epoch stands; and one whose callee learns each new key half a second late. Lost pictures are counted exactly, by
// the encoders' and decoders' own counts with the cameras standing still, never by eye.
import { gapsDuring } from "./callMend.ts";
import { lostBetween, settledCounts } from "@parley/e2e/src/harness/frameCounts.ts";
import { pause } from "./callSteady.ts";
import { atMost, type Figure, notComparable, notMeasured } from "./figure.ts";
import type { Place } from "./rivals/caller.ts";
import { type ParleySettings, type StartParley, startParleyRival } from "./rivals/parley.ts";

const epochMs = 300;
const lateEpochMs = 2_000;
const lateKeysMs = 500;

type Watched = { readonly lost: number; readonly p999: number; readonly epochs: number; readonly took: number };

/** Waits while a call goes on; `epochs` says how many it has had since. */
type Watch = (epochs: () => number) => Promise<void>;

/** Until that many epochs have passed, each of which takes its time and the other side's acknowledgement; twice that at most. */
const until =
  (wanted: number, each: number): Watch =>
  async (epochs) => {
    for (let waited = 0; epochs() < wanted && waited < 2 * wanted * each + 10_000; waited += 500) await pause(500);
  };

export async function measureRekey(
  place: Place,
  start: StartParley | null,
  counts: { readonly rekeys: number; readonly late: number },
): Promise<Figure[]> {
  if (start === null)
    return [
      notMeasured("rekey.lost", "no Parley stations were given", 0, 0),
      notMeasured("rekey.gap", "no Parley stations were given", 1.5, 1.2),
      notMeasured("rekey.late_lost", "no Parley stations were given", 0, 0),
    ];
  const moving = await watchEpochs(place, start, { epochMs }, until(counts.rekeys, epochMs));
  const quiet = await watchEpochs(place, start, {}, () => pause(moving.took));
  const late = await watchEpochs(place, start, { epochMs: lateEpochMs, lateKeysMs }, until(counts.late, lateEpochMs));
  for (const [name, watched] of Object.entries({ quiet, moving, late }))
    place.say(
      `${name}: ${watched.epochs} re-keys, ${watched.lost} pictures lost, p99.9 gap ${watched.p999.toFixed(0)} ms`,
    );
  // Fewer re-keys than were asked for would be an easier test than the figure claims.
  const enough = (id: string, watched: Watched, wanted: number, value: number, must: number, aim: number): Figure =>
    watched.epochs >= wanted * 0.95
      ? atMost(id, value, must, aim, watched.epochs)
      : notComparable(id, `${watched.epochs} re-keys of ${wanted}`, must, aim);
  return [
    enough("rekey.lost", moving, counts.rekeys, moving.lost, 0, 0),
    enough("rekey.gap", moving, counts.rekeys, moving.p999 / quiet.p999, 1.5, 1.2),
    enough("rekey.late_lost", late, counts.late, late.lost, 0, 0),
  ];
}

async function watchEpochs(place: Place, start: StartParley, settings: ParleySettings, watch: Watch): Promise<Watched> {
  const { caller, epoch, late, close } = await startParleyRival(place, start, settings);
  try {
    await caller.prepare();
    await pause(1_500);
    await caller.press();
    if (settings.lateKeysMs !== undefined) await late();
    await pause(4_000);
    const [counts0, epoch0] = [await settledCounts(caller.pages), epoch()];
    const began = performance.now();
    const gaps = await gapsDuring(caller, 0, () => watch(() => epoch() - epoch0));
    const took = performance.now() - began;
    const [epoch1, counts1] = [epoch(), await settledCounts(caller.pages)];
    await caller.hangUp();
    return { lost: lostBetween(counts0, counts1), p999: gaps.p999, epochs: epoch1 - epoch0, took };
  } finally {
    await close();
  }
}
