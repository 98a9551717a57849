// The readiness of one line as its officer looks through it: its drills as the station's ledger holds them, a page at a time, one of
// them whole, and everything on the line that has a date. The facts behind it change by the functions here alone, so that an answer
// to an earlier question never stands beside a later one ([VW76] of docs/spec/views.md). Pure.
import { type Instant, instant } from "@parley/base/time";
import type { DrillRow, DrillSummary, DrillTold } from "@parley/protocol/terminal/drillHistory";
import type { LineCheck } from "@parley/protocol/terminal/check";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import { type Say, name, say } from "../words/say.ts";
import { type Cause } from "./cause.ts";
import type { LineHorizon } from "./checks.ts";
import { drillCause } from "./drills.ts";

export type { DrillRow, DrillSummary, DrillTold };

/** What the terminal holds of it. `line`: the one that is looked at, by link, or null before one was chosen. */
export type ReadinessFacts = {
  readonly line: string | null;
  readonly page: {
    /** Newest first. */
    readonly rows: readonly DrillRow[];
    readonly before: number | null;
    readonly older: number | null;
  } | null;
  readonly summary: DrillSummary | null;
  readonly asked: "nothing" | "page";
  /** The drill that a person chose to see whole; null is the newest of the page. */
  readonly chosen: number | null;
  /** The last one that the station told, or that its entry is of none. */
  readonly drill: { readonly index: number; readonly told: DrillTold | null } | null;
};

export const noReadiness: ReadinessFacts = {
  line: null,
  page: null,
  summary: null,
  asked: "nothing",
  chosen: null,
  drill: null,
};

/** Another line is looked at, or the same from its newest drill on. What was known of the same one stays until its answer comes. */
export const looksAt = (before: ReadinessFacts, line: string): ReadinessFacts =>
  before.line === line ? { ...before, asked: "page", chosen: null } : { ...noReadiness, line, asked: "page" };

/** A page of drills came. */
export function pageCame(
  before: ReadinessFacts,
  { link, before: at, rows, older, summary }: Extract<ToTerminal, { type: "drillHistory" }>,
): ReadinessFacts {
  if (link !== before.line) return before;
  return { ...before, page: { rows, before: at, older }, summary: summary ?? before.summary, asked: "nothing" };
}

/** The drill that is to be seen whole: the one chosen, or the newest of the page; null where there is none. */
export const wantedDrill = ({ chosen, page }: ReadinessFacts): number | null => chosen ?? page?.rows[0]?.index ?? null;

/** Whether the station has to be asked for the drill that is to be seen. */
export const lacksDrill = (facts: ReadinessFacts): number | null => {
  const wanted = wantedDrill(facts);
  return wanted === null || facts.drill?.index === wanted ? null : wanted;
};

export function drillCame(
  before: ReadinessFacts,
  { index, drill }: Extract<ToTerminal, { type: "drillReport" }>,
): ReadinessFacts {
  if (index !== wantedDrill(before)) return before;
  return { ...before, drill: { index, told: drill?.link === before.line ? drill : null } };
}

/** One dated thing of a line. */
export type DatedThing = LineHorizon & { readonly stands: LineCheck["dated"][number]["stands"] };

/** What the console shows of it. */
export type Readiness = {
  /** The line looked at, by id; null where there is no line at all. */
  readonly line: string | null;
  readonly page:
    | { readonly at: "loading" }
    | {
        readonly at: "here";
        /** Oldest first, as they are drawn. */
        readonly rows: readonly DrillRow[];
        readonly newer: "none" | "some";
        readonly older: number | null;
        readonly asking: "no" | "yes";
      };
  readonly summary: DrillSummary | null;
  readonly drill:
    | { readonly at: "none" }
    | { readonly at: "loading"; readonly index: number }
    | { readonly at: "unread"; readonly index: number }
    | { readonly at: "here"; readonly told: DrillTold };
  readonly dated: readonly DatedThing[];
};

export function readinessOf(facts: ReadinessFacts, line: string | null, check: LineCheck | undefined): Readiness {
  const { page, summary } = facts.line === line ? facts : noReadiness;
  return {
    line,
    page:
      page === null
        ? { at: "loading" }
        : {
            at: "here",
            rows: page.rows.toReversed(),
            newer: page.before === null ? "none" : "some",
            older: page.older,
            asking: facts.asked === "page" ? "yes" : "no",
          },
    summary,
    drill: facts.line === line ? shownDrill(facts) : { at: "none" },
    dated: (check?.dated ?? []).map((it) => ({ ...it, at: instant(it.at) })),
  };
}

function shownDrill(facts: ReadinessFacts): Readiness["drill"] {
  const index = wantedDrill(facts);
  if (index === null) return { at: "none" };
  if (facts.drill?.index !== index) return { at: "loading", index };
  const { told } = facts.drill;
  return told === null ? { at: "unread", index } : { at: "here", told };
}

/** What was wrong in a drill; null where nothing was, or it never came. */
export const causeOfDrill = ({ cause, whose }: Pick<DrillRow, "cause" | "whose">): Cause | null =>
  cause === null ? null : drillCause(cause, whose);

/** When a drill was, by the ledger. */
export const whenOf = ({ at }: Pick<DrillRow, "at">): Instant => instant(at);

/** What it is that has a date, and whose. */
export const datedThing = ({ what, whose, name: called }: Omit<DatedThing, "at">): Say =>
  what === "listed" ? say("horizon.listed", { called: name(called) }) : say(`thing.${what}`, { whose });

/** How many days are left until then, in words. */
export function daysLeft(at: Instant, now: Instant): Say {
  if (at <= now) return say("dated.past");
  const n = Math.floor((at - now) / 86_400_000);
  return n === 0 ? say("dated.today") : say("dated.in", { n });
}
