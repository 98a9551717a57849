// Many calls of several rivals, interleaved: every round each rival calls once, in an order drawn anew, so that whatever the
// machine does meanwhile hits all alike. A call that shows no picture is counted as long as it was waited for, never left out.
import { pause } from "./callSteady.ts";
import { mean, median, percentile, seeded, shuffled } from "./stats.ts";
import type { Caller } from "./rivals/caller.ts";

/** From the answer to the first sight of the other, ms. */
export type Sample = { readonly callee: number; readonly caller: number; readonly both: number };

export type Series = { readonly name: string; readonly samples: Sample[]; failures: number };

export type Entry = {
  readonly caller: Caller;
  /** How many calls; rounds beyond that leave this rival out. */
  readonly calls: number;
};

/** A person takes this long at least to answer, ms; what a rival sets up while it rings may use it. The same for all. */
const ringing = 1_500;
/** Between the sight of each other and hanging up, ms. */
const talking = 300;
const neverSeen = 15_000;

export async function runSeries(entries: readonly Entry[], say: (line: string) => void): Promise<Series[]> {
  const random = seeded(20_260_102);
  const series = new Map<Caller, Series>(
    entries.map(({ caller }) => [caller, { name: caller.name, samples: [], failures: 0 }]),
  );
  const rounds = Math.max(...entries.map(({ calls }) => calls));
  for (let round = 0; round < rounds; round++) {
    for (const { caller } of shuffled(
      entries.filter(({ calls }) => round < calls),
      random,
    )) {
      const kept = series.get(caller);
      if (kept === undefined) continue;
      const sample = await oneCall(caller).catch((error: unknown) => {
        kept.failures++;
        say(`${caller.name}, call ${round + 1}: ${error instanceof Error ? error.message : String(error)}`);
        return { callee: neverSeen, caller: neverSeen, both: neverSeen };
      });
      kept.samples.push(sample);
    }
    if ((round + 1) % 10 === 0) say(`${round + 1} of ${rounds} rounds`);
  }
  return [...series.values()];
}

async function oneCall(caller: Caller): Promise<Sample> {
  try {
    await caller.prepare();
    await pause(ringing);
    const { answerPressed, calleeSees, callerSees } = await caller.press();
    await pause(talking);
    const sample = { callee: calleeSees - answerPressed, caller: callerSees - answerPressed };
    return { ...sample, both: Math.max(sample.callee, sample.caller) };
  } finally {
    await caller.hangUp();
  }
}

/** One line a rival: what a person reads beside the ratios. */
export function seriesTable(all: readonly Series[]): string {
  const ms = (value: number): string => value.toFixed(0).padStart(6);
  const head = `${"answer to first sight, ms".padEnd(28)}${"n".padStart(4)}  callee p50   p95  both p50   p95  mean  failed`;
  const lines = all.map(({ name, samples, failures }) => {
    const [callee, both] = [samples.map((s) => s.callee), samples.map((s) => s.both)];
    return (
      name.padEnd(28) +
      String(samples.length).padStart(4) +
      `      ${ms(median(callee))}${ms(percentile(callee, 0.95))}    ${ms(median(both))}${ms(percentile(both, 0.95))}` +
      `${ms(mean(both))}${String(failures).padStart(8)}`
    );
  });
  return [head, ...lines].join("\n");
}
