// CPU time of whole process trees, from /proc: what a call costs, browsers, relays and stations alike.
import { processes, treesUnder } from "@parley/e2e/src/harness/processTree.ts";

/** See `ProcessRow`. */
const ticksPerSecond = 100;

/**
 * Seconds of CPU that the trees under `roots` have used so far, 10 ms exact. A process that ends between two readings takes
 * its time with it, so both readings must lie within one steady stretch of a call.
 */
export async function cpuSeconds(roots: readonly number[]): Promise<number> {
  const rows = await processes();
  return [...treesUnder(rows, roots)].reduce((sum, pid) => sum + (rows.get(pid)?.ticks ?? 0), 0) / ticksPerSecond;
}
