// The processes of this machine as trees, from /proc: a browser is a dozen of them, and what is done to it, or counted of it,
// is done to all. No /proc, no processes.
import { readdir, readFile } from "node:fs/promises";

/** `ticks`: CPU time used, in the 100th parts of a second that Linux counts for user space on every architecture. */
export type ProcessRow = { readonly parent: number; readonly ticks: number };

export async function processes(): Promise<ReadonlyMap<number, ProcessRow>> {
  const rows = new Map<number, ProcessRow>();
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

/** `roots` that are alive, and all that descends from them; parents before their children. */
export function treesUnder(rows: ReadonlyMap<number, ProcessRow>, roots: readonly number[]): ReadonlySet<number> {
  const found = new Set(roots.filter((pid) => rows.has(pid)));
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, { parent }] of rows)
      if (!found.has(pid) && found.has(parent)) {
        found.add(pid);
        grown = true;
      }
  }
  return found;
}

/**
 * Stops every process under `root`, as a laptop whose lid is shut stops its programs; the returned function lets them go on.
 * Children that are made meanwhile are not caught: the root stops first, so that none are.
 */
export async function suspend(root: number): Promise<() => void> {
  process.kill(root, "SIGSTOP");
  const all = [...treesUnder(await processes(), [root])];
  for (const pid of all) process.kill(pid, "SIGSTOP");
  return () => {
    for (const pid of all.toReversed()) process.kill(pid, "SIGCONT");
  };
}
