// The entries of a record as comma-separated values (RFC 4180), for spreadsheets: times in UTC, one row an entry.
import { idText } from "@parley/protocol/ids";
import type { AuditItem } from "./audit.ts";

/** Quoted always; a text that a spreadsheet would take for a formula begins with an apostrophe. */
const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

const utc = (at: number | null): string => (at === null ? "" : new Date(at).toISOString());

const head = ["entry", "written", "kind", "proof", "parties", "call", "began", "ended"];

/** `began` and `ended` are by the caller's clock. */
export function csvOf(items: readonly AuditItem[]): string {
  const rows = items.map(({ index, at, kind, proof, parties, call }) => [
    String(index),
    utc(at),
    kind,
    proof,
    parties.join(" + "),
    call === null ? "" : idText(call.call),
    utc(call?.caller.began ?? null),
    utc(call?.caller.ended ?? null),
  ]);
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
