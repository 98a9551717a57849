// The tables of a station's data, the same in SQLite and PostgreSQL; migrations.ts makes them, queries.ts reads them.
// Only TEXT, whole numbers and bytes are used, so that one list of migrations serves both.

/** One row, id 1: what the writer goes on from. `writer` counts openings, so that a writer that was replaced can tell. */
export type HeadTable = { id: number; next_event: number; origin: string; writer: number };
export type EventTable = { idx: number; kind: string; bytes: Uint8Array };
export type LinkTable = { link: string; sent: number; acknowledged: number; taken: number };
export type OutboxTable = { link: string; sequence: number; bytes: Uint8Array };
export type InboxTable = { link: string; sequence: number; envelope: string };
export type DocTable = { kind: string; name: string; bytes: Uint8Array };

export type Tables = {
  head: HeadTable;
  event: EventTable;
  link: LinkTable;
  outbox: OutboxTable;
  inbox: InboxTable;
  doc: DocTable;
};
