// The keeper while it is a member of a group: carries the order's effects out with the engine, and turns what arrives into
// the order's events. The order decides, the engine computes, and this file is the only place where both are known.
import { type Bytes, compare } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";
import { problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { type Accepted, type Candidate, type Head, takeover } from "./ballot.ts";
import type { LeafCredential } from "./credential.ts";
import { type Group, epochOf, readMessage } from "./group.ts";
import type { KeeperContext } from "./keeperContext.ts";
import type { KeeperStatus, Moment } from "./keeperPort.ts";
import { Membership } from "./membership.ts";
import { type Ballot, type Evidence, type SignedBallot, encodeEvidence, readGroupId } from "./message.ts";
import { step } from "./ordering.ts";
import { enter, epochAge } from "./orderingEpoch.ts";
import type { Effect, Event, Ordering, Place, Saying } from "./orderingState.ts";
import { candidateOf, frameEpoch, headOf, rollOf } from "./roll.ts";

/** What became of us: still a member, removed, or out to found or find another group. */
export type Verdict =
  | { readonly type: "stay" }
  /** By the commit `bytes`. */
  | { readonly type: "removed"; readonly by: number | null; readonly bytes: Bytes }
  | { readonly type: "leave"; readonly evidence: Evidence };

const stay: Verdict = { type: "stay" };

export class Inside {
  private readonly context: KeeperContext;
  private readonly seat: Membership;
  private ordering: Ordering;
  /** The last signed word of each member, to show where it was. */
  private readonly words = new Map<IdText, SignedBallot>();
  private askAgainAt = ms(0);
  /** Our renewed credential was not accepted, as by a member that does not know its chain yet: offered again then. */
  private renewAgainAt: Ms | null = null;
  private verdict: Verdict = stay;

  constructor(context: KeeperContext, group: Group, now: Moment) {
    this.context = context;
    this.seat = new Membership(context, group);
    const { rekeyEvery } = context.config;
    this.ordering = enter(context.me, rollOf(group), Number(epochOf(group)), headOf(group), rekeyEvery, now.elapsed);
  }

  /** Tells everyone that we are here, and our own frame cipher what it needs. */
  async begin(now: Moment): Promise<void> {
    await this.seat.begin();
    await this.say({ type: "say", to: null, from: this.place(), saying: { type: "status" } });
    await this.run({ type: "tick" }, now);
  }

  private place(): Place {
    return { epoch: this.ordering.epoch, head: this.ordering.head };
  }

  /** Tells one terminal where we are. */
  show(terminal: IdText): Promise<void> {
    return this.say({ type: "say", to: terminal, from: this.place(), saying: { type: "status" } });
  }

  lineage(): number {
    return this.seat.name().lineage;
  }

  /** Whether nobody else is in this group. */
  isAlone(): boolean {
    return this.ordering.roll.size === 1;
  }

  status(now: Ms): KeeperStatus {
    const age = epochAge(this.ordering, now);
    return {
      at: "inside",
      epoch: frameEpoch(this.seat.group),
      age,
      overdue: age > this.ordering.rekeyEvery + 2 * takeover,
    };
  }

  /** Ends this group for us. */
  close(): void {
    this.seat.close();
  }

  /** Runs one event of the order and all that follows from it. */
  async run(event: Event, now: Moment): Promise<Verdict> {
    const queue: Event[] = [event];
    for (let next = queue.shift(); next !== undefined && this.verdict.type === "stay"; next = queue.shift()) {
      const [ordering, effects] = step(this.ordering, next, now.elapsed);
      this.ordering = ordering;
      for (const effect of effects) {
        const follows = await this.carryOut(effect, now);
        if (follows !== null) queue.push(follows);
      }
    }
    return this.verdict;
  }

  private async carryOut(effect: Effect, now: Moment): Promise<Event | null> {
    switch (effect.type) {
      case "say":
        await this.say(effect);
        return null;
      case "make":
        return this.make(effect, now);
      case "receive":
        await this.seat.prepare(effect.id);
        return null;
      case "merge":
        await this.seat.merge(effect.id, effect.urgent, this.ordering.roll, now.elapsed);
        return null;
      case "send":
        this.seat.sendWithThis();
        return null;
      case "help":
        await this.seat.help(effect.to, effect.from, now.elapsed);
        return null;
      case "fork":
        this.fork(effect.by);
        return null;
      case "dropped":
        for (const want of effect.wants) {
          this.context.alarm(problem("MLS_INVALID", `gave up: ${want.type}`), want.type === "add" ? want.member : null);
          if (want.type === "renew") this.renewAgainAt = ms(now.elapsed + takeover);
        }
        return null;
      default:
        return effect satisfies never;
    }
  }

  private async make({ term, wants }: Extract<Effect, { type: "make" }>, now: Moment): Promise<Event> {
    const candidate = await this.seat.make(wants, now);
    return candidate === null ? { type: "notMade", term } : { type: "made", term, candidate };
  }

  private async say({ to, from, saying }: Extract<Effect, { type: "say" }>): Promise<void> {
    const { me, config } = this.context;
    const ballot: Ballot = {
      group: this.seat.groupId(),
      epoch: from.epoch,
      head: from.head,
      by: config.identity.credential.terminal,
      saying: wireSaying(saying),
    };
    const signed = await this.context.sign(ballot);
    if (saying.type === "status") this.words.set(me, signed);
    const message = { type: "ballot", signed, commit: this.seat.attachment(saying) } as const;
    if (to === null) this.context.sendAll(message);
    else this.context.send(to, message);
  }

  /** Tells `to` the way in. */
  inform(to: IdText, now: Ms): Promise<void> {
    return this.seat.inform(to, now);
  }

  private mayAskAgain(now: Ms): boolean {
    if (now < this.askAgainAt) return false;
    this.askAgainAt = ms(now + takeover);
    return true;
  }

  private fork(by: IdText): void {
    const one = this.words.get(this.context.me);
    const other = this.words.get(by);
    if (one === undefined || other === undefined) return;
    this.leave({ one, other });
  }

  private leave(evidence: Evidence): void {
    this.context.emit({ type: "forked", at: frameEpoch(this.seat.group), evidence: encodeEvidence(evidence) });
    this.verdict = { type: "leave", evidence };
  }

  /** A signed word of a member, with or without a commit. */
  async hear(signed: SignedBallot, bytes: Bytes | null, now: Moment): Promise<Verdict> {
    const read = await this.context.verify(this.seat.group, signed);
    if (!read.ok) return stay;
    const { saying, epoch, head, by: terminal } = read.value;
    const by = idText(terminal);
    if (by === this.context.me) return stay;
    this.words.set(by, signed);
    const from = { epoch, head };
    const ours = head === this.ordering.head;
    switch (saying.type) {
      case "propose":
      case "vote": {
        const learned = ours && bytes !== null ? await this.learn(bytes, saying.id, by, now) : this.known(saying.id);
        if (this.verdict.type !== "stay") return this.verdict;
        if (saying.type === "vote") return this.run({ ...saying, by, from, candidate: learned }, now);
        if (learned !== null) return this.run({ ...saying, by, from, candidate: learned }, now);
        return ours ? stay : this.run({ type: "status", by, from }, now);
      }
      case "promise": {
        const accepted: Accepted | null = saying.accepted;
        const learned =
          ours && bytes !== null && accepted !== null ? await this.learn(bytes, accepted.id, by, now) : null;
        return this.run({ type: "promise", by, from, term: saying.term, accepted, candidate: learned }, now);
      }
      default:
        return this.run({ ...saying, by, from }, now);
    }
  }

  private known(id: Head): Candidate | null {
    return this.ordering.candidates.get(id) ?? null;
  }

  /** Checks a commit that is said to lead to `id`; what is not good is said aloud, so that nobody waits for our vote. */
  private async learn(bytes: Bytes, id: Head, by: IdText, now: Moment): Promise<Candidate | null> {
    const held = this.seat.held.get(id);
    if (held !== null) return candidateOf(held.staged);
    const judged = await this.seat.held.judge(this.seat.group, bytes, this.seat.isExpected);
    if (judged.type === "removed") {
      this.verdict = judged;
      return null;
    }
    if (judged.type === "held" && judged.candidate.id === id) return judged.candidate;
    this.context.alarm(judged.type === "bad" ? judged.error : problem("MLS_INVALID", "leads elsewhere"), by);
    await this.run({ type: "malformed", id }, now);
    return null;
  }

  /** A commit from outside: brought in when it fits our epoch, otherwise its maker hears where we are. */
  async joining(from: IdText, bytes: Bytes, now: Moment): Promise<Verdict> {
    const judged = await this.seat.held.judge(this.seat.group, bytes, this.seat.isExpected);
    if (judged.type === "held") return this.run({ type: "joining", candidate: judged.candidate }, now);
    if (judged.type === "removed") return (this.verdict = judged); // our own terminal, from outside
    if (judged.error.code === "MLS_OTHER_EPOCH") await this.seat.inform(from, now.elapsed);
    else if (judged.error.code !== "MLS_OTHER_GROUP") this.context.alarm(judged.error, from);
    return stay;
  }

  /** What another says moved the group on from our epoch. */
  async decidedBy(from: IdText, bytes: Bytes, now: Moment): Promise<Verdict> {
    const judged = await this.seat.held.judge(this.seat.group, bytes, this.seat.isExpected);
    if (judged.type === "removed") {
      this.verdict = judged;
      return judged;
    }
    if (judged.type === "bad") {
      const isFromHere = judged.error.code !== "MLS_OTHER_EPOCH" && judged.error.code !== "MLS_OTHER_GROUP";
      if (isFromHere && this.mayAskAgain(now.elapsed)) this.context.send(from, { type: "lost" });
      return stay;
    }
    return this.run({ type: "decided", by: from, candidate: judged.candidate }, now);
  }

  /** Someone asks to be let in. */
  async knocked(from: IdText, keyPackage: Bytes, now: Moment): Promise<Verdict> {
    const answer = this.seat.door.consider(this.seat.group, this.ordering, from, keyPackage, now.elapsed);
    switch (answer.type) {
      case "wait":
        return stay;
      case "inform":
        await this.seat.inform(from, now.elapsed);
        return stay;
      case "refuse":
        this.context.alarm(answer.error, from);
        return stay;
      case "add":
        return this.run({ type: "want", want: { type: "add", member: from, ref: answer.ref } }, now);
      default:
        return answer satisfies never;
    }
  }

  /** Shown two histories of one epoch of this group, signed by members: this group is over. */
  async shown(evidence: Evidence): Promise<Verdict> {
    const one = await this.context.verify(this.seat.group, evidence.one);
    const other = await this.context.verify(this.seat.group, evidence.other);
    if (!one.ok || !other.ok || one.value.epoch !== other.value.epoch || one.value.head === other.value.head)
      return stay;
    this.leave(evidence);
    return this.verdict;
  }

  async tick(now: Moment): Promise<Verdict> {
    if (this.renewAgainAt === null || now.elapsed < this.renewAgainAt) return this.run({ type: "tick" }, now);
    this.renewAgainAt = null;
    return this.run({ type: "want", want: { type: "renew" } }, now);
  }

  remove(terminal: IdText, now: Moment): Promise<Verdict> {
    if (!this.ordering.roll.has(terminal) || terminal === this.context.me) return Promise.resolve(stay);
    return this.run({ type: "want", want: { type: "remove", member: terminal } }, now);
  }

  renew(credential: LeafCredential, now: Moment): Promise<Verdict> {
    this.seat.renewed = credential;
    this.renewAgainAt = null;
    return this.run({ type: "want", want: { type: "renew" } }, now);
  }

  /** Whether our group is later than that other one of the same call, so that its members should come to us. */
  isLaterThan(groupId: Bytes, lineage: number): boolean {
    return compareGroups(this.lineage(), this.seat.groupId(), lineage, groupId) > 0;
  }

  /** Above which lineage to look for a group when this group info is of one that we belong in; null when it is not. */
  lineageToLeaveFor(bytes: Bytes): number | null {
    const read = readMessage(bytes, ["mls_group_info"]);
    if (!read.ok) return null;
    const { groupId, epoch } = read.value.groupInfo.groupContext;
    const id = new Uint8Array(groupId);
    const name = readGroupId(id);
    if (name === null) return null;
    const order = compareGroups(name.lineage, id, this.lineage(), this.seat.groupId());
    return order > 0 || (order === 0 && Number(epoch) > this.ordering.epoch) ? name.lineage - 1 : null;
  }
}

/** The order of two groups of one call: by lineage, then by the whole id, which ends in the nonce. */
function compareGroups(lineage: number, id: Bytes, otherLineage: number, otherId: Bytes): number {
  return lineage === otherLineage ? compare(id, otherId) : lineage - otherLineage;
}

function wireSaying(saying: Saying): Ballot["saying"] {
  return saying.type === "vote" ? { type: "vote", term: saying.term, id: saying.id } : saying;
}
