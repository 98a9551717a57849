// What the drills and checks of a world say, held against what is so: every verdict as it is reached, and every finding as a check
// shows it. The flow of years (years.ts) asks it what it knows. Decides nothing.
import type { Finding } from "@parley/drill/check";
import { type DatedItem, standsOf, warnAhead } from "@parley/drill/horizon";
import type { IdText } from "@parley/protocol/ids";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import type { LongFault } from "./longFaults.ts";
import { trueTime } from "./machine.ts";
import type { Linked, World } from "./parts.ts";
import { thinLooks } from "./standing.ts";
import type { Alive, Station } from "./station.ts";

/** After a disturbance, drills that were under way in it may still end. */
const settles = 180_000;

/** What both have signed is cosigned by then. */
const quietFor = 30_000;

export type Verdict = NonNullable<LineDrills["verdict"]>;

/** One drill of a line as one side has it; `at`: the world's time. */
export type Told = { readonly at: number; readonly verdict: Verdict };

export const noDrillCounts = { ready: 0, degraded: 0, notReady: 0, missed: 0, falseReds: 0, found: 0, expiries: 0 };

export class DrillsJudge {
  private readonly world: () => World;
  /** Of each station and link, the drills that were told of, newest last. */
  private readonly told = new Map<string, Told[]>();
  private readonly findings = new Map<string, readonly Finding[]>();
  private readonly sums = { ready: 0, degraded: 0, notReady: 0, missed: 0 };
  private readonly causes: Record<string, number> = {};
  private readonly wrong: (what: string) => void;
  /** What goes on, and since when nothing does. */
  private going: { readonly fault: LongFault; readonly side: Station } | null = null;
  private calmSince = Number.POSITIVE_INFINITY;
  private falseReds = 0;
  private found_ = 0;
  private readonly dates = new Map<string, { readonly seen: number; warned: number | null; told: boolean }>();

  constructor(world: () => World, wrong: (what: string) => void) {
    this.world = world;
    this.wrong = wrong;
  }

  /** Something is about to happen that nobody holds drills against. */
  excuse(what: "soon" | "all" = "soon"): void {
    this.calmSince = what === "all" ? Number.POSITIVE_INFINITY : this.world().queue.now() + settles;
  }
  begins(fault: LongFault, side: Station): void {
    this.going = { fault, side };
    this.world().trace.note(`-- ${fault.kind} at ${side.name}`);
  }
  ends(fault: LongFault): void {
    if (this.going?.fault === fault) this.going = null;
    this.excuse();
  }

  /** [SM30] */
  mustBeFound(
    { kind, drills, checks, blames, step, stops }: LongFault,
    { a, b, link }: Linked,
    side: Station,
    from: number,
  ): void {
    for (const station of [a, b]) {
      const told = this.since(station, link, from + 60_000);
      const ours = station === side ? "ours" : "theirs";
      const byDrill = told.filter(({ verdict }) => verdict.cause !== null && drills.includes(verdict.cause));
      const byCheck = this.found(station, link).filter(({ code }) => checks.includes(code));
      if (drills.length > 0 && step !== null && stops !== "relayed" && byDrill.length === 0)
        this.wrong(
          `[SM30] ${station.name} did not find ${kind} of ${side.name}: ${told.map(({ verdict }) => `${verdict.at} ${verdict.cause}`).join()}`,
        );
      if (checks.length > 0 && byCheck.length === 0 && (drills.length === 0 || byDrill.length === 0))
        this.wrong(
          `[SM30] ${station.name}'s checks did not find ${kind} of ${side.name}: ${this.found(station, link)
            .map(({ code }) => code)
            .join()}`,
        );
      if (blames === "side")
        for (const whose of [...byDrill.map(({ verdict }) => verdict.whose), ...byCheck.map((it) => it.whose)])
          if (whose !== ours && !(whose === "both" && byCheck.some(({ code }) => code === "CHECK_CLOCKS_DIFFER")))
            this.wrong(`[SM30] ${station.name} says that ${kind} of ${side.name} is ${whose}`);
      this.found_ += 1;
    }
  }

