// The SQLite engine as the station's thread sees it: each call goes to the storage thread (sqlite/worker.ts) and comes back
// as a promise. Why a thread and not the calling one: docs/decisions/storage.md.
import { Worker } from "node:worker_threads";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { CommitFailure } from "./engine.ts";
import type { Store } from "./port.ts";
import type { Answer, Calls } from "./sqlite/calls.ts";
import { storeOver } from "./writer.ts";

type Pending = { readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void };

type Asking = <K extends keyof Calls>(call: K, ...args: Parameters<Calls[K]>) => ReturnType<Calls[K]>;

/** A storage thread, and how to ask it. It keeps the process alive only while an answer is due. */
function startThread(): { readonly ask: Asking; readonly stop: () => Promise<void> } {
  const worker = new Worker(new URL("./sqlite/worker.ts", import.meta.url), { name: "store" });
  const pending = new Map<number, Pending>();
  let last = 0;
  let dead: Error | null = null;
  worker.unref();

  const settled = (id: number): Pending | undefined => {
    const waiting = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) worker.unref();
    return waiting;
  };
  const die = (error: Error): void => {
    dead ??= error;
    for (const id of pending.keys()) settled(id)?.reject(dead);
  };
  worker.on("message", (answer: Answer) => {
    if ("value" in answer) settled(answer.id)?.resolve(answer.value as never);
    else die(new Error(`the storage thread threw: ${answer.thrown}`));
  });
  worker.on("error", (error) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", (code) => die(new Error(`the storage thread ended with ${code}`)));

  const ask: Asking = (call, ...args) =>
    new Promise((resolve, reject) => {
      if (dead !== null) return reject(dead);
      const id = ++last;
      pending.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, call, args });
    }) as ReturnType<Calls[typeof call]>;
  return {
    ask,
    stop: async () => {
      await worker.terminate();
    },
  };
}

/**
 * Opens the data in `dataDir`, making directory and file when there are none. Resolves when the file has passed its checks.
 * Errors: `STORE_IN_USE`, `STORE_CORRUPT`, `STORE_NEWER`, `STORE_READ_ONLY`, `STORE_FULL`, `STORE_FAILED`.
 */
export async function openSqlite(dataDir: string): Promise<Result<Store, ParleyError>> {
  const { ask, stop } = startThread();
  const heads = await ask("open", dataDir);
  if (!heads.ok) {
    await stop();
    return heads;
  }
  const lost = (thrown: unknown): ParleyError => problem("STORE_FAILED", String(thrown));
  const read = async <T>(answer: Promise<Result<T, ParleyError>>): Promise<Result<T, ParleyError>> => {
    try {
      return await answer;
    } catch (thrown) {
      return fail(lost(thrown));
    }
  };
  return ok(
    storeOver({
      heads: heads.value,
      commit: async (transactions): Promise<Result<void, CommitFailure>> => {
        try {
          return await ask("commit", transactions);
        } catch (thrown) {
          return fail({ written: "unknown", error: lost(thrown) });
        }
      },
      events: (from, limit) => read(ask("events", from, limit)),
      outbox: (link, from, limit) => read(ask("outbox", link, from, limit)),
      doc: (kind, key) => read(ask("doc", kind, key)),
      docs: (kind) => read(ask("docs", kind)),
      backup: (path) => read(ask("backup", path)),
      close: async () => {
        await ask("close");
        await stop();
      },
    }),
  );
}
