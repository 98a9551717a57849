// What the auditor's page knows of one or two records: their verdicts, the entries that a filter lets through, and in which
// sentences all of it is said. The verdict itself is packages/ledger's, the same that `parley verify` prints ([LG46]).
import type { Audit, AuditItem, AuditRow, ItemProof } from "@parley/ledger/audit";
import { isComplete } from "@parley/ledger/audit";
import type { Difference } from "@parley/ledger/compareRecords";
import type { Instant } from "@parley/base/time";
import { type Say, name, say } from "../words/say.ts";
import type { Shape, Tone } from "./line.ts";

export type AuditorFilter = {
  readonly kind: string | null;
  readonly proof: ItemProof | null;
  /** Only entries that stand in one of the copies alone. */
  readonly copies: "all" | "apart";
};

export type AuditorScreen =
  | { readonly at: "empty" }
  | { readonly at: "reading" }
  /** The file of this name is no record, or is cut short. */
  | { readonly at: "unreadable"; readonly file: string }
  | {
      readonly at: "shown";
      readonly audits: readonly Audit[];
      readonly differences: readonly Difference[];
      readonly filter: AuditorFilter;
      /** Entries that are listed at most. */
      readonly most: number;
    };

export type AuditorAction =
  | { readonly type: "openFiles"; readonly files: readonly File[] }
  | { readonly type: "filter"; readonly filter: AuditorFilter }
  | { readonly type: "more" }
  | { readonly type: "saveCsv" };

export const noFilter: AuditorFilter = { kind: null, proof: null, copies: "all" };
/** Entries listed before more are asked for. */
export const firstPage = 100;

export const proofs: readonly ItemProof[] = ["signedByBoth", "differs", "ours", "withheld", "missing", "broken"];

type Shown = Extract<AuditorScreen, { at: "shown" }>;

/** An entry to list; `only` names the party whose copy alone has it, where two were compared. */
export type Listed = { readonly item: AuditItem; readonly only: string | null };

/** The entries that the filter lets through, in their order. */
export function filtered({ audits, differences, filter }: Shown): readonly Listed[] {
  const all: readonly Listed[] =
    filter.copies === "apart" ? differences : (audits[0]?.items ?? []).map((item) => ({ item, only: null }));
  return all.filter(({ item: { kind, proof } }) => (filter.kind ?? kind) === kind && (filter.proof ?? proof) === proof);
}

/** The kinds of entry that there are, in the order of the alphabet. */
export const kindsOf = ({ audits }: Shown): readonly string[] =>
  [...new Set(audits.flatMap(({ items }) => items.map(({ kind }) => kind)))].filter((kind) => kind !== "").toSorted();

/** "Northmark: complete, both signed, no gaps." */
export const verdictSay = (audit: Audit): Say =>
  say("audit.verdict", {
    party: name(audit.party.name),
    verdict: say(`audit.kind.${audit.kind}`),
    signed: signedSay(audit),
    gaps: say("audit.gaps", { n: audit.gaps }),
  });

function signedSay({ signedBy }: Audit): Say {
  const [own] = signedBy;
  if (own === undefined) return say("audit.signedByNobody");
  if (signedBy.length === 1) return say("audit.signedAlone", { party: name(own) });
  return signedBy.length === 2 ? say("audit.signedByBoth") : say("audit.signedBySome", { n: signedBy.length });
}

export const countsSay = ({ entries, size, joint }: Audit): Say =>
  say("audit.counts", { entries, size, signed: joint.signed, joint: joint.of });

export function verdictLook(audit: Audit): { readonly shape: Shape; readonly tone: Tone } {
  if (isComplete(audit)) return { shape: "disc", tone: "ready" };
  return audit.kind === "complete" || audit.kind === "gaps"
    ? { shape: "triangle", tone: "warn" }
    : { shape: "cross", tone: "fault" };
}

const range = (from: number, to: number): Say =>
  from === to ? say("audit.entry", { n: from }) : say("audit.entries", { from, to });

export function rowSay(row: AuditRow): Say {
  switch (row.type) {
    case "gap":
    case "withheld":
    case "uncovered":
    case "alone":
      return say(`audit.row.${row.type}`, { range: range(row.from, row.to) });
    case "malformed":
    case "joint":
      return say(`audit.row.${row.type}`, { range: range(row.index, row.index) });
    case "clockBack":
      return say("audit.row.clockBack", { range: range(row.index, row.index), seconds: row.by / 1000 });
    case "clockUncertain": {
      const values = { range: range(row.index, row.index), party: name(row.party) };
      return row.by === null
        ? say("audit.row.clockUnwatched", values)
        : say("audit.row.clockUncertain", { ...values, seconds: row.by / 1000 });
    }
    case "unsigned":
      return say("audit.row.unsigned", { n: row.size });
    case "checkpoint": {
      const last = row.witnesses.at(-1);
      const when =
        last === undefined ? say("audit.notCosigned") : say("audit.cosigned", { at: name(writtenText(last.at)) });
      return say(`audit.row.checkpoint.${row.holds}`, { n: row.size, when });
    }
    case "fork":
      return say("audit.row.fork", { n: row.size });
    case "rollback":
      return say("audit.row.rollback", { signed: row.signed, shown: row.shown });
    case "falseTile":
      return say("audit.row.falseTile");
    case "asserted":
      return say("audit.row.asserted", { n: row.entries, party: name(row.party) });
    case "unproven":
      return say("audit.row.unproven", { party: name(row.party) });
    case "differs":
      return say("audit.row.differs", { range: range(row.index, row.index) });
  }
  return row satisfies never;
}

/** A time of a record, read far away and years later: its whole date, UTC, alike in every language. */
export const writtenText = (at: Instant): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
