// Drills as rows of the ledger for a console: what each came to, its cause and whose side, as seen from our own.
import { decode } from "@parley/base/codec";
import type { Who } from "@parley/drill/steps";
import { sideOf } from "@parley/drill/verdict";
import { type Entry } from "@parley/ledger/entry";
import { type IdText, idText } from "@parley/protocol/ids";
import { type DrillSession, type DrillVerdict, drillReport } from "@parley/protocol/signed/drillReport";
import type { LedgerRow } from "@parley/protocol/terminal/console";
import { drillFact } from "./run/drillFacts.ts";

type Row = Pick<LedgerRow, "kind" | "facts" | "proof"> & { readonly link: IdText };

const kinds = { ready: "drillReady", degraded: "drillDegraded", notReady: "drillNotReady" } as const;

/** Of an entry about a drill; null where it cannot be read. */
export function drillRow(entry: Entry, us: Uint8Array | null): Row | null {
  const of = (link: IdText, verdict: DrillVerdict, session: DrillSession, role: Who, proof: Row["proof"]): Row => {
    const facts = { cause: verdict.cause ?? "", whose: sideOf(verdict.whose, role), session };
    return { kind: kinds[verdict.at], facts, link, proof };
  };
  if (entry.type === "joint") {
    const report = decode(drillReport, entry.body);
    if (!report.ok || us === null) return null;
    const role = idText(report.value.caller.party) === idText(new Uint8Array(us)) ? "caller" : "called";
    return of(idText(report.value.link), report.value.verdict, report.value.session, role, "signedByBoth");
  }
  const fact = decode(drillFact, entry.body);
  if (!fact.ok) return null;
  const it = fact.value;
  if (it.type === "missed") return { kind: "drillMissed", facts: {}, link: idText(it.link), proof: "ours" };
  const session = it.type === "alone" ? "direct" : it.session;
  return of(idText(it.link), it.verdict, session, it.role, "ours");
}
