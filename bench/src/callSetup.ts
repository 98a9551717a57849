// call.vs_bare, call.vs_livekit, call.tail, call.first_look: how soon after the answer people see each other, beside bare
// WebRTC connected in advance, bare WebRTC with its encoder awake, and LiveKit with its own E2EE, all in one run.
import { atMost, type Figure, notMeasured } from "./figure.ts";
import { type Entry, runSeries, type Series, seriesTable } from "./callSeries.ts";
import { startBare } from "./rivals/bare.ts";
import type { Place } from "./rivals/caller.ts";
import { startLivekit } from "./rivals/livekit.ts";
import { type StartParley, startParleyRival } from "./rivals/parley.ts";
import { ratio } from "./stats.ts";

export type Counts = {
  /** Calls of Parley and of bare WebRTC connected in advance; the issue wants 60 or more for the tail. */
  readonly tail: number;
  /** Calls of the rest. */
  readonly rest: number;
};

/** The figures, each with its must and aim, over series of these names. */
const setupFigures = [
  { id: "call.vs_bare", rival: "bare warm", see: "both", p: 0.5, must: 1.15, aim: 0.7 },
  { id: "call.vs_livekit", rival: "livekit warm", see: "both", p: 0.5, must: 0.15, aim: 0.08 },
  { id: "call.tail", rival: "bare warm", see: "both", p: 0.95, must: 1.3, aim: 1 },
  { id: "call.first_look", rival: "bare hot", see: "callee", p: 0.5, must: 1, aim: 0.4 },
] as const;

export async function measureSetup(place: Place, start: StartParley | null, counts: Counts): Promise<Figure[]> {
  const series = await runRivals(place, start, (rivals) => [
    ...(rivals.parley === null ? [] : [{ caller: rivals.parley, calls: counts.tail }]),
    { caller: rivals.bare.caller("warm"), calls: counts.tail },
    { caller: rivals.bare.caller("hot"), calls: counts.rest },
    { caller: rivals.bare.caller("cold"), calls: counts.rest },
    ...(rivals.livekit === null
      ? []
      : (["warm", "hot", "cold"] as const).flatMap((mode) => {
          const caller = rivals.livekit?.caller(mode);
          return caller === undefined ? [] : [{ caller, calls: counts.rest }];
        })),
  ]);
  place.say(seriesTable(series));
  return setupFigures.map(({ id, rival, see, p, must, aim }) =>
    compare(id, series, rival, (s) => s[see], p, must, aim, place.say),
  );
}

type Rivals = {
  readonly bare: Awaited<ReturnType<typeof startBare>>;
  readonly livekit: Awaited<ReturnType<typeof startLivekit>>;
  readonly parley: Entry["caller"] | null;
};

/** Starts all rivals at `place`, runs the calls that `choose` picks, and ends them all, whatever happens. */
export async function runRivals(
  place: Place,
  start: StartParley | null,
  choose: (rivals: Rivals) => Entry[],
): Promise<Series[]> {
  const closers: (() => Promise<void>)[] = [];
  const opened = async <T extends { close(): Promise<void> } | null>(starting: Promise<T>): Promise<T> => {
    const rival = await starting;
    if (rival !== null) closers.push(() => rival.close());
    return rival;
  };
  try {
    const bare = await opened(startBare(place));
    const livekit = await opened(startLivekit(place));
    const parley = start === null ? null : await opened(startParleyRival(place, start));
    return await runSeries(choose({ bare, livekit, parley: parley?.caller ?? null }), place.say);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

/** One figure: ours over the rival's at percentile `p`, with its interval said for people. */
export function compare(
  id: string,
  series: readonly Series[],
  rivalName: string,
  see: (sample: Series["samples"][number]) => number,
  p: number,
  must: number,
  aim: number,
  say: (line: string) => void,
): Figure {
  const ours = series.find(({ name }) => name === "parley");
  const rival = series.find(({ name }) => name === rivalName);
  if (ours === undefined) return notMeasured(id, "no Parley stations were given", must, aim);
  if (rival === undefined) return notMeasured(id, `no ${rivalName} on this machine`, must, aim);
  const { value, low, high } = ratio(ours.samples.map(see), rival.samples.map(see), p);
  say(`${id}: ${value.toFixed(3)} of ${rivalName} (95 % between ${low.toFixed(3)} and ${high.toFixed(3)})`);
  return atMost(id, value, must, aim, ours.samples.length);
}
