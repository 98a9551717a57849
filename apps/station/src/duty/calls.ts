// The duty of calls: which of our terminals ring, who is in a call, what is said to the other station. It decides and
// does nothing: `decide` takes the lines as they are and one command, and answers with the lines as they shall be and
// with what to send, tell and note. The state machine of a single line is packages/call; here is what spans lines.
import { type Instant, type Ms, after, instant, minutes, seconds } from "@parley/base/time";
import type { Effect, Event, HangUpReason, ReceiptKind } from "@parley/call/event";
import {
  type EndReason,
  type Line,
  type Reach,
  deadline,
  idle,
  isInCall,
  openCall,
  ringsAt,
  sitsAt,
  takesPart,
} from "@parley/call/state";
import { step } from "@parley/call/step";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";

/** One of our terminals, as far as calls care. */
export type Desk = { readonly terminal: IdText; readonly name: string; readonly online: boolean };

/** What the duty may know of the rest of the station: read, never written. */
export type CallsContext = {
  readonly desks: readonly Desk[];
  /** Generations of each link's secret that may be used, newest first; one without any must be keyed anew before it calls. */
  readonly generations: ReadonlyMap<IdText, readonly number[]>;
  /** Why a link has none that may be used, where its secret is not the reason. */
  readonly stopped: (link: IdText) => ErrorCode | null;
  /** A fresh call id. */
  readonly newCall: () => IdText;
};

/** One link's line, and what of its call the line itself does not hold. */
export type LinkCalls = {
  readonly line: Line;
  /** The generation of the link secret that the call uses, once both sides know it. */
  readonly generation: number | null;
  /** The terminal that pressed Call, ours or theirs; it founds the call's keys. Empty before the first call. */
  readonly caller: IdText;
  /** Names of far terminals that were presented to us during this call. */
  readonly far: Readonly<Record<IdText, string>>;
  /** The highest epoch that a terminal of ours reported. */
  readonly epoch: number;
  /** When each receipt of our ring was heard of. */
  readonly reached: Readonly<Partial<Record<Reached, Instant>>>;
  /** When a ring of theirs was missed that no call has followed. */
  readonly missed: Instant | null;
  /** A ring whose minute is over while a terminal of it is away, which may have it answered: it is given up then ([CA24]). */
  readonly lapses: Instant | null;
};

/** The receipts that say how far a ring has come. */
type Reached = (typeof reachedKinds)[number];
const reachedKinds = ["delivered", "rang", "seen", "answered"] as const;
const isReached = (kind: ReceiptKind): kind is Reached => reachedKinds.some((it) => it === kind);

/** The lines of all links that ever had a call; plain JSON. */
export type Calls = { readonly links: Readonly<Record<IdText, LinkCalls>> };

export const noCalls: Calls = { links: {} };
export const noLink: LinkCalls = {
  line: idle,
  generation: null,
  caller: "",
  far: {},
  epoch: 0,
  reached: {},
  missed: null,
  lapses: null,
};

/** How long a terminal that took part in a ring may take to come back to its station: chosen. */
const mayBeAway = minutes(2);
/** How long one that has come back may take to say what became of the ring there: chosen. */
const maySay = seconds(5);

export type FromTerminal =
  /** `from`: another terminal of ours, which is asked to call. */
  | { readonly type: "place"; readonly link: IdText; readonly from?: IdText | undefined }
  | { readonly type: "rang" | "seen" | "answer" | "decline" | "take" | "hangUp" | "up"; readonly call: IdText }
  /** Said by the far terminal to this one. */
  | { readonly type: "theyAnswered"; readonly call: IdText }
  | { readonly type: "theyHungUp"; readonly call: IdText }
  | { readonly type: "lost"; readonly call: IdText; readonly why: (Event & { type: "lost" })["why"] }
  | { readonly type: "handOver"; readonly call: IdText; readonly to: IdText }
  | { readonly type: "signal"; readonly call: IdText; readonly to: IdText; readonly body: string }
  | { readonly type: "epoch"; readonly call: IdText; readonly epoch: number };

type Named = { readonly terminal: IdText; readonly name: string };

type Ring = {
  readonly type: "ring";
  readonly call: IdText;
  readonly caller: Named;
  readonly generations: readonly number[];
};

/** What stations say to each other after a ring, the same both ways. */
type AfterRing =
  | {
      readonly type: "receipt";
      readonly call: IdText;
      readonly kind: ReceiptKind;
      readonly terminal: IdText | null;
      readonly generation: number | null;
      readonly answerer: Named | null;
    }
  | { readonly type: "hangUp"; readonly call: IdText; readonly why: HangUpReason }
  | { readonly type: "moved"; readonly call: IdText; readonly to: Named }
  | {
      readonly type: "signal";
      readonly call: IdText;
      readonly from: IdText;
      readonly to: IdText;
      readonly body: string;
    };

/** The far station's words, verified and with ids as text; a ring came `spent` after the press. */
export type FromPeer = (Ring & { readonly spent: Ms }) | AfterRing;

