// Snapshots of whole worlds: this process is copied by the operating system (fork(2)), timers, promises and half-done drills with
// it. The copy lives on in a branch of its own, says in one line what came of it and is gone; the original waits and knows nothing
// of it. Only for a process with nothing but a world in it, whose engine runs on one thread (`--single-threaded`): other threads are
// not copied. Linux alone; elsewhere there is none, and presses happen in the world itself.
import { closeSync, ftruncateSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs `branch` in a copy of this world as it is now, and resolves with what it resolved with, as JSON carries it. Rejects when the
 * copy died or took longer than `mostSeconds`.
 */
export type Fork = <T>(branch: () => Promise<T>) => Promise<T>;

/** A branch that hangs is ended: of the machine's time, far beyond what one takes. */
const mostSeconds = 300;

/** MADV_DOFORK of Linux. */
const inheritOnFork = 11;

/** What a copy starts with and its original asks for. */
export const forkFlags = [
  "--single-threaded",
  "--experimental-ffi",
  "--expose-gc",
  // In a copy nobody may collect garbage, for that asks threads which are not there: it is so short that it needs no room anew.
  "--min-semi-space-size=2048",
  "--max-semi-space-size=2048",
  "--initial-old-space-size=4000",
  "--max-old-space-size=8000",
] as const;

/** Null where this machine or this process cannot be copied. */
export async function openFork(): Promise<Fork | null> {
  if (process.platform !== "linux" || !forkFlags.every((flag) => process.execArgv.includes(flag))) return null;
  const collect = globalThis.gc;
  if (collect === undefined) return null;
  const { dlopen } = await import("node:ffi");
  const { functions: libc } = dlopen("libc.so.6", {
    fork: { return: "i32", arguments: [] },
    waitpid: { return: "i32", arguments: ["i32", "pointer", "i32"] },
    alarm: { return: "u32", arguments: ["u32"] },
    madvise: { return: "i32", arguments: ["pointer", "u64", "i32"] },
    _exit: { return: "void", arguments: ["i32"] },
  });
  const folder = mkdtempSync(join(tmpdir(), "parley-sim-"));
  const said = openSync(join(folder, "said"), "w+");
  rmSync(folder, { recursive: true });
  process.once("exit", () => closeSync(said));

  const copy = async (branch: () => Promise<unknown>): Promise<void> => {
    libc.alarm(mostSeconds);
    const outcome = await branch().then(
      (value) => ({ value }),
      (error: unknown) => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
    writeSync(said, JSON.stringify(outcome), 0);
    // At once, without what Node does at its end: those threads are not here.
    libc._exit(0);
  };

  const maps = Buffer.alloc(1 << 20);
  /** The engine keeps its heap from copies of the process; here it is what is wanted. Makes next to no garbage, so that it maps nothing. */
  const shareAll = (): void => {
    const file = openSync("/proc/self/maps", "r");
    let length = 0;
    for (let read = 1; read > 0; length += read) read = readSync(file, maps, length, maps.length - length, null);
    closeSync(file);
    // Each line begins with "from-to " in hex.
    for (let at = 0; at < length; at = maps.indexOf(10, at) + 1) {
      const [dash, space] = [maps.indexOf(45, at), maps.indexOf(32, at)];
      const from = BigInt(`0x${maps.toString("latin1", at, dash)}`);
      libc.madvise(from, BigInt(`0x${maps.toString("latin1", dash + 1, space)}`) - from, inheritOnFork);
    }
  };

  return async <T>(branch: () => Promise<T>): Promise<T> => {
    ftruncateSync(said, 0);
    collect({ type: "minor" });
    // Twice, for what the first time itself may have mapped.
    shareAll();
    shareAll();
    const pid = libc.fork();
    if (pid < 0) throw new Error("this process could not be copied");
    if (pid === 0) {
      void copy(branch);
      // Whoever asked is the original: the copy goes on in its branch alone.
      return new Promise(() => undefined);
    }
    const status = new Int32Array(1);
    while (libc.waitpid(pid, status, 0) !== pid);
    const bytes = Buffer.alloc(fstatSync(said).size);
    readSync(said, bytes, 0, bytes.length, 0);
    if (bytes.length === 0) throw new Error(`a copy of the world died without a word (${status[0]})`);
    const outcome = JSON.parse(bytes.toString()) as { readonly value: T } | { readonly error: string };
    if ("error" in outcome) throw new Error(`in a copy of the world: ${outcome.error}`);
    return outcome.value;
  };
}
