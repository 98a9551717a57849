// The duty of alarms ([AL3]-[AL5] of docs/spec/alarm.md): from what is so now to what a person is told, and to whom it goes while
// nobody takes it up. Pure and total: the same state, event and time give the same answer, and whoever steps late comes to the same
// end. It sends nothing; the runner puts what it says into queues in the transaction that keeps the state.
import { type Instant, after, days, hours, minutes, ms } from "@parley/base/time";
import { alarmTable } from "@parley/protocol/alarmKinds";
import { maxAlarmsKept, maxFarAlarms } from "@parley/protocol/limits";
import { mirrored } from "@parley/protocol/peer/alarm";
import type { Alarm, Alarms, AlarmsContext, Condition, Decision, Effect, Event, Far, Standing } from "./alarms/port.ts";

/** What repeats within this time is one more of the same and not counted: a terminal cannot fill the ledger. */
const joined = minutes(1);
/** How long what only happened stays on the console after it was taken up. */
const shownAfterwards = days(1);
/** How long the other party's word of an alarm there holds without another. */
const farLasts = days(1);
/** After such an alarm was taken up, the same kind calls nobody here for this long: a far side cannot ring our officers at will. */
const farQuiet = hours(1);

/** Where everything that lasts is one condition, known by this. */
const keyOf = ({ kind, whose, link, about }: Pick<Condition, "kind" | "whose" | "link" | "about">): string =>
  [kind, whose, link ?? "", about].join(" ");

/** What `event` changes at `now`. */
export function step(state: Alarms, event: Event, context: AlarmsContext, now: Instant): Decision {
  const turn = new Turn(state, context, now);
  switch (event.type) {
    case "found":
      turn.reconcile(event.conditions, "own");
      break;
    case "happened":
      turn.happened(event.condition);
      break;
    case "heard":
      turn.heard(event.link, event.say);
      break;
    case "acknowledge":
      turn.acknowledge(event.alarm, event.by);
      break;
    case "shelve":
      turn.shelve(event.alarm, event.by, event.until);
      break;
    case "tick":
      break;
  }
  turn.passTime();
  return { state: turn.state, effects: turn.effects };
}

/** When `step` next has something to do by itself, or null. */
export function nextDue({ alarms, far }: Alarms): Instant | null {
  const times = [
    ...alarms.flatMap(({ standing }) => standing.until ?? []),
    ...far.flatMap(({ at, until }) => (at === "standing" ? until : [])),
  ];
  return times.length === 0 ? null : times.reduce((a, b) => (a < b ? a : b));
}

class Turn {
  state: Alarms;
  readonly effects: Effect[] = [];
  private readonly context: AlarmsContext;
  private readonly now: Instant;

  constructor(state: Alarms, context: AlarmsContext, now: Instant) {
    this.state = state;
    this.context = context;
    this.now = now;
  }

  /** `conditions` are all there are of our own, or all that linked parties have said. */
  reconcile(conditions: readonly Condition[], of: "own" | "far"): void {
    const keys = new Set(conditions.map(keyOf));
    for (const alarm of this.state.alarms) {
      const isFar = alarm.kind === "FAR_UNATTENDED";
      if (alarm.origin === "lasts" && isFar === (of === "far") && !keys.has(keyOf(alarm))) this.end(alarm);
    }
    for (const condition of conditions) {
      const known = this.known(condition);
      if (known === undefined) this.begin(condition, "lasts", 1);
      else if (known.mark !== condition.mark || condition.rank < known.rank)
        this.again(known, condition, known.mark === condition.mark ? known.times : known.times + 1);
      else this.put({ ...known, ...factsOf(condition) });
    }
  }

  happened(condition: Condition): void {
    const known = this.known(condition);
    if (known === undefined) return this.begin(condition, "happened", 1);
    if (this.now < after(known.last, joined)) return;
    if (known.standing.at === "acknowledged") return this.again(known, condition, known.times + 1);
    this.put({ ...known, times: known.times + 1, last: this.now });
  }

