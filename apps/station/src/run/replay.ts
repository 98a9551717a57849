// The ledger read from its beginning, as runners do when they start.
import { type Result, certain, fail } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Store, StoredEvent } from "../store/port.ts";

const pageSize = 1000;

/** What lies at that place of the ledger is no event that this station can have written. */
class DamagedEvent extends Error {
  constructor(index: number, cause: unknown) {
    super(`entry ${index}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** What came of work that reads the ledger; STORE_CORRUPT, with the entry, where that cannot be read ([ST13]). */
export async function readingLedger<T>(work: Promise<Result<T, ParleyError>>): Promise<Result<T, ParleyError>> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DamagedEvent) return fail(problem("STORE_CORRUPT", error.message));
    throw error;
  }
}

/** Hands every durable event to `take`, in order. Throws where the store cannot be read, and where `take` cannot read an event. */
export async function replay(store: Store, take: (event: StoredEvent) => void): Promise<void> {
  for (let from = 0; ;) {
    const page = certain(await store.events(from, pageSize));
    for (const event of page) {
      try {
        take(event);
      } catch (error) {
        throw new DamagedEvent(event.index, error);
      }
    }
    if (page.length < pageSize) return;
    from += page.length;
  }
}
