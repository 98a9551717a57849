// What lies under the storage port: an engine makes lists of changes durable and reads them back. It decides nothing; numbers,
// order and grouping are the writer's (writer.ts). SQLite, PostgreSQL and the simulated disk are engines.
import type { Bytes } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { Origin, Store, StoredEnvelope } from "./port.ts";

/** One thing that a transaction did, as data that can cross a thread. */
export type Change =
  | { readonly type: "event"; readonly index: number; readonly kind: string; readonly bytes: Bytes }
  | { readonly type: "took"; readonly link: IdText; readonly sequence: number; readonly envelope: IdText }
  | { readonly type: "sent"; readonly link: IdText; readonly sequence: number; readonly bytes: Bytes }
  | { readonly type: "acknowledged"; readonly link: IdText; readonly upTo: number }
  | { readonly type: "put"; readonly kind: string; readonly key: string; readonly bytes: Bytes }
  | { readonly type: "removed"; readonly kind: string; readonly key: string }
  | { readonly type: "forgot"; readonly link: IdText }
  | { readonly type: "renewed" };

/** An envelope taken lately: what tells a repeat from a sequence used twice. */
export type Recent = { readonly sequence: number; readonly envelope: IdText };

export type LinkHead = {
  readonly sent: number;
  readonly acknowledged: number;
  readonly taken: number;
  /** The last envelopes taken, oldest first, at most `inboxMemory`. */
  readonly recent: readonly Recent[];
};

/** All that the writer has to know to go on. */
export type Heads = {
  readonly origin: Origin;
  readonly nextIndex: number;
  readonly links: ReadonlyMap<IdText, LinkHead>;
};

export const noHead: LinkHead = { sent: 0, acknowledged: 0, taken: 0, recent: [] };

/** How many taken envelopes per link keep their id: more than a peer keeps under way on one link (chosen). */
export const inboxMemory = 64;

/** `nothing` was written, and the engine can go on; or the outcome is `unknown`, and it must be opened anew. */
export type CommitFailure = { readonly written: "nothing" | "unknown"; readonly error: ParleyError };

export type Engine = Pick<Store, "events" | "doc" | "docs" | "backup"> & {
  /** What the data said when it was opened. */
  readonly heads: Heads;
  /** Makes all of the transactions durable, in order, as one. Called again only after the last call settled. */
  readonly commit: (transactions: readonly (readonly Change[])[]) => Promise<Result<void, CommitFailure>>;
  readonly outbox: (
    link: IdText,
    from: number,
    limit: number,
  ) => Promise<Result<readonly StoredEnvelope[], ParleyError>>;
  readonly close: () => Promise<void>;
};