  heard(link: string, say: (Event & { type: "heard" })["say"]): void {
    const others = this.state.far.filter((it) => it.link !== link || it.id !== say.id);
    const before = this.state.far.find((it) => it.link === link && it.id === say.id);
    if (say.type === "attended") {
      if (before?.at !== "standing") return;
      this.far([...others, { ...before, at: "over", until: after(this.now, farQuiet) }]);
    } else {
      const { id, kind, about } = say;
      const until = after(this.now, farLasts);
      this.far([...others, { at: "standing", link, id, kind, whose: mirrored(say.whose), about, until }]);
    }
  }

  acknowledge(id: string, by: string): void {
    const alarm = this.taken(id);
    if (alarm === undefined) return;
    const until = alarm.origin === "happened" ? after(this.now, shownAfterwards) : null;
    const done = { ...alarm, standing: { at: "acknowledged", by, when: this.now, until } } as const;
    this.effects.push({ type: "acknowledged", alarm: done });
    this.tellReached(done, "acknowledged");
    this.put({ ...done, reached: done.reached.filter((it) => it !== "party") });
  }

  shelve(id: string, by: string, until: Instant): void {
    const alarm = this.taken(id);
    if (alarm === undefined) return;
    const done = { ...alarm, standing: { at: "shelved", by, until } } as const;
    this.effects.push({ type: "shelved", alarm: done });
    this.attended(done);
    this.put({ ...done, reached: done.reached.filter((it) => it !== "party") });
  }

  /** Everything whose time has come. */
  passTime(): void {
    const lapsed = this.state.far.filter(({ until }) => until <= this.now);
    if (lapsed.length > 0) this.far(this.state.far.filter((it) => !lapsed.includes(it)));
    for (const alarm of this.state.alarms) {
      const { standing } = alarm;
      if (standing.until === null || standing.until > this.now) continue;
      switch (standing.at) {
        case "settling":
        case "shelved":
          this.open(alarm, standing.at === "settling");
          break;
        case "open":
          this.goOn(alarm, standing);
          break;
        case "acknowledged":
          this.drop(alarm);
          break;
      }
    }
  }

  private known(condition: Condition): Alarm | undefined {
    const key = keyOf(condition);
    return this.state.alarms.find((alarm) => keyOf(alarm) === key);
  }

  /** One that a person can still take up or shelve; the first who does answers for it. */
  private taken(id: string): Alarm | undefined {
    return this.state.alarms.find((it) => it.id === id && (it.standing.at === "open" || it.standing.at === "shelved"));
  }

  private begin(condition: Condition, origin: Alarm["origin"], times: number): void {
    const { now } = this;
    const words = `${keyOf(condition)} ${condition.mark} ${now}`;
    const alarm: Alarm = {
      ...factsOf(condition),
      id: `${condition.kind} ${this.context.nameOf(words)}`,
      origin,
      since: now,
      last: now,
      times,
      standing: { at: "settling", until: after(now, condition.settles) },
      reached: [],
    };
    if (!this.makeRoom(alarm)) return;
    this.state = { ...this.state, alarms: [...this.state.alarms, alarm] };
  }

  /** The same thing has come once more, or is graver than before: what was done about it does not count any more. */
  private again(before: Alarm, condition: Condition, times: number): void {
    this.tellReached(before, "replaced");
    this.drop(before);
    this.begin(condition, before.origin, times);
  }

  private open(alarm: Alarm, isNew: boolean): void {
    const standing = { at: "open", told: "first", until: this.deadline(alarm, "first") } as const;
    const done: Alarm = { ...alarm, standing, reached: reaching(alarm, "first") };
    if (isNew) this.effects.push({ type: "opened", alarm: done });
    this.effects.push({ type: "tell", to: "first", what: "raised", alarm: done });
    this.put(done);
  }

