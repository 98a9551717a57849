// `npm run bench -- call`: Parley's calls beside bare WebRTC and LiveKit with its E2EE, interleaved on this machine, now.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { small } from "@parley/e2e/src/harness/camera.ts";
import { measureCpu } from "./callCpu.ts";
import { measureDelay } from "./callDelay.ts";
import { measurePathCut, measureStationKill } from "./callMend.ts";
import { measurePath } from "./callPath.ts";
import { measureRekey } from "./callRekey.ts";
import { measureSetup } from "./callSetup.ts";
import type { Bench, Figure } from "./figure.ts";
import type { Place } from "./rivals/caller.ts";
import { startParley } from "./startParley.ts";

const parts = ["setup", "path", "cpu", "delay", "mend", "rekey"] as const;

const help = `npm run bench -- call [options]
  --parts ${parts.join(",")}   which, all by default
  --tail 60      calls of Parley and of bare WebRTC connected in advance, for call.tail
  --calls 20     calls of every other rival, and of all on the shaped paths
  --rounds 3     rounds of CPU, of delays and of path cuts
  --rekeys 1000  re-keys for rekey.lost and rekey.gap; a tenth of it for rekey.late_lost
  --json         one object with all figures on the last line`;

export const run: Bench = async (args) => {
  const number = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      parts: number,
      tail: number,
      calls: number,
      rounds: number,
      rekeys: number,
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(help);
    return [];
  }
  const chosen = new Set(values.parts?.split(",") ?? parts);
  const count = (text: string | undefined, otherwise: number): number => Math.max(1, Number(text ?? otherwise));
  const [tail, rest] = [count(values.tail, 60), count(values.calls, 20)];
  const [rounds, rekeys] = [count(values.rounds, 3), count(values.rekeys, 1_000)];
  const say = (line: string): void => console.log(line);
  const place: Place = { network: null, size: small, readEvery: 1, say };
  const [load = 0] = loadavg();
  if (load > cpus().length / 2)
    say(`others already use this machine (load average ${load.toFixed(1)}): ratios will be noisier than they need be`);
  if (startParley === null) say("no Parley stations were given: the rivals alone are measured");
  const figures: Figure[] = [];
  if (chosen.has("setup")) figures.push(...(await measureSetup(place, startParley, { tail, rest })));
  if (chosen.has("path")) figures.push(await measurePath(place, startParley, rest));
  if (chosen.has("cpu")) figures.push(...(await measureCpu(place, startParley, rounds)));
  if (chosen.has("delay")) figures.push(...(await measureDelay(place, startParley, rounds)));
  if (chosen.has("mend"))
    figures.push(await measurePathCut(place, startParley, rounds), await measureStationKill(place, startParley));
  if (chosen.has("rekey"))
    figures.push(...(await measureRekey(place, startParley, { rekeys, late: Math.ceil(rekeys / 10) })));
  return figures;
};