  /** [SM29] */
  mustBeReady({ a, b, link }: Linked, from: number, after: string): void {
    for (const station of [a, b]) {
      const told = this.since(station, link, from);
      const second = told[1] ?? told.at(-1);
      if (
        second === undefined ||
        ![told[0], second].some((it) => it?.verdict.at === "ready") ||
        told.at(-1)?.verdict.at !== "ready"
      )
        this.wrong(
          `[SM29] ${station.name} is not ready again after ${after}: ${told.map(({ verdict: it }) => `${it.at} ${it.step} ${it.cause} ${it.whose}`).join()}`,
        );
    }
  }

  private key(station: Station, link: IdText): string {
    return `${station.name} ${link}`;
  }

  /** The drills of a station are to be shown anew. */
  changed(station: Station, alive: Alive): void {
    const at = this.world().queue.now();
    for (const { link, verdict } of alive.joined?.drills?.run.shown() ?? []) {
      if (verdict === null) continue;
      const key = this.key(station, link);
      const before = this.told.get(key) ?? [];
      if (before.at(-1)?.verdict.when === verdict.when) continue;
      this.told.set(key, [...before.slice(-20), { at, verdict }]);
      this.sums[verdict.at] += 1;
      this.falseRed(station, verdict, at);
      if (verdict.cause !== null) this.causes[verdict.cause] = (this.causes[verdict.cause] ?? 0) + 1;
      this.world().trace.note(
        `${station.name} drilled: ${verdict.at} ${verdict.step ?? ""} ${verdict.cause ?? ""} ${verdict.whose}`,
      );
    }
  }

  /** A red drill where a call would have worked. */
  private falseRed(station: Station, { at: verdict, step, cause }: Verdict, at: number): void {
    if (verdict !== "notReady" || this.world().awake || at < this.calmSince) return;
    if (this.going !== null && this.going.fault.stops !== "never") return;
    this.falseReds += 1;
    this.wrong(
      `${station.name} finds its line not ready, and nothing is wrong: ${step} ${cause} ${this.going?.fault.kind ?? ""}`,
    );
  }

  checked(station: Station, alive: Alive): void {
    for (const { link, findings, dated } of alive.checks?.shown() ?? []) {
      this.findings.set(this.key(station, link), findings);
      for (const item of dated)
        this.warned(`${this.key(station, link)} ${item.whose} ${item.what} ${item.ends}`, station, item);
    }
  }

  /** [SM28]: whoever could know of a date for a fortnight and more was told of it by then; whatever its clock says it is. */
  private warned(key: string, station: Station, item: DatedItem): void {
    const now = trueTime(this.world().queue);
    const it = this.dates.get(key) ?? { seen: now, warned: null, told: false };
    this.dates.set(key, it);
    const stands = standsOf(item, now);
    if (stands === "soon" || stands === "overdue") it.warned ??= now;
    if (stands !== "ended" || it.told) return;
    it.told = true;
    const due = item.ends - warnAhead;
    if (it.seen >= due - warnAhead) return;
    this.expiries += 1;
    if (it.warned === null || it.warned > due + thinLooks)
      this.wrong(`[SM28] ${station.name} was not warned of ${item.what} of ${item.whose} a fortnight ahead`);
  }
  private expiries = 0;

  /** Drills of that line as that side was told of them since `from`. */
  since(station: Station, link: IdText, from: number): readonly Told[] {
    return (this.told.get(this.key(station, link)) ?? []).filter(({ at }) => at >= from);
  }

  found(station: Station, link: IdText): readonly Finding[] {
    return this.findings.get(this.key(station, link)) ?? [];
  }

  /** Nothing of a drill is under way or has just ended. */
  isQuiet(): boolean {
    const { stations, queue } = this.world();
    const runs = stations.some((it) => it.alive?.joined?.drills?.run.shown().some(({ running }) => running));
    return !runs && [...this.told.values()].every((told) => (told.at(-1)?.at ?? 0) < queue.now() - quietFor);
  }

  counts() {
    return { ...this.sums, falseReds: this.falseReds, found: this.found_, expiries: this.expiries };
  }
  causesFound(): Readonly<Record<string, number>> {
    return this.causes;
  }
}