export type Command =
  | { readonly from: "terminal"; readonly terminal: IdText; readonly message: FromTerminal }
  | { readonly from: "peer"; readonly link: IdText; readonly message: FromPeer }
  /** A terminal has come: it rings along, or is told what it missed. */
  | { readonly from: "presence"; readonly terminal: IdText }
  /** The party at the other end was cut off: whatever is open on the line ends at once. */
  | { readonly from: "cutOff"; readonly link: IdText }
  | { readonly from: "time" };

/** What to say to the station at the other end of `link`; the runner signs, numbers and keeps it. */
export type ToPeer = Ring | AfterRing;

export type ToTerminal =
  /** `now`: by the clock that the line's times are told in; `names` of the terminals in it; `missed`: LinkCalls. */
  | {
      readonly type: "line";
      readonly link: IdText;
      readonly line: Line;
      readonly now: Instant;
      readonly names: Named[];
      readonly missed: Instant | null;
    }
  | {
      readonly type: "admit";
      readonly link: IdText;
      readonly call: IdText;
      readonly side: "calling" | "called";
      /** The terminal that pressed Call. */
      readonly caller: IdText;
      readonly generation: number;
      readonly far: readonly Named[];
    }
  /** `terminal` is asked to call on this link. */
  | { readonly type: "asked"; readonly link: IdText; readonly terminal: IdText }
  | { readonly type: "signal"; readonly call: IdText; readonly from: IdText; readonly body: string }
  | {
      readonly type: "receipt";
      readonly call: IdText;
      readonly kind: Reached;
      readonly at: Instant;
      readonly now: Instant;
    }
  | { readonly type: "refused"; readonly code: ErrorCode };

/** A fact for the ledger. */
export type CallsEvent =
  | {
      readonly type: "missed";
      readonly link: IdText;
      readonly call: IdText;
      readonly by: IdText;
      readonly why: EndReason | "notConfirmed";
    }
  | {
      readonly type: "receipt";
      readonly link: IdText;
      readonly call: IdText;
      readonly kind: ReceiptKind;
      readonly terminal: IdText | null;
      readonly whose: "ours" | "theirs";
    }
  /** A ring of ours came to nothing. */
  | {
      readonly type: "rang";
      readonly link: IdText;
      readonly call: IdText;
      readonly ours: Named;
      readonly reach: Reach;
      readonly why: EndReason;
    }
  | {
      readonly type: "finished";
      readonly link: IdText;
      readonly call: IdText;
      readonly side: "calling" | "called";
      readonly ours: Named;
      readonly theirs: Named;
      readonly answered: Instant;
      readonly ended: Instant;
      readonly epochs: number;
      readonly why: EndReason;
    };

export type Decision = {
  readonly calls: Calls;
  readonly toPeers: readonly { readonly link: IdText; readonly message: ToPeer }[];
  /** `to` null means every terminal of ours that is on line. */
  readonly toTerminals: readonly { readonly to: IdText | null; readonly message: ToTerminal }[];
  readonly events: readonly CallsEvent[];
};

/** What `command` changes at `now`. Total: a command that cannot be is answered with a refusal or with nothing. */
export function decide(calls: Calls, command: Command, context: CallsContext, now: Instant): Decision {
  const turn = new Turn(calls, context, now);
  switch (command.from) {
    case "terminal":
      fromTerminal(turn, command.terminal, command.message);
      break;
    case "peer":
      fromPeer(turn, command.link, command.message);
      break;
    case "presence":
      greet(turn, command.terminal);
      break;
    case "cutOff": {
      const call = openCall(turn.at(command.link).line);
      if (call !== null) turn.happen(command.link, { type: "hangUp", call });
      break;
    }
    case "time":
      for (const link of Object.keys(calls.links)) turn.pass(link);
      break;
  }
  return turn.decision();
}

/** The earliest deadline of any line, or null; when it comes, `decide` wants a command from time. */
export function nextDeadline(calls: Calls): Instant | null {
  let first: Instant | null = null;
  for (const { line, lapses } of Object.values(calls.links)) {
    const until = lapses ?? deadline(line);
    if (until !== null && (first === null || until < first)) first = until;
  }
  return first;
}

