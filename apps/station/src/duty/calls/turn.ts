// One decision of the duty of calls in the making: the lines as they are so far, and what is to be sent, told and noted. It lets
// events happen to a line by the one state machine, and carries out what that asks for.
import { type Instant, after, instant, minutes, seconds } from "@parley/base/time";
import type { Effect, Event, ReceiptKind } from "@parley/call/event";
import { type Line, isInCall, openCall, ringsAt, takesPart } from "@parley/call/state";
import { step } from "@parley/call/step";
import type { IdText } from "@parley/protocol/ids";
import {
  type Calls,
  type CallsContext,
  type CallsEvent,
  type Decision,
  type LinkCalls,
  type Named,
  type Reached,
  type ToPeer,
  type ToTerminal,
  noLink,
  reachedKinds,
} from "./port.ts";

/** How long a terminal that took part in a ring may take to come back to its station: chosen. */
const mayBeAway = minutes(2);
/** How long one that has come back may take to say what became of the ring there: chosen. */
const maySay = seconds(5);

/** One decision in the making. */
export class Turn {
  readonly context: CallsContext;
  readonly now: Instant;
  private readonly all: Record<IdText, LinkCalls>;
  private readonly toPeers: { link: IdText; message: ToPeer }[] = [];
  private readonly toTerminals: { to: IdText | null; message: ToTerminal }[] = [];
  private readonly events: CallsEvent[] = [];

  constructor(calls: Calls, context: CallsContext, now: Instant) {
    this.all = { ...calls.links };
    this.context = context;
    this.now = now;
  }

  decision(): Decision {
    return { calls: { links: this.all }, toPeers: this.toPeers, toTerminals: this.toTerminals, events: this.events };
  }

  links(): [IdText, LinkCalls][] {
    return Object.entries(this.all);
  }

  at(link: IdText): LinkCalls {
    return this.all[link] ?? noLink;
  }

  linkOf(call: IdText): IdText | null {
    return this.links().find(([, { line }]) => line.at !== "idle" && line.call === call)?.[0] ?? null;
  }

  /** Whether our terminal is taken by a call other than `but`. */
  engaged(terminal: IdText, but: IdText | null = null): boolean {
    return this.links().some(([, { line }]) => {
      if (openCall(line) === but && but !== null) return false;
      return takesPart(line, terminal) && !ringsAt(line, terminal);
    });
  }

  /** Lets `event` happen to the link's line; `asker` hears refusals, `met` is known of a call that thereby begins. */
  happen(link: IdText, event: Event, asker: IdText | null = null, met: Partial<LinkCalls> = {}): void {
    const before = this.at(link);
    const [line, effects] = step(before.line, event, this.now);
    const fresh = line.at !== "idle" && (before.line.at === "idle" || before.line.call !== line.call);
    const missed = event.type === "place" || isInCall(line) ? null : before.missed;
    const rings = line.at === "ringing" && line.side === "calling" ? { caller: line.ours } : {};
    const lapses = line.at === "ringing" && !fresh ? before.lapses : null;
    this.all[link] = { ...(fresh ? { ...noLink, ...rings, ...met } : before), line, missed, lapses };
    for (const effect of effects) this.carry(link, effect, before, asker);
    this.noteRang(link, before.line, line);
    if (line === before.line && this.at(link).missed === before.missed) return;
    this.tell(null, this.told(link));
    const comes = event.type === "handOver" || event.type === "take" || event.type === "answer";
    if (openCall(line) !== null && (fresh || before.line.at !== line.at || comes)) this.admit(link);
  }

  /** A ring of ours that ends unanswered is told once, however it ended ([CA28]). */
  private noteRang(link: IdText, before: Line, line: Line): void {
    if (before.at !== "ringing" || before.side !== "calling" || line.at !== "ended" || line.call !== before.call)
      return;
    const { call, reach } = before;
    this.note({ type: "rang", link, call, ours: this.named(before.ours), reach, why: line.why });
  }

  /**
   * Time has passed. A ring whose minute is over rings nowhere any more, but is not given up while one of its terminals is away:
   * people may see each other there already ([CA24]).
   */
  pass(link: IdText): void {
    const { line, lapses } = this.at(link);
    if (line.at !== "ringing" || this.now < line.until || line.reach === "answered")
      return this.happen(link, { type: "tick" });
    if (lapses !== null) return this.now < lapses ? undefined : this.happen(link, { type: "tick" });
    const isAway = (terminal: IdText): boolean => !this.isOn(terminal);
    const desks = line.side === "calling" ? [] : line.desks.filter(isAway);
    if (line.side === "calling" ? !isAway(line.ours) : desks.length === 0) return this.happen(link, { type: "tick" });
    const late = line.side === "calling" ? line : { ...line, desks };
    this.all[link] = { ...this.at(link), line: late, lapses: after(this.now, mayBeAway) };
    if (line.side === "called" && desks.length < line.desks.length) this.tell(null, this.told(link));
  }

  /** A terminal comes while a ring waits for one that was away. Whether that ring is not to be spoken of to it. */
  comesBack(link: IdText, terminal: IdText): boolean {
    const before = this.at(link);
    const { line, lapses } = before;
    if (lapses !== null && takesPart(line, terminal) && this.isOn(terminal))
      this.all[link] = { ...before, lapses: instant(Math.min(lapses, after(this.now, maySay))) };
    return line.at === "ringing" && line.side === "called";
  }

