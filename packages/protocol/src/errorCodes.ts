// The one table of everything that can go wrong outside our own code: who is to blame, one sentence for the person who
// reads it, and what that person can do. A code is never reused for another meaning. docs/ERRORS.md is held against it.

/** Whose doing it is: the person or program that asked, the other party's side, the path between, or this station. */
export type Blame = "caller" | "peer" | "network" | "us";

export type ErrorRow = {
  readonly blame: Blame;
  /** One sentence, for a duty officer; no codes, no jargon. */
  readonly say: string;
  /** What to do about it, as an imperative sentence. */
  readonly cure: string;
  /** The status of an HTTP answer that carries it; 500 where none is given. */
  readonly http?: number;
};

const table = {
  MESSAGE_MALFORMED: {
    blame: "peer",
    say: "A message could not be read.",
    cure: "Update the older of the two sides; if both are current, report it.",
    http: 400,
  },
  MESSAGE_TOO_LARGE: {
    blame: "peer",
    say: "A message was larger than its kind may be.",
    cure: "Update the older of the two sides; if both are current, report it.",
    http: 413,
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof table;

export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = table;

/** An error as code passes it on: its row in the table, and what in particular was wrong, for the log only. */
export type ParleyError = { readonly code: ErrorCode; readonly detail: string };

export const problem = (code: ErrorCode, detail = ""): ParleyError => ({ code, detail });
