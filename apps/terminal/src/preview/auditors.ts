// States of the auditor's page, from made-up verdicts: what a record that is whole, one with gaps, one that was bent and two
// copies that differ look like.
import { type Instant, instant, ms } from "@parley/base/time";
import type { Audit, AuditItem, AuditRow } from "@parley/ledger/audit";
import type { TreeHash } from "@parley/ledger/hash";
import type { ProvenParty } from "@parley/ledger/partyProof";
import { type AuditorScreen, firstPage, noFilter } from "../model/auditor.ts";
import { type Cast, day } from "./people.ts";

const noRoot = new Uint8Array(32) as TreeHash;

const partyOf = (name: string, letter: string): ProvenParty => ({
  party: letter.repeat(43),
  name,
  cardProven: true,
  timeZone: "UTC",
  keys: new Map(),
  log: null,
  witnesses: [],
  unproven: [],
});

const at = (n: number): Instant => instant(day(2026, 12, 1, 8) + n * 3_600_000);

function auditOf(c: Cast, more: Partial<Audit> = {}): Audit {
  const [ours, theirs] = [partyOf(c.us.name, "N"), partyOf(c.them.name, "E")];
  const items = Array.from({ length: 140 }, (_, index): AuditItem => {
    const both = index % 3 === 2;
    return {
      index,
      at: at(index),
      kind: both ? "call" : "identity",
      proof: both ? "signedByBoth" : "ours",
      by: both ? [ours.party, theirs.party] : [ours.party],
      parties: both ? [ours.name, theirs.name] : [ours.name],
      call: null,
      same: null,
    };
  });
  const rows: readonly AuditRow[] = [
    { type: "checkpoint", size: 140, holds: "matches", witnesses: [{ name: "estovar", at: at(141) }] },
    { type: "clockUncertain", index: 5, party: theirs.name, by: 1500 },
  ];
  return {
    party: ours,
    parties: [ours, theirs],
    kind: "complete",
    size: 140,
    entries: 140,
    signedBy: [ours.name, theirs.name],
    gaps: 0,
    joint: { signed: 46, of: 46 },
    rows,
    items,
    ...more,
  };
}

const shown = (
  audits: readonly Audit[],
  more: Partial<Extract<AuditorScreen, { at: "shown" }>> = {},
): AuditorScreen => ({
  at: "shown",
  audits,
  differences: [],
  filter: noFilter,
  most: firstPage,
  ...more,
});

export const auditors = {
  empty: () => ({ at: "empty" }),
  reading: () => ({ at: "reading" }),
  unreadable: () => ({ at: "unreadable", file: "holiday.jpg" }),
  complete: (c) => shown([auditOf(c)]),
  gaps: (c) =>
    shown([
      auditOf(c, {
        kind: "gaps",
        gaps: 2,
        entries: 120,
        rows: [
          { type: "gap", from: 30, to: 49 },
          { type: "uncovered", from: 138, to: 139 },
          { type: "alone", from: 120, to: 137 },
          { type: "withheld", from: 12, to: 12 },
          { type: "clockBack", index: 60, by: ms(1500) },
          { type: "asserted", party: c.them.name, entries: 40 },
        ],
      }),
    ]),
  broken: (c) =>
    shown([
      auditOf(c, {
        kind: "fork",
        signedBy: [],
        rows: [
          { type: "fork", size: 90, roots: [noRoot, noRoot] },
          { type: "joint", index: 8, verdict: { type: "tooFew" } },
          { type: "malformed", index: 9, why: "" },
          { type: "unsigned", size: 90, by: "" },
          { type: "rollback", signed: 200, shown: 140 },
          { type: "falseTile", path: "" },
          { type: "unproven", party: c.them.name, what: "" },
          { type: "differs", index: 11, fields: ["outcome"] },
          { type: "checkpoint", size: 90, holds: "contradicts", witnesses: [] },
        ],
      }),
    ]),
  two: (c) => {
    const [ours, theirs] = [auditOf(c), auditOf(c, { party: partyOf(c.them.name, "E") })];
    const [item] = ours.items.slice(2);
    return shown([ours, theirs], {
      differences: item === undefined ? [] : [{ only: c.us.name, item }],
      filter: { ...noFilter, copies: "apart" },
    });
  },
} as const satisfies Readonly<Record<string, (c: Cast) => AuditorScreen>>;
