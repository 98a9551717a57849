// The course of a drill at one terminal, as data: what it has come to, what it waits for and until when, and what a person would do
// next ([DR9] [DR17] of docs/spec/drill.md). Whoever has the page, the path and the pictures tells it what it sees, and does what
// it says. Pure: times are handed in.
import { type Ms, ms } from "@parley/base/time";
import type { DrillCause, DrillStep, StepResult } from "@parley/protocol/signed/drillReport";
import type { Seen } from "./card.ts";
import { type Counted, judgePicture, judgeSound } from "./judgement.ts";
import { amiss, passed, stepLasts, talksAtMost, withResults } from "./steps.ts";
import { type SweepHeard, sweepLasts } from "./sweep.ts";

/** Pictures, and time of the sweep, after which enough was seen and heard. */
const enoughPictures = 50;
const enoughSound: Ms = ms(2 * sweepLasts);

/** What is to be seen of the call under way. */
export type CourseSees = {
  /** Of the call's line; `away` before it is there. */
  readonly line: "away" | "ringing" | "inCall" | "live" | "ended";
  readonly side: "calling" | "called";
  /** Whether the call has been admitted here. */
  readonly admitted: boolean;
  readonly keys: "agreeing" | "agreed" | "refused";
  readonly hasPath: boolean;
  /** The newest epoch that both sides have confirmed. */
  readonly epoch: number;
  readonly alarm: Extract<DrillCause, "unsealedFrames" | "forgedFrames"> | null;
};

/** How far the looking and listening has come. */
export type CourseProgress = {
  readonly pictures: number;
  readonly allTones: boolean;
  /** Whether everything else that is measured has been, relays included. */
  readonly rest: boolean;
};

/** What arrived until it is measured. */
export type Evidence = {
  readonly hasPath: boolean;
  readonly relays: "answer" | "silent" | "udpSilent";
  readonly seen: Seen;
  readonly heard: SweepHeard;
  /** Whether this page may make sound. */
  readonly sounds: boolean;
  readonly out: { readonly picture: Counted; readonly sound: Counted };
  readonly in: { readonly picture: Counted & { readonly decoded: number }; readonly sound: Counted };
};

/** What is to be done now. `measure`: gather the evidence and give it to `measured`. */
export type CourseAct = "answer" | "begin" | "measure" | "hangUp" | "over";

export type CoursePlan = { readonly ringFor: number; readonly talkFor: number };

export class Course {
  private readonly plan: CoursePlan;
  private readonly began: Ms;
  private admittedAt: Ms | null = null;
  private answeredAt: Ms | null = null;
  private liveAt: Ms | null = null;
  private epochAtLive = 0;
  private hungUpAt: Ms | null = null;
  private measuring: "notYet" | "measuring" | "measured" = "notYet";
  private theirs: "measuring" | "measured" = "measuring";
  private over = false;
  private found: readonly StepResult[] = [];

  constructor(plan: CoursePlan, began: Ms) {
    this.plan = plan;
    this.began = began;
  }

  results(): readonly StepResult[] {
    return this.found;
  }
  isOver(): boolean {
    return this.over;
  }
  /** From the answer to the first opened frame; null before it. */
  setUp(): Ms | null {
    return this.answeredAt === null || this.liveAt === null ? null : ms(this.liveAt - this.answeredAt);
  }

  theyMeasured(): void {
    this.theirs = "measured";
  }

  /** Something is to be seen that was not before. */
  sees(it: CourseSees, now: Ms): readonly CourseAct[] {
    if (this.over) return [];
    if (it.admitted) this.admittedAt ??= now;
    if ((it.line === "inCall" || it.line === "live") && this.answeredAt === null) {
      this.answeredAt = now;
      this.note(passed("ring", now - this.began));
    }
    if (it.keys === "agreed" && !this.has("keys")) this.note(passed("keys", this.since(this.admittedAt, now)));
    if (it.keys === "refused" && !this.has("keys"))
      this.note(amiss("keys", "failed", "keysNotAgreed", "unknown", this.since(this.admittedAt, now)));
    if (it.line === "live" && this.liveAt === null) {
      this.liveAt = now;
      this.epochAtLive = it.epoch;
      this.note(passed("seal", this.since(this.answeredAt, now)));
    }
    if (it.alarm !== null) this.note(amiss("seal", "failed", it.alarm, "far", this.since(this.answeredAt, now)));
    if (it.line === "live" && it.epoch > this.epochAtLive && !this.has("rekey"))
      this.note(passed("rekey", this.since(this.liveAt, now)));
    return it.line === "ended" ? this.ended(now) : [];
  }

