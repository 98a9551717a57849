// Storage on a file system of 3 MB that fills up, then has room again, then is mounted read-only: run by sqlite.test.ts in a mount
// namespace of its own (`unshare`), so that nothing of it is seen outside. Arguments: the mount point. Prints what it found.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certain } from "@parley/base/result";
import type { Store } from "../port.ts";
import { openSqlite } from "../sqlite.ts";

const [disk = ""] = process.argv.slice(2);
const dataDir = join(disk, "data");
const ballast = join(disk, "ballast");

/** Appends events of 30 kB until one is refused, three at a time; how many were taken, and the code of the refusal. */
async function fill(store: Store): Promise<{ readonly taken: number; readonly codes: readonly string[] }> {
  let taken = 0;
  for (;;) {
    const results = await Promise.all(
      [1, 2, 3].map(() => store.transaction((tx) => tx.append("n", new Uint8Array(30_000)))),
    );
    taken += results.filter((result) => result.ok).length;
    const codes = results.flatMap((result) => (result.ok ? [] : [result.error.code]));
    if (codes.length > 0) return { taken, codes };
  }
}

writeFileSync(ballast, new Uint8Array(1_000_000));
const store = certain(await openSqlite(dataDir));
const full = await fill(store);
const readable = certain(await store.events(0, 1000)).length;
rmSync(ballast);
const again = await fill(store);
await store.close();
const reopened = await openSqlite(dataDir);
const count = reopened.ok ? reopened.value.nextIndex() : reopened.error.code;
if (reopened.ok) await reopened.value.close();
execFileSync("mount", ["-o", "remount,ro", disk]);
const readOnly = await openSqlite(dataDir);
console.log(JSON.stringify({ full, readable, again, count, readOnly: readOnly.ok ? "opened" : readOnly.error.code }));
