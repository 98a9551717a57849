// The ledger read from its beginning, as runners do when they start.
import { certain } from "@parley/base/result";
import type { Store, StoredEvent } from "../store/port.ts";

const pageSize = 1000;

/** Hands every durable event to `take`, in order. Throws where the store cannot be read. */
export async function replay(store: Store, take: (event: StoredEvent) => void): Promise<void> {
  for (let from = 0; ;) {
    const page = certain(await store.events(from, pageSize));
    for (const event of page) take(event);
    if (page.length < pageSize) return;
    from += page.length;
  }
}
