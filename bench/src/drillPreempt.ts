// drill.preempt: the set-up of a person's call that is pressed in the middle of a rehearsal, over that of one where none runs. Set-up
// is what people wait for: from the press on Call until it rings over there, and from the answer until both see each other.
import { pause } from "./callSteady.ts";
import { type DrillStations, withDrills } from "./drillStations.ts";
import { atMost, type Figure, notComparable } from "./figure.ts";
import type { Place } from "./rivals/caller.ts";
import { median, percentile, ratio, seeded, shuffled } from "./stats.ts";

const [must, aim] = [1.3, 1.1];
const id = "drill.preempt";
/** A person's time to answer, as in the other benches of calls, ms. */
const ringing = 1500;
/** A drill is met at any moment of its first so many milliseconds: while it rings, agrees on keys, connects or talks. */
const metWithin = 12_000;
/** What is left of a drill that nobody interrupts, and of one that comes by itself after one that was given up, ms. */
const drillEnds = 180_000;

type Kind = "quiet" | "during";
type Sample = { readonly rings: number; readonly sees: number };

export async function measurePreempt(place: Place, calls: number): Promise<Figure> {
  const random = seeded(20_261_124);
  const samples: Record<Kind, Sample[]> = { quiet: [], during: [] };
  let missed = 0;
  await withDrills(place, async (stations) => {
    for (let round = 0; round < calls; round++)
      for (const kind of shuffled<Kind>(["quiet", "during"], random)) {
        const sample = await oneCall(stations, kind, random() * metWithin);
        if (sample === null) missed++;
        else samples[kind].push(sample);
      }
  });
  const all = (kind: Kind): number[] => samples[kind].map(({ rings, sees }) => rings + sees);
  for (const kind of ["quiet", "during"] as const) {
    const [rings, sees] = [samples[kind].map((it) => it.rings), samples[kind].map((it) => it.sees)];
    const line = [rings, sees, all(kind)].map((it) => `${median(it).toFixed(0)} / ${percentile(it, 0.95).toFixed(0)}`);
    place.say(
      `${kind.padEnd(8)} n ${rings.length}: press to ring, answer to sight, both (p50 / p95 ms): ${line.join(", ")}`,
    );
  }
  if (missed > calls / 4) return notComparable(id, `${missed} drills were over before the press`, must, aim);
  const { value, low, high } = ratio(all("during"), all("quiet"), 0.5);
  place.say(`${id}: ${value.toFixed(3)} (95 % between ${low.toFixed(3)} and ${high.toFixed(3)})`);
  return atMost(id, value, must, aim, samples.during.length);
}

/** Null where the drill that was to be met was over before the press. */
async function oneCall({ parley, drill }: DrillStations, kind: Kind, after: number): Promise<Sample | null> {
  const { caller } = parley;
  const page = caller.pages.caller;
  const running = page.getByText("Rehearsing now.").first();
  await running.waitFor({ state: "hidden", timeout: drillEnds });
  let met: Promise<"held" | "given up"> | null = null;
  if (kind === "during") {
    met = drill().then(
      () => "held",
      () => "given up",
    );
    await running.waitFor({ state: "visible", timeout: drillEnds });
    await pause(after);
  }
  try {
    await caller.prepare();
    const rang = performance.timeOrigin + performance.now();
    const pressed = await page.evaluate(() => globalThis.parleyMeter.pressed("call"));
    if (pressed === null) throw new Error("the press on Call did not arrive");
    await pause(ringing);
    const { answerPressed, calleeSees, callerSees } = await caller.press();
    const sample = { rings: rang - pressed, sees: Math.max(calleeSees, callerSees) - answerPressed };
    return met === null || (await met) === "given up" ? sample : null;
  } finally {
    await caller.hangUp();
  }
}
