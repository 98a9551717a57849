// Fills a file system up, for tests of what a station does then.
import { writeFileSync } from "node:fs";

/** Lets the file at `path` grow until not a kilobyte is left. */
export function fillDisk(path: string): void {
  for (let size = 1 << 20; size >= 1024; size >>= 1)
    for (;;) {
      try {
        writeFileSync(path, new Uint8Array(size), { flag: "a" });
      } catch {
        break;
      }
    }
}
