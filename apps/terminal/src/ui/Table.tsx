// A plain table with headings that say what each column is; its caption is read, not seen. It is a real <table>, since these
// are lists to read with a few buttons in them, not a grid to select in.
import type { ReactNode } from "react";
import type { Say } from "../words/say.ts";
import { Words } from "./Words.tsx";

export type Column = {
  readonly key: string;
  readonly head: Say;
  /** Its head is for assistive technology only, as over a column of buttons. */
  readonly unseen?: boolean;
};

export type Row = { readonly key: string; readonly cells: readonly ReactNode[] };

export function Table({ caption, columns, rows }: { caption: Say; columns: readonly Column[]; rows: readonly Row[] }) {
  return (
    <div className="table-room">
      <table className="table">
        <caption className="unseen">
          <Words say={caption} />
        </caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col">
                <span className={column.unseen === true ? "unseen" : undefined}>
                  <Words say={column.head} />
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              {row.cells.map((cell, i) => {
                const column = columns[i]?.key ?? i;
                return i === 0 ? (
                  <th key={column} scope="row" data-column={column}>
                    {cell}
                  </th>
                ) : (
                  <td key={column} data-column={column}>
                    {cell}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
