// A modelled terminal: a desk's page without media. It says and hears what the real one does (apps/terminal/src/run), steps
// and merges the same machine, and keeps a call's far side as two facts: whom it has met by signals through the stations, and
// whether frames flow. A person sees `screen` and presses.
import { type Cancel, type Clock, type Instant, ms } from "@parley/base/time";
import { declinedAlready, isOverHere, isTaken, leftAlready, meets, saidAgain } from "@parley/call/atTerminal";
import type { Event } from "@parley/call/event";
import { inTime } from "@parley/call/inTime";
import { merge } from "@parley/call/merge";
import { isWaiting, patient } from "@parley/call/patient";
import { type Line, deadline, idle, isInCall, openCall, ringsAt, sitsAt } from "@parley/call/state";
import { step } from "@parley/call/step";
import type { IdText } from "@parley/protocol/ids";
import type { FromTerminal } from "@parley/station/duty/calls/port";
import type { Part } from "./equipment.ts";
import { fromUtf8, base64url, fromBase64url, utf8 } from "@parley/base/bytes";

/** What a terminal is given to take part in a call, as far as a page without media cares. */
export type Admit = {
  readonly link: IdText;
  readonly call: IdText;
  readonly side: "calling" | "called";
  readonly psk: string;
  readonly far: readonly { readonly terminal: IdText }[];
};

export type Heard =
  | { readonly type: "welcome" }
  | { readonly type: "line"; readonly link: IdText; readonly line: Line; readonly now: Instant }
  | { readonly type: "receipt"; readonly call: IdText; readonly kind: string }
  | { readonly type: "signal"; readonly call: IdText; readonly from: IdText; readonly body: string }
  | { readonly type: "refused"; readonly code: string }
  | ({ readonly type: "admit" } & Admit);

/** What terminals say to each other: through the stations to meet, over their own channel once they have met. */
type Word = {
  readonly say: "greet" | "welcome";
  /** The page that speaks, and the one it speaks to where it knows. */
  readonly page: number;
  readonly to: number | null;
  readonly psk: string;
};
export type Told = "answered" | "bye";

export type TerminalPorts = {
  readonly clock: Clock;
  /** To the station; false when there is no connection. */
  readonly tell: (message: FromTerminal) => boolean;
  /** Over the sealed channel, if the two have met and the path is there. */
  readonly sayTo: (far: IdText, call: IdText, word: Told) => void;
  /** A person may look: the screen, or what flows, has changed. */
  readonly changed: (link: IdText, line: Line) => void;
  readonly refused: (code: string) => void;
  /** There are keys with a page of `far` now. */
  readonly met: (call: IdText, far: IdText) => void;
  /** Two terminals of one call were given different secrets. */
  readonly foreign: (call: IdText, far: IdText) => void;
  /** Whether this part of the desk works. */
  readonly works: (part: Part) => boolean;
};

type Run = { readonly admit: Admit; line: Line; timer: Cancel; readonly met: Map<IdText, number>; flowing: boolean };

/** One life of a page: a reload is another. */
export class Terminal {
  readonly id: IdText;
  readonly page: number;
  private readonly ports: TerminalPorts;
  /** The time of its lines. */
  private readonly now: () => Instant;
  private readonly lines = new Map<IdText, Line>();
  private run: Run | null = null;
  private early: (Heard & { type: "signal" })[] = [];
  private closed = false;
  /** Calls that were ended here. */
  private readonly left = new Set<IdText>();
  /** Calls that were declined here, and those of them that the station, which was away since, may not know of. */
  private readonly declined = new Set<IdText>();
  private unheard = new Set<IdText>();

  constructor(id: IdText, page: number, ports: TerminalPorts) {
    this.id = id;
    this.page = page;
    this.ports = ports;
    this.now = patient(ports.clock, () => this.links().some((link) => isWaiting(this.screen(link))));
  }

  links(): readonly IdText[] {
    return [...this.lines.keys()];
  }

  screen(link: IdText): Line {
    return this.run?.admit.link === link ? this.run.line : (this.lines.get(link) ?? idle);
  }

  /** The call that this page takes part in with picture and sound, and with whom. */
  inCall(): { readonly call: IdText; readonly far: IdText; readonly flowing: boolean } | null {
    const { run } = this;
    if (run === null || !isInCall(run.line) || run.line.ours !== this.id) return null;
    return { call: run.line.call, far: run.line.theirs, flowing: run.flowing };
  }