  /** Nobody has taken it up: it goes to whoever is next. */
  private goOn(alarm: Alarm, standing: Standing & { at: "open" }): void {
    const to = standing.told === "first" && this.context.second ? "second" : "party";
    const until = this.deadline(alarm, to);
    const done: Alarm = { ...alarm, standing: { at: "open", told: to, until }, reached: reaching(alarm, to) };
    this.effects.push({ type: "wentOn", alarm: done, to });
    if (to === "second") this.effects.push({ type: "tell", to, what: "raised", alarm: done });
    else for (const link of linesOf(alarm)) this.effects.push({ type: "party", link, say: unattended(alarm) });
    this.put(done);
  }

  /** When an alarm that `last` has been told goes further; null where it does not. */
  private deadline(alarm: Alarm, last: "first" | "second" | "party"): Instant | null {
    const further = (last === "first" && this.context.second) || (last !== "party" && linesOf(alarm).length > 0);
    return alarm.rank === 1 && further ? after(this.now, this.context.patience) : null;
  }

  private end(alarm: Alarm): void {
    this.tellReached(alarm, "ended");
    this.drop(alarm);
  }

  private tellReached(alarm: Alarm, what: "acknowledged" | "replaced" | "ended"): void {
    for (const to of alarm.reached) if (to !== "party") this.effects.push({ type: "tell", to, what, alarm });
    this.attended(alarm);
  }

  private attended(alarm: Alarm): void {
    if (!alarm.reached.includes("party")) return;
    for (const link of linesOf(alarm))
      this.effects.push({ type: "party", link, say: { type: "attended", id: alarm.id } });
  }

  private put(alarm: Alarm): void {
    this.state = { ...this.state, alarms: this.state.alarms.map((it) => (it.id === alarm.id ? alarm : it)) };
  }

  private drop(alarm: Alarm): void {
    this.state = { ...this.state, alarms: this.state.alarms.filter((it) => it.id !== alarm.id) };
  }

  /** At most `maxAlarmsKept`: what was taken up gives way first, then what is less grave; a graver one is never kept out by it. */
  private makeRoom(alarm: Alarm): boolean {
    const { alarms } = this.state;
    if (alarms.length < maxAlarmsKept) return true;
    const weight = ({ standing, rank }: Alarm): number => (standing.at === "acknowledged" ? 4 : rank);
    const least = alarms.toSorted((a, b) => weight(b) - weight(a))[0];
    if (least === undefined || weight(least) <= alarm.rank) return false;
    this.end(least);
    return true;
  }

  private far(all: readonly Far[]): void {
    const kept = all.filter((it) => {
      const same = all.filter(({ link }) => link === it.link);
      return same.indexOf(it) >= same.length - maxFarAlarms;
    });
    this.state = { ...this.state, far: kept };
    const standing = kept.filter(({ at }) => at === "standing");
    this.reconcile([...new Map(standing.map((it) => [`${it.link} ${it.kind}`, this.conditionOf(it)])).values()], "far");
  }

  private conditionOf({ link, kind, whose, about }: Far): Condition {
    const quiet = this.state.far.filter((it) => it.at === "over" && it.link === link && it.kind === kind);
    const settles = Math.max(0, ...quiet.map(({ until }) => until - this.now));
    const { rank } = alarmTable.FAR_UNATTENDED;
    return {
      kind: "FAR_UNATTENDED",
      rank: rank ?? 1,
      link,
      lines: [],
      whose,
      about: kind,
      value: about,
      mark: "",
      settles: ms(settles),
    };
  }
}

/** The lines whose far side is told in the end: never of what came from there. */
const linesOf = ({ kind, link, lines }: Alarm): readonly string[] =>
  kind === "FAR_UNATTENDED" ? [] : link === null ? lines : [link];

/** Who has heard of it, `to` among them: also one that was shelved and is open again ends for all whom it ever reached. */
const reaching = ({ reached }: Alarm, to: Alarm["reached"][number]): Alarm["reached"] =>
  reached.includes(to) ? reached : [...reached, to];

const unattended = ({ id, kind, whose, about, since }: Alarm) =>
  ({ type: "unattended", id, kind, whose, about, since }) as const;

const factsOf = ({ kind, rank, link, lines, whose, about, value, mark }: Condition) => ({
  kind,
  rank,
  link,
  lines,
  whose,
  about,
  value,
  mark,
});
