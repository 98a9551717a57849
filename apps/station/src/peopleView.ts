// People, and terminals' tests of their rooms, as rows of the ledger for a console.
import { idText } from "@parley/protocol/ids";
import type { RoomTest } from "@parley/protocol/signed/selfTest";
import type { LedgerRow } from "@parley/protocol/terminal/console";
import type { PeopleFactKept } from "./run/peopleFacts.ts";

/** A row of an event at its place in the ledger. */
export type MakeRow = (
  at: number,
  kind: string,
  facts?: LedgerRow["facts"],
  link?: string | null,
  proof?: LedgerRow["proof"],
) => LedgerRow;

/** Whether officers were here when they were asked, ours by name; of the other side's only that one was. */
export function peopleRow(
  it: PeopleFactKept,
  row: MakeRow,
  officer: (id: Uint8Array<ArrayBuffer>) => string,
): LedgerRow | null {
  switch (it.type) {
    case "here":
      return row(it.at, "officerHere", { officer: officer(it.officer) });
    case "unanswered":
      return row(it.at, "nobodyHere");
    case "theirs":
      if (it.word.at === "unasked") return null; // a word about their rooms alone
      return row(it.at, it.word.at === "ready" ? "theirOfficerHere" : "theirNobodyHere", {}, idText(it.word.link));
  }
  return it satisfies never;
}

const testKinds = { ready: "roomReady", degraded: "roomDegraded", notReady: "roomNotReady" } as const;

/** What a terminal's test of its own room came to. */
export const testRow = ({ at, cause, ended }: RoomTest, terminal: string, row: MakeRow): LedgerRow =>
  row(ended, testKinds[at], { terminal, cause: cause ?? "" });