  private isOn(terminal: IdText): boolean {
    return this.context.desks.some((desk) => desk.terminal === terminal && desk.online);
  }

  /** The link's line as terminals are told of it. */
  told(link: IdText): ToTerminal {
    const { line, far, missed } = this.at(link);
    const names = [
      ...("ours" in line ? [this.named(line.ours)] : []),
      ...(isInCall(line) && line.offered !== undefined ? [this.named(line.offered)] : []),
      ...("theirs" in line ? [{ terminal: line.theirs, name: far[line.theirs] ?? "" }] : []),
    ].filter(({ name }) => name !== "");
    return { type: "line", link, line, now: this.now, names, missed };
  }

  /** A receipt of our ring has come. */
  reach(link: IdText, call: IdText, kind: Reached): void {
    const before = this.at(link);
    if (before.reached[kind] !== undefined) return;
    this.all[link] = { ...before, reached: { ...before.reached, [kind]: this.now } };
    this.tell(null, { type: "receipt", call, kind, at: this.now, now: this.now });
  }

  /** What our ring has come to so far, for a terminal that comes to it. */
  tellReached(link: IdText, terminal: IdText): void {
    const { line, reached } = this.at(link);
    if (line.at === "idle") return;
    for (const kind of reachedKinds) {
      const at = reached[kind];
      if (at !== undefined) this.tell(terminal, { type: "receipt", call: line.call, kind, at, now: this.now });
    }
  }

  missed(link: IdText, call: IdText, by: IdText, why: (CallsEvent & { type: "missed" })["why"]): void {
    this.note({ type: "missed", link, call, by, why });
    const changed = this.at(link).missed !== this.now;
    this.all[link] = { ...this.at(link), missed: this.now };
    if (changed && why === "notConfirmed") this.tell(null, this.told(link));
  }

  private carry(link: IdText, effect: Effect, before: LinkCalls, asker: IdText | null): void {
    switch (effect.type) {
      case "sendRing":
        return this.send(link, {
          type: "ring",
          call: effect.call,
          caller: this.named(effect.by),
          generations: this.context.generations.get(link) ?? [],
        });
      case "sendReceipt": {
        const { call, kind, terminal } = effect;
        this.note({ type: "receipt", link, call, kind, terminal, whose: "ours" });
        return this.send(
          link,
          this.receiptOf(call, kind, terminal, kind === "delivered" ? this.at(link).generation : null),
        );
      }
      case "sendHangUp":
        return this.send(link, { type: "hangUp", call: effect.call, why: effect.why });
      case "sendMoved":
        return this.send(link, { type: "moved", call: effect.call, to: this.named(effect.to) });
      case "noteMissed":
        return this.missed(link, effect.call, effect.by, effect.why);
      case "record": {
        const { line } = before;
        if (!isInCall(line)) throw new Error("only an answered call has a record");
        const { call, side, answered } = line;
        const theirs = { terminal: line.theirs, name: before.far[line.theirs] ?? "" };
        const ours = this.named(line.ours);
        return this.note({
          type: "finished",
          link,
          call,
          side,
          ours,
          theirs,
          answered,
          ended: this.now,
          epochs: before.epoch,
          why: effect.why,
        });
      }
      case "mend":
        return; // the terminals mend by their own machine; the station only knows that they do
      case "refuse":
        if (asker !== null) this.tell(asker, { type: "refused", code: effect.code });
        return;
    }
    return effect satisfies never;
  }

  receiptOf(call: IdText, kind: ReceiptKind, terminal: IdText | null, generation: number | null): ToPeer {
    const answerer = kind === "answered" && terminal !== null ? this.named(terminal) : null;
    return { type: "receipt", call, kind, terminal, generation, answerer };
  }

  /** Remembers what the link's open call is made with and whom it meets. */
  meet(link: IdText, generation: number | null, far: Named | null): void {
    const before = this.at(link);
    const names = far === null ? before.far : { ...before.far, [far.terminal]: far.name };
    this.all[link] = { ...before, generation: generation ?? before.generation, far: names };
    if (before.generation === null && generation !== null) this.admit(link);
  }

  reached(link: IdText, epoch: number): void {
    const before = this.at(link);
    if (epoch > before.epoch) this.all[link] = { ...before, epoch };
  }

  /** Gives those of our terminals that take part in the line's call, or `only` some of them, what they need for it. */
  admit(link: IdText, only: readonly IdText[] | null = null): void {
    const { line, generation, caller, far } = this.at(link);
    if (line.at === "idle" || line.at === "ended" || generation === null) return;
    const known = Object.entries(far).map(([terminal, name]) => ({ terminal, name }));
    for (const desk of this.context.desks) {
      if (!takesPart(line, desk.terminal) || (only !== null && !only.includes(desk.terminal))) continue;
      this.tell(desk.terminal, {
        type: "admit",
        link,
        call: line.call,
        side: line.side,
        caller,
        generation,
        far: known,
      });
    }
  }

  send(link: IdText, message: ToPeer): void {
    this.toPeers.push({ link, message });
  }
  tell(to: IdText | null, message: ToTerminal): void {
    this.toTerminals.push({ to, message });
  }
  note(event: CallsEvent): void {
    this.events.push(event);
  }
  private named(terminal: IdText): Named {
    return { terminal, name: this.context.desks.find((desk) => desk.terminal === terminal)?.name ?? "" };
  }
}