  /** The page of `far` that this one shares keys with in `call`. */
  metIn(call: IdText, far: IdText): number | null {
    return this.run?.admit.call === call ? (this.run.met.get(far) ?? null) : null;
  }

  /** Whether this page has been admitted to `call`. */
  knows(call: IdText): boolean {
    return this.run?.admit.call === call;
  }

  /** A terminal with which this page shares keys in `call`, or null. */
  anyMet(call: IdText): IdText | null {
    const [met] = this.run?.admit.call === call ? this.run.met.keys() : [];
    return met ?? null;
  }

  // ---- what the station says

  hear(message: Heard): void {
    if (this.closed || !this.ports.works("page")) return;
    switch (message.type) {
      case "welcome":
        return this.again();
      case "line":
        return this.lineSaid(message.link, inTime(message.line, message.now, this.now()));
      case "admit":
        return this.admitted(message);
      case "signal":
        if (this.run?.admit.call === message.call) this.signalled(message);
        else this.early.push(message);
        return;
      case "refused":
        return this.ports.refused(message.code);
      case "receipt":
        return;
    }
    message satisfies never;
  }

  private lineSaid(link: IdText, said: Line): void {
    const again = leftAlready(said, this.left, this.id);
    if (again !== null) {
      this.ports.tell({ type: "hangUp", call: again });
      return;
    }
    const declined = declinedAlready(said, this.unheard, this.id);
    if (declined !== null) {
      this.unheard.delete(declined);
      this.ports.tell({ type: "decline", call: declined });
      return;
    }
    const open = openCall(said);
    if (this.run?.admit.link === link && open !== null && open !== this.run.admit.call) this.endRun();
    const { run } = this;
    if (run?.admit.link === link) this.become(run, merge(run.line, said, this.id));
    else this.setLine(link, said);
    this.attend(said);
  }

  private setLine(link: IdText, line: Line): void {
    this.lines.set(link, line);
    this.ports.changed(link, this.screen(link));
  }

  private attend(line: Line): void {
    const ringing = openCall(line);
    if (ringing !== null && ringsAt(line, this.id)) this.ports.tell({ type: "rang", call: ringing });
  }

  private admitted(admit: Admit): void {
    if (this.left.has(admit.call)) return;
    if (this.run !== null && openCall(this.run.line) === admit.call) {
      this.run = { ...this.run, admit };
      return this.greet(this.run);
    }
    // Nobody is taken out of a call by a ring on another line, which a station rings that was away when it was answered.
    if (this.run !== null && this.run.admit.link !== admit.link && sitsAt(this.run.line, this.id)) return;
    const signals = this.early;
    this.endRun();
    const run: Run = {
      admit,
      line: this.lines.get(admit.link) ?? idle,
      timer: () => undefined,
      met: new Map(),
      flowing: false,
    };
    this.run = run;
    this.setTimer(run);
    this.viewed(run);
    this.greet(run);
    for (const signal of signals) if (signal.call === admit.call) this.signalled(signal);
  }

  /** The station is back: it is told again what it may have missed. */
  private again(): void {
    this.unheard = new Set(this.declined);
    if (this.run === null) return;
    for (const word of saidAgain(this.run.line, this.id)) this.ports.tell(word);
  }

  // ---- the line of a call under way

  private happen(run: Run, event: Event): void {
    const [next, effects] = step(run.line, event, this.now());
    for (const effect of effects) if (effect.type === "mend") this.greet(run);
    this.become(run, next);
  }

  private become(run: Run, next: Line): void {
    if (next === run.line) return;
    const before = run.line;
    run.line = next;
    this.setTimer(run);
    if (meets(before, next, this.id) !== null) run.flowing = false;
    this.viewed(run);
  }

  private setTimer(run: Run): void {
    run.timer();
    const until = deadline(run.line);
    if (until === null) return;
    run.timer = this.ports.clock.wait(ms(Math.max(0, until - this.now())), () => {
      if (this.run === run) this.happen(run, { type: "tick" });
    });
  }