  /** Time has passed. */
  look(it: CourseSees, progress: CourseProgress, now: Ms): readonly CourseAct[] {
    if (this.over || it.line === "ended") return [];
    if (it.line === "away" || it.line === "ringing") return this.ringing(it, now);
    if (this.liveAt === null) return this.connecting(it, now);
    const acts: CourseAct[] = [];
    if (this.measuring === "notYet") {
      this.measuring = "measuring";
      acts.push("begin");
    }
    if (this.measuring === "measuring" && this.isEnough(progress, now)) {
      this.measuring = "measured";
      acts.push("measure");
    }
    const lasted = this.since(this.liveAt, now);
    if (this.hungUpAt !== null) {
      const waited = this.since(this.hungUpAt, now);
      return waited > stepLasts.hangUp ? this.fail(amiss("hangUp", "failed", "notEnded", "own", waited)) : acts;
    }
    const done = this.measuring === "measured" && this.theirs === "measured" && lasted >= this.plan.talkFor;
    if (it.side === "calling" && (done || lasted > talksAtMost)) {
      this.hungUpAt = now;
      return [...acts, "hangUp"];
    }
    if (it.side === "called" && lasted > talksAtMost + stepLasts.hangUp)
      return this.fail(amiss("hangUp", "failed", "notEnded", "far", lasted));
    return acts;
  }

  /** What was measured: path, picture, sound, and whether the keys moved on. */
  measured(it: Evidence, now: Ms): void {
    const lasted = this.since(this.liveAt, now);
    const took = this.setUp() ?? ms(0);
    if (!it.hasPath) this.note(amiss("path", "failed", "noPath", "unknown", took));
    else if (it.relays !== "answer")
      this.note(amiss("path", "weak", it.relays === "silent" ? "relayAway" : "udpBlocked", "own", took));
    else this.note(passed("path", took));
    this.note(judgePicture(it.seen, it.out.picture, it.in.picture, lasted));
    this.note(judgeSound(it.heard, it.sounds, it.out.sound, it.in.sound, lasted));
    if (!this.has("rekey")) this.note(amiss("rekey", "failed", "keysStood", "unknown", lasted));
  }

  /** A person wants the terminal: nothing more is found. */
  giveWay(): void {
    this.over = true;
  }

  private ringing(it: CourseSees, now: Ms): readonly CourseAct[] {
    const called = it.line === "ringing" && it.side === "called";
    const lasted = ms(now - this.began);
    if (called && it.admitted && lasted >= this.plan.ringFor && lasted <= stepLasts.ring + this.plan.ringFor)
      return ["answer"];
    if (lasted <= stepLasts.ring + (called ? this.plan.ringFor : 0)) return [];
    // What a called terminal lacks to answer is its admission; a caller lacks the answer.
    return this.fail(amiss("ring", "failed", "notAnswered", called ? "own" : "far", lasted));
  }

  private connecting(it: CourseSees, now: Ms): readonly CourseAct[] {
    const waited = this.since(this.answeredAt, now);
    if (waited <= stepLasts.seal) return [];
    if (!this.has("keys"))
      return this.fail(amiss("keys", "failed", "keysNotAgreed", "unknown", this.since(this.admittedAt, now)));
    if (!it.hasPath) return this.fail(amiss("path", "failed", "noPath", "unknown", waited));
    return this.fail(amiss("seal", "failed", "noFrames", "unknown", waited));
  }

  private isEnough({ pictures, allTones, rest }: CourseProgress, now: Ms): boolean {
    const lasted = this.since(this.liveAt, now);
    const seen = pictures >= enoughPictures || lasted > stepLasts.picture;
    const heard = (lasted >= enoughSound && allTones) || lasted > stepLasts.sound;
    return lasted >= enoughSound && seen && heard && (this.has("rekey") || lasted > stepLasts.rekey) && rest;
  }

  private ended(now: Ms): readonly CourseAct[] {
    if (this.hungUpAt !== null) this.note(passed("hangUp", this.since(this.hungUpAt, now)));
    else if (this.measuring === "measured") this.note(passed("hangUp", 0));
    this.over = true;
    return ["over"];
  }

  private fail(result: StepResult): readonly CourseAct[] {
    this.note(result);
    this.over = true;
    return ["over"];
  }

  private note(result: StepResult): void {
    this.found = withResults(this.found, [result]);
  }
  private has(step: DrillStep): boolean {
    return this.found.some((it) => it.step === step);
  }
  private since(at: Ms | null, now: Ms): Ms {
    return ms(now - (at ?? this.began));
  }
}
