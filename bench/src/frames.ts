// `npm run bench -- frames`: what Parley adds to AES-256-GCM when a frame is sealed and opened in the worker. Runs in a worker
// of a real Chromium, which the figures are of, and in Node beside it. `--quick` measures a quarter as often.
import { type Bench, type Figure, atMost } from "./figure.ts";
import { median, percentile } from "./stats.ts";
import { type FramesPlan, type FramesTimes, measureFrames } from "./framesMeasure.ts";
import { openWorkerPage } from "./workerPage.ts";

const small = { name: "small", bytes: 1_200, batch: 30 };
const large = { name: "large", bytes: 50_000, batch: 8 };

/** The time of one way that one round in twenty stays under: what it costs while nobody else has the machine. */
const quiet = (times: readonly number[]): number => percentile(times, 0.05);

async function inChromium(plans: readonly FramesPlan[]): Promise<readonly FramesTimes[]> {
  const { page, close } = await openWorkerPage("frames.worker.ts");
  try {
    const times: FramesTimes[] = [];
    for (const plan of plans) {
      const result = await page.evaluate(
        (asked) =>
          new Promise<FramesTimes | string>((done) => {
            const worker = new Worker("/worker.js");
            worker.onmessage = ({ data }: MessageEvent<FramesTimes | string>) => done(data);
            worker.onerror = ({ message }) => done(message);
            worker.postMessage(asked);
          }),
        plan,
      );
      if (typeof result === "string") throw new Error(result);
      times.push(result);
    }
    return times;
  } finally {
    await close();
  }
}

function figuresOf(name: string, times: FramesTimes, where: string): readonly Figure[] {
  const { raw, parley, withDigest } = times;
  const line = (way: string, values: readonly number[]): string =>
    `  ${way.padEnd(20)} ${quiet(values).toFixed(1)} us, over raw ${(quiet(values) / quiet(raw)).toFixed(2)} (of medians ${(median(values) / median(raw)).toFixed(2)})`;
  console.log(`${where}, ${name} frames:`);
  console.log([line("raw", raw), line("parley", parley), line("with digest hashes", withDigest)].join("\n"));
  return [
    atMost(`frames.${name}`, quiet(parley) / quiet(raw), 1.6, 1.2, raw.length),
    atMost(`frames.${name}_with_digest`, quiet(withDigest) / quiet(raw), null, null, raw.length),
  ];
}

export async function benchFrames(rounds = 600): Promise<readonly Figure[]> {
  const plans = [small, large].map(({ bytes, batch }) => ({ bytes, batch, rounds }));
  const sizes = [small.name, large.name];
  for (const [i, plan] of plans.entries()) figuresOf(sizes[i] ?? "", await measureFrames(plan), "node");
  const times = await inChromium(plans);
  return times.flatMap((t, i) => figuresOf(sizes[i] ?? "", t, "chromium worker"));
}

export const run: Bench = (args) => benchFrames(args.includes("--quick") ? 150 : 600);
