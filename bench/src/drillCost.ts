// drill.cpu_s, drill.bytes, drill.cost: what one whole rehearsal, all of its sessions, takes of processors and of the network beyond
// what the same desks and stations take while they stand idle for as long; and the share of one core that is, at one an hour.
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drillSessions } from "@parley/protocol/signed/drillReport";
import { cpuSeconds } from "./cpu.ts";
import { pause } from "./callSteady.ts";
import { withDrills } from "./drillStations.ts";
import { atMost, type Figure, notMeasured } from "./figure.ts";
import type { Place } from "./rivals/caller.ts";
import { median } from "./stats.ts";

/** How long the idle desks are watched before each drill, ms. */
const idles = 15_000;
const secondsAnHour = 3600;
/** The most of one core that an hourly rehearsal is to take of either side, in percent. */
const aim = 0.5;

type Spent = { readonly cpu: number; readonly bytes: number | null; readonly seconds: number };

/** A pcap file's own header, and the one before each frame (draft-ietf-opsawg-pcap). */
const [fileHeader, frameHeader] = [24, 16];

export async function measureCost(place: Place, drills: number): Promise<Figure[]> {
  if (process.platform !== "linux") return [notMeasured("drill.cost", "CPU is read from /proc", null, aim)];
  const { network, say } = place;
  const spent = await withDrills(place, async ({ parley, drill, held: sessions }) => {
    const roots = parley.caller.roots();
    const watched = async (work: () => Promise<unknown>): Promise<Spent> => {
      const file = join(tmpdir(), `parley-drill-${process.pid}.pcap`);
      const [before, frames, began] = [await cpuSeconds(roots), await network?.stats(), performance.now()];
      const record = await network?.record(file);
      await work();
      await record?.close();
      const seconds = (performance.now() - began) / 1000;
      const [after, passed] = [await cpuSeconds(roots), await network?.stats()];
      const carried = (passed?.carried ?? 0) - (frames?.carried ?? 0);
      const size = network === null ? null : (await stat(file)).size;
      await rm(file, { force: true });
      return { cpu: after - before, bytes: size === null ? null : size - fileHeader - carried * frameHeader, seconds };
    };
    const each: Spent[] = [];
    for (let n = 0; n < drills; n++) {
      const idle = await watched(() => pause(idles));
      const before = await sessions();
      const held = await watched(async () => say(`drill ${n + 1}: ${await drill()}`));
      const many = (await sessions()) - before;
      if (many !== drillSessions.length)
        throw new Error(`a drill of ${many} sessions where ${drillSessions.length} are due`);
      const share = held.seconds / idle.seconds;
      const bytes = held.bytes === null || idle.bytes === null ? null : held.bytes - idle.bytes * share;
      each.push({ cpu: held.cpu - idle.cpu * share, bytes, seconds: held.seconds });
      say(
        `  ${held.seconds.toFixed(0)} s, ${held.cpu.toFixed(1)} s of CPU where idling takes ${(idle.cpu * share).toFixed(1)}, ` +
          `${bytes === null ? "bytes not counted" : `${(bytes / 1e6).toFixed(2)} MB`}`,
      );
    }
    return each;
  });
  const cpu = median(spent.map((it) => it.cpu));
  const bytes = spent.flatMap((it) => it.bytes ?? []);
  return [
    atMost("drill.cpu_s", cpu, null, null, spent.length),
    bytes.length === 0
      ? notMeasured("drill.bytes", "there is no network of our own here", null, null)
      : atMost("drill.bytes", median(bytes), null, null, bytes.length),
    // Half of it is either side's; each line is rehearsed once an hour, the sides in turns.
    atMost("drill.cost", (100 * cpu) / 2 / secondsAnHour, null, aim, spent.length),
  ];
}
