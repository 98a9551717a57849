// Edge: whether the disk under the data folder keeps its word, how quickly, and how much room there is. For checks and the doctor.
// A disk that hangs holds up nobody but the one who asked.
import { type FileHandle, open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { equal } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Cancel, type Clock, seconds } from "@parley/base/time";

/** How many milliseconds the middle one of some flushed writes took, and the quickest; or in the system's words why nothing came back. */
export type Written =
  | { readonly at: "well"; readonly took: number; readonly least: number }
  | { readonly at: "failed"; readonly why: string };

const page = 4096;
const within = seconds(15);

const failedBy = (error: unknown): Written => ({
  at: "failed",
  why: error instanceof Error ? error.message : String(error),
});

async function writeAndRead(path: string, random: Random, rounds: number): Promise<Written> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, "w+", 0o600);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const [bytes, back] = [random(page), new Uint8Array(page)];
      const began = performance.now();
      await file.write(bytes, 0, page, 0);
      await file.sync();
      times.push(performance.now() - began);
      await file.read(back, 0, page, 0);
      if (!equal(bytes, back)) return { at: "failed", why: "what was written did not come back" };
    }
    const sorted = times.toSorted((a, b) => a - b);
    return { at: "well", took: sorted[Math.floor(rounds / 2)] ?? 0, least: sorted[0] ?? 0 };
  } catch (error) {
    return failedBy(error);
  } finally {
    await file?.close();
    await rm(path, { force: true });
  }
}

/** Writes, flushes and reads back, `rounds` times, in a file of its own that it removes. */
export function tryDisk(folder: string, rounds: number, { clock, random }: DiskDeps): Promise<Written> {
  let stop: Cancel = () => undefined;
  const tooLate = new Promise<Written>((resolve) => {
    stop = clock.wait(within, () => resolve({ at: "failed", why: "the disk does not answer" }));
  });
  const tried = writeAndRead(join(folder, ".check"), random, rounds).catch((error: unknown): Written =>
    failedBy(error),
  );
  return Promise.race([tried, tooLate]).finally(() => stop());
}

export type DiskDeps = { readonly clock: Clock; readonly random: Random };

/** Bytes that the station's user may still write there. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** With fewer bytes than this a disk is as good as full; a write that takes longer, milliseconds, holds every ring up. */
export const leastFree = 200e6;
export const slowWrite = 100;
