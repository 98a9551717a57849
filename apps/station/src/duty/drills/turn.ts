// One decision of the duty of drills in the making: links and drills as they are so far, and what is to be done.
import { type Instant, after } from "@parley/base/time";
import type { Bytes } from "@parley/base/bytes";
import { againAfter, firstExpected, soonAfterChange } from "@parley/drill/schedule";
import { drillAtMost } from "@parley/drill/steps";
import type { Who } from "@parley/drill/steps";
import { problem } from "@parley/protocol/errorCodes";
import { type CallId, type IdText, type LinkId, type PartyId, type TerminalId, idOf } from "@parley/protocol/ids";
import { maxDrillTicks } from "@parley/protocol/limits";
import type { DrillPart, DrillSession } from "@parley/protocol/signed/drillReport";
import { keptBytes } from "@parley/protocol/signed/kept";
import type { Found } from "@parley/protocol/terminal/drill";
import type { Base, Drills, DrillsContext, DrillsDecision, DrillsEffect, LinkDrills, Run, Tick } from "./port.ts";

/** One decision in the making. */
export class Turn {
  readonly context: DrillsContext;
  readonly now: Instant;
  private readonly links: Record<IdText, LinkDrills>;
  runs: readonly Run[];
  private readonly effects: DrillsEffect[] = [];

  constructor(drills: Drills, context: DrillsContext, now: Instant) {
    this.context = context;
    this.now = now;
    this.runs = drills.runs;
    this.links = {};
    // A link that is gone has no drills; a new one is rehearsed soon, since nothing has proven it.
    for (const { link } of context.links)
      this.links[link] = drills.links[link] ?? {
        next: after(now, soonAfterChange(context.draw)),
        expected: firstExpected(now, context.period),
        verdict: null,
        sessions: {},
        oneWay: null,
        asked: null,
        coming: null,
        route: "none",
        theirs: null,
        deaf: null,
        station: null,
        browsers: [],
        changed: null,
        ticks: [],
      };
  }

  decision(): DrillsDecision {
    return { drills: { links: this.links, runs: this.runs }, effects: this.effects };
  }

  under(): readonly (Run & { readonly at: "under" })[] {
    return this.runs.filter((run) => run.at === "under");
  }

  /** Those that still need their terminals. */
  atTerminals(): readonly (Run & { readonly at: "under" | "lastWord" })[] {
    return this.runs.filter((run) => run.at === "under" || run.at === "lastWord");
  }

  at(link: IdText): LinkDrills | undefined {
    return this.links[link];
  }

  all(): readonly (readonly [IdText, LinkDrills])[] {
    return Object.entries(this.links);
  }

  isBusy(): boolean {
    return this.atTerminals().length > 0;
  }

  partyOn(link: IdText): PartyId | null {
    return this.context.links.find((it) => it.link === link)?.party ?? null;
  }

  made(link: IdText, call: IdText, role: Who, session: DrillSession, terminal: IdText | null): Base {
    const browser = this.context.idle.find((it) => it.terminal === terminal)?.browser ?? "";
    return { link, call, role, session, terminal, browser, began: this.now, until: after(this.now, drillAtMost) };
  }

  partOf(run: Base, { results, numbers }: Found): DrillPart {
    return {
      party: this.context.us,
      terminal: run.terminal === null ? null : idOf<TerminalId>(run.terminal, 16),
      browser: run.browser,
      station: keptBytes(this.context.station),
      began: run.began,
      ended: this.now,
      results,
      numbers,
    };
  }

  later(link: IdText): void {
    this.change(link, { next: after(this.now, againAfter(this.context.draw)) });
    this.effect({ type: "over", link, verdict: null });
  }

  change(link: IdText, to: Partial<LinkDrills>): void {
    const before = this.links[link];
    if (before !== undefined) this.links[link] = { ...before, ...to };
  }

  mark(link: IdText, tick: Tick): void {
    const { ticks } = this.links[link] ?? { ticks: [] };
    this.change(link, { ticks: [...ticks, tick].slice(-maxDrillTicks) });
  }

  /** The newest of them was less than it seemed. */
  worsen(link: IdText, tick: Tick): void {
    const { ticks } = this.links[link] ?? { ticks: [] };
    if (ticks.at(-1) === "passed") this.change(link, { ticks: [...ticks.slice(0, -1), tick] });
  }

  put(run: Run): void {
    this.runs = [...this.runs.filter(({ call }) => call !== run.call), run];
  }

  remove({ call }: Base): void {
    this.runs = this.runs.filter((it) => it.call !== call);
  }

  refuse(detail: string): void {
    this.effect({ type: "refused", error: problem("DRILL_UNFIT", detail) });
  }

  effect(it: DrillsEffect): void {
    this.effects.push(it);
  }
}

/** What all states of a drill hold, with another deadline. */
export const baseOf = ({ link, call, role, session, terminal, browser, began }: Base, until: Instant): Base => ({
  link,
  call,
  role,
  session,
  terminal,
  browser,
  began,
  until,
});

function ours<T extends Bytes>(text: IdText): T {
  const id = idOf<T>(text, 16);
  if (id === null) throw new Error(`${text} is not an id of ours`);
  return id;
}
export const callOf = (text: IdText): CallId => ours<CallId>(text);
export const linkOf = (text: IdText): LinkId => ours<LinkId>(text);