  private viewed(run: Run): void {
    if (this.run !== run) return;
    if (isOverHere(run.line)) this.left.add(run.line.call);
    this.setLine(run.admit.link, run.line);
    this.attend(run.line);
    if (run.line.at === "idle") this.endRun();
  }

  private endRun(): void {
    this.run?.timer();
    this.run = null;
    this.early = [];
  }

  /** The page is gone: closed, reloaded, or its machine switched off. */
  close(): void {
    this.endRun();
    this.closed = true;
  }

  // ---- the far side

  private greet(run: Run): void {
    const { call, side, far } = run.admit;
    if (side === "calling" && !isInCall(run.line)) return;
    for (const { terminal } of far) if (!run.met.has(terminal)) this.send(call, terminal, "greet", null, run);
    if (isInCall(run.line) && !run.met.has(run.line.theirs)) this.send(call, run.line.theirs, "greet", null, run);
  }

  private send(call: IdText, to: IdText, say: Word["say"], page: number | null, run: Run): void {
    const word: Word = { say, page: this.page, to: page, psk: run.admit.psk };
    this.ports.tell({ type: "signal", call, to, body: base64url(utf8(JSON.stringify(word))) });
  }

  private signalled({ call, from, body }: Heard & { type: "signal" }): void {
    const { run } = this;
    if (run === null || !this.ports.works("keying")) return;
    const word = JSON.parse(fromUtf8(fromBase64url(body) ?? utf8("null")) ?? "null") as Word;
    if (word.psk !== run.admit.psk) return this.ports.foreign(call, from);
    if (word.say === "greet") this.send(call, from, "welcome", word.page, run);
    else if (word.to !== this.page) return;
    if (run.met.get(from) !== word.page) {
      run.met.set(from, word.page);
      this.ports.met(call, from);
    }
    this.ports.changed(run.admit.link, run.line);
  }

  told(from: IdText, call: IdText, word: Told): void {
    const { run } = this;
    if (run === null || run.admit.call !== call || this.closed) return;
    if (word === "answered") {
      this.happen(run, { type: "receipt", call, kind: "answered", terminal: from });
      this.ports.tell({ type: "theyAnswered", call });
    } else if (isInCall(run.line) && run.line.theirs === from) {
      this.happen(run, { type: "theyHungUp", call, why: "hungUp" });
      this.ports.tell({ type: "theyHungUp", call });
    }
  }

  /** Frames of the far side open, or have not for a second. */
  flow(flows: boolean): void {
    const { run } = this;
    if (run === null || !isInCall(run.line) || run.flowing === flows) return;
    run.flowing = flows;
    const { call } = run.admit;
    const event = flows ? ({ type: "up", call } as const) : ({ type: "lost", call, why: "noPackets" } as const);
    this.happen(run, event);
    this.ports.tell(event);
  }

  // ---- what a person presses

  place(link: IdText): void {
    if (!this.ports.works("page")) return;
    this.ports.tell({ type: "place", link });
  }

  press(type: "answer" | "decline" | "hangUp", call: IdText): void {
    if (!this.ports.works("page") || (type === "answer" && !this.ports.works("answering"))) return;
    if (type === "hangUp" && !this.ports.works("parting")) return;
    if (type === "hangUp") this.left.add(call);
    if (type === "decline") this.declined.add(call);
    const { run } = this;
    const elsewhere = [...this.lines.values()].filter((line) => openCall(line) !== run?.admit.call);
    const asks = type === "answer" && isTaken(elsewhere, this.id, call);
    if (run === null || openCall(run.line) !== call || asks) {
      this.ports.tell({ type, call });
      return;
    }
    if (type === "answer") {
      this.happen(run, { type, call, desk: this.id });
      if (isInCall(run.line)) this.ports.sayTo(run.line.theirs, call, "answered");
    } else if (type === "hangUp") {
      if (isInCall(run.line)) this.ports.sayTo(run.line.theirs, call, "bye");
      this.happen(run, { type, call });
    } else this.happen(run, { type, call, desk: this.id });
    this.ports.tell({ type, call });
  }

  touch(call: IdText): void {
    this.ports.tell({ type: "seen", call });
  }

  handOver(call: IdText, to: IdText): void {
    this.ports.tell({ type: "handOver", call, to });
  }

  take(call: IdText): void {
    this.ports.tell({ type: "take", call });
  }
}
