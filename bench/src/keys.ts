// `npm run bench -- keys`: what MLS costs a member of a call, over OpenMLS native in the X-Wing suite that it has (0x004E:
// the same KEM and AEAD, SHA-384), pass by pass in turn. Ours runs in a worker of a real Chromium, where calls keep their
// keys. `--passes N` makes N passes a size instead of 40, 30 and 12.
import { Oracle, whyNoOracle } from "../../e2e/oracle/oracle.ts";
import { type Bench, type Figure, atMost, notMeasured } from "./figure.ts";
import { type KeysPass, steps } from "./keysMeasure.ts";
import { median } from "./stats.ts";
import { openWorkerPage } from "./workerPage.ts";

const sizes = [
  { n: 2, passes: 40 },
  { n: 5, passes: 30 },
  { n: 50, passes: 12 },
] as const;

/** The aim of the figure; no must is set for it. */
const aim = 8;

type Answer = { readonly native: boolean; readonly times: KeysPass };

type Ours = { readonly pass: (n: number) => Promise<Answer>; readonly close: () => Promise<void> };

async function inChromium(): Promise<Ours> {
  const { page, close } = await openWorkerPage("keys.worker.ts");
  await page.evaluate(() => {
    Object.assign(globalThis, { keysWorker: new Worker("/worker.js") });
  });
  const pass = async (n: number): Promise<Answer> => {
    const answer = await page.evaluate(
      (size) =>
        new Promise<Answer | string>((done) => {
          const { keysWorker } = globalThis as typeof globalThis & { keysWorker: Worker };
          keysWorker.onmessage = ({ data }: MessageEvent<Answer | string>) => done(data);
          keysWorker.onerror = ({ message }) => done(message);
          keysWorker.postMessage(size);
        }),
      n,
    );
    if (typeof answer === "string") throw new Error(answer);
    return answer;
  };
  return { pass, close };
}

async function theirs(oracle: Oracle, n: number): Promise<KeysPass> {
  const [add = 0, joined = 0, update = 0, remove = 0] = (await oracle.ask("bench", "xwing", String(n))).map(
    (nanoseconds) => Number(nanoseconds) / 1e6,
  );
  return { add, join: joined, update, remove };
}

async function compare(ours: Ours, oracle: Oracle, n: number, passes: number): Promise<number[]> {
  const [mine, other]: [KeysPass[], KeysPass[]] = [[], []];
  let native = false;
  for (let i = 0; i < passes + 2; i++) {
    const answer = await ours.pass(n);
    const rival = await theirs(oracle, n);
    native = answer.native;
    if (i < 2) continue; // warming up
    mine.push(answer.times);
    other.push(rival);
  }
  const lines = steps.map((step) => {
    const [a, b] = [median(mine.map((pass) => pass[step])), median(other.map((pass) => pass[step]))];
    return { ratio: a / b, text: `${step} ${a.toFixed(2)} ms, ${(a / b).toFixed(1)} times` };
  });
  console.log(`${n} members (X-Wing ${native ? "native" : "scripted"}): ${lines.map(({ text }) => text).join("; ")}`);
  return lines.map(({ ratio }) => ratio);
}

/** keys.vs_openmls: the worst of add, join, update and remove at 2, 5 and 50 members, medians over OpenMLS native. */
export async function benchKeys(passes: number | null = null): Promise<readonly Figure[]> {
  const missing = whyNoOracle();
  if (missing !== null) return [notMeasured("keys.vs_openmls", missing, null, aim)];
  const oracle = new Oracle();
  const ours = await inChromium();
  try {
    const ratios: number[] = [];
    let count = 0;
    for (const size of sizes) {
      count += passes ?? size.passes;
      ratios.push(...(await compare(ours, oracle, size.n, passes ?? size.passes)));
    }
    return [atMost("keys.vs_openmls", Math.max(...ratios), null, aim, count)];
  } finally {
    oracle.close();
    await ours.close();
  }
}

export const run: Bench = (args) => {
  const at = args.indexOf("--passes");
  return benchKeys(at < 0 ? null : Number(args[at + 1]));
};
