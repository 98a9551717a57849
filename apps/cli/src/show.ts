// How commands show things: QR codes that a phone reads off a dark or a light terminal, and rows.
import { renderUnicodeCompact } from "uqr";

/** `text` as a QR code in half blocks, white on black whatever the terminal's colours. */
export const qrOf = (text: string): string =>
  renderUnicodeCompact(text, { ecc: "L", border: 2 })
    .split("\n")
    .map((line) => `\u001b[97;40m${line}\u001b[0m`)
    .join("\n");

/** Rows with their cells one under the other. */
export function rowsOf(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
