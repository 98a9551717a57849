// `npm run bench -- drill`: what a rehearsal costs the two sides, and whether a person who presses Call in the middle of one waits
// any longer than where none runs (drill.cost, drill.preempt).
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { small } from "@parley/e2e/src/harness/camera.ts";
import { missingForNetwork, openNetwork } from "@parley/e2e/src/harness/net.ts";
import { measureCost } from "./drillCost.ts";
import { measurePreempt } from "./drillPreempt.ts";
import type { Bench, Figure } from "./figure.ts";
import type { Place } from "./rivals/caller.ts";

const parts = ["cost", "preempt"] as const;

const help = `npm run bench -- drill [options]
  --parts ${parts.join(",")}   which, all by default
  --drills 5    rehearsals for drill.cost
  --calls 20    calls of either kind for drill.preempt
  --json        one object with all figures on the last line`;

export const run: Bench = async (args) => {
  const number = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { parts: number, drills: number, calls: number, help: { type: "boolean" } },
  });
  if (values.help === true) {
    console.log(help);
    return [];
  }
  const chosen = new Set(values.parts?.split(",") ?? parts);
  const count = (text: string | undefined, otherwise: number): number => Math.max(1, Number(text ?? otherwise));
  const say = (line: string): void => console.log(line);
  const [load = 0] = loadavg();
  if (load > cpus().length / 2)
    say(`others already use this machine (load average ${load.toFixed(1)}): ratios will be noisier than they need be`);
  const place: Place = { network: null, size: small, readEvery: 1, say };
  const figures: Figure[] = [];
  if (chosen.has("cost")) {
    const missing = await missingForNetwork();
    const network = missing === null ? await openNetwork() : null;
    if (missing !== null) say(`bytes are counted in a network of our own only, and that needs ${missing}`);
    try {
      figures.push(...(await measureCost({ ...place, network }, count(values.drills, 5))));
    } finally {
      await network?.close();
    }
  }
  if (chosen.has("preempt")) figures.push(await measurePreempt(place, count(values.calls, 20)));
  return figures;
};