function fromTerminal(turn: Turn, terminal: IdText, message: FromTerminal): void {
  const refuse = (code: ErrorCode): void => turn.tell(terminal, { type: "refused", code });
  if (message.type === "place") {
    const held = turn.context.generations.get(message.link);
    if (held === undefined) return refuse("LINK_UNKNOWN");
    if (held.length === 0) return refuse(turn.context.stopped(message.link) ?? "LINK_MUST_REKEY");
    const by = message.from ?? terminal;
    if (!turn.context.desks.some((desk) => desk.terminal === by && desk.online)) return refuse("TERMINAL_UNKNOWN");
    if (turn.engaged(by)) return refuse("TERMINAL_IN_USE");
    if (by !== terminal) {
      if (openCall(turn.at(message.link).line) !== null) return refuse("LINE_IN_USE");
      for (const to of [by, terminal]) turn.tell(to, { type: "asked", link: message.link, terminal: by });
      return;
    }
    return turn.happen(message.link, { type: "place", call: turn.context.newCall(), by }, terminal, { caller: by });
  }
  const link = turn.linkOf(message.call);
  if (link === null) return isNews(message) ? undefined : refuse("CALL_OVER");
  const { line } = turn.at(link);
  switch (message.type) {
    case "rang":
    case "seen":
    case "answer":
    case "decline":
    case "take":
      if ((message.type === "answer" || message.type === "take") && turn.engaged(terminal, message.call))
        return refuse("TERMINAL_IN_USE");
      return turn.happen(link, { type: message.type, call: message.call, desk: terminal }, terminal);
    case "hangUp":
      return turn.happen(link, { type: "hangUp", call: message.call }, terminal);
    case "up":
      return sitsAt(line, terminal) ? turn.happen(link, { type: "up", call: message.call }) : undefined;
    case "lost":
      return sitsAt(line, terminal) ? turn.happen(link, message) : undefined;
    case "theyAnswered":
      return takesPart(line, terminal) ? turn.happen(link, message) : undefined;
    case "theyHungUp":
      return sitsAt(line, terminal) ? turn.happen(link, { ...message, why: "hungUp" }) : undefined;
    case "handOver":
      if (!turn.context.desks.some((desk) => desk.terminal === message.to && desk.online))
        return refuse("TERMINAL_UNKNOWN");
      if (turn.engaged(message.to, message.call)) return refuse("TERMINAL_IN_USE");
      return turn.happen(link, message, terminal);
    case "signal":
      if (takesPart(line, terminal)) {
        const { call, to, body } = message;
        turn.send(link, { type: "signal", call, from: terminal, to, body });
      }
      return;
    case "epoch":
      return turn.reached(link, message.epoch);
  }
  return message satisfies never;
}

/** What a terminal tells and nobody at it has asked for: it comes late without anybody being told so. */
const isNews = ({ type }: FromTerminal): boolean =>
  type === "signal" || type === "epoch" || type === "theyAnswered" || type === "theyHungUp";

function fromPeer(turn: Turn, link: IdText, message: FromPeer): void {
  const held = turn.context.generations.get(link);
  if (held === undefined) return;
  switch (message.type) {
    case "ring": {
      const generation = message.generations.find((n) => held.includes(n)) ?? null;
      if (generation === null) {
        turn.send(link, turn.receiptOf(message.call, "unanswered", null, null));
        turn.missed(link, message.call, message.caller.terminal, "notConfirmed");
        return;
      }
      const on = turn.context.desks.filter((desk) => desk.online);
      const free = on.filter((desk) => !turn.engaged(desk.terminal)).map((desk) => desk.terminal);
      const desks = on.length > 0 && free.length === 0 ? "busy" : free;
      const { call, caller, spent } = message;
      const met = { generation, caller: caller.terminal, far: { [caller.terminal]: caller.name } };
      return turn.happen(link, { type: "ring", call, by: caller.terminal, spent, desks }, null, met);
    }
    case "receipt": {
      const { call, kind, terminal, generation, answerer } = message;
      if (openCall(turn.at(link).line) === call) {
        turn.note({ type: "receipt", link, call, kind, terminal, whose: "theirs" });
        if (isReached(kind)) turn.reach(link, call, kind);
        turn.meet(link, generation !== null && held.includes(generation) ? generation : null, answerer);
      }
      return turn.happen(link, { type: "receipt", call, kind, terminal });
    }
    case "hangUp":
      return turn.happen(link, { type: "theyHungUp", call: message.call, why: message.why });
    case "moved":
      if (openCall(turn.at(link).line) === message.call) turn.meet(link, null, message.to);
      return turn.happen(link, { type: "theyMoved", call: message.call, to: message.to.terminal });
    case "signal": {
      const { line } = turn.at(link);
      if (openCall(line) !== message.call || !takesPart(line, message.to)) return;
      return turn.tell(message.to, { type: "signal", call: message.call, from: message.from, body: message.body });
    }
  }
  return message satisfies never;
}

/** A terminal that comes is told every line; it rings along where one rings, and takes up its place where it has one. */
function greet(turn: Turn, terminal: IdText): void {
  const on = turn.context.desks.some((desk) => desk.terminal === terminal && desk.online);
  for (const [link, { line, lapses }] of turn.links()) {
    if (lapses !== null && turn.comesBack(link, terminal)) continue;
    const rings = line.at === "ringing" && line.side === "called" && !line.desks.includes(terminal);
    if (on && rings && !turn.engaged(terminal)) {
      turn.happen(link, { type: "handOver", call: line.call, to: terminal });
    } else {
      turn.tell(terminal, turn.told(link));
      turn.admit(link, [terminal]);
    }
    turn.tellReached(link, terminal);
  }
}

/** One decision in the making. */
class Turn {
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
