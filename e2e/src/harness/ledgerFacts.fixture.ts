// What a station's ledger holds about calls, for what no screen shows: read from a backup, which a running station gives.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { decodeEntry } from "@parley/ledger/entry";
import { idText } from "@parley/protocol/ids";
import { callFact, callKind } from "../../../apps/station/src/run/callFacts.ts";
import type { RunningParty } from "../../../scripts/demoParties.ts";

export type CallFacts = {
  /** Why each missed ring was missed, oldest first. */
  readonly missed: readonly string[];
  /** The kinds of receipts kept of each call, by call, in their order. */
  readonly receipts: ReadonlyMap<string, readonly string[]>;
};

export async function ledgerFacts(party: RunningParty): Promise<CallFacts> {
  const folder = mkdtempSync(join(tmpdir(), "parley-facts-"));
  const path = join(folder, "copy");
  try {
    await party.ask({ do: "backup", path });
    return factsIn(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function factsIn(path: string): CallFacts {
  const db = new DatabaseSync(path, { readOnly: true });
  const missed: string[] = [];
  const receipts = new Map<string, string[]>();
  for (const { bytes } of db.prepare("select bytes from event where kind = ? order by idx").all(callKind)) {
    if (!(bytes instanceof Uint8Array)) throw new Error("an event without bytes");
    const entry = certain(decodeEntry(new Uint8Array(bytes)));
    if (entry.type === "joint") continue;
    const fact = certain(decode(callFact, entry.body));
    if (fact.type === "missed") missed.push(fact.why);
    if (fact.type !== "proof") continue;
    const call = idText(fact.receipt.call);
    receipts.set(call, [...(receipts.get(call) ?? []), fact.receipt.kind]);
  }
  db.close();
  return { missed, receipts };
}
