// CPU time of whole process trees, from /proc: what a call costs, browsers, relays and stations alike.
import { readdir, readFile } from "node:fs/promises";

/** Clock ticks a second, as Linux counts them for user space on every architecture. */
const ticksPerSecond = 100;

type Row = { readonly parent: number; readonly ticks: number };

async function processes(): Promise<Map<number, Row>> {
  const rows = new Map<number, Row>();
  for (const entry of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    // The name in parentheses may hold anything; what follows the last one is fixed: state, parent, ..., utime, stime.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields.length > 13)
      rows.set(Number(entry), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
  }
  return rows;
}

/**
 * Seconds of CPU that the trees under `roots` have used so far, 10 ms exact. A process that ends between two readings takes
 * its time with it, so both readings must lie within one steady stretch of a call.
 */
export async function cpuSeconds(roots: readonly number[]): Promise<number> {
  const rows = await processes();
  const counted = new Set(roots.filter((pid) => rows.has(pid)));
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, { parent }] of rows)
      if (!counted.has(pid) && counted.has(parent)) {
        counted.add(pid);
        grown = true;
      }
  }
  return [...counted].reduce((sum, pid) => sum + (rows.get(pid)?.ticks ?? 0), 0) / ticksPerSecond;
}
