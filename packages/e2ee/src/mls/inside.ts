// The keeper while it is a member of a group: carries the order's effects out with the engine, and turns what arrives into
// the order's events. The order decides, the engine computes, and this file is the only place where both are known.
import type { Bytes } from "@parley/base/bytes";
import { compare, equal, hex } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { type Accepted, type Candidate, type Head, takeover, turn } from "./ballot.ts";
import { type Staged, type Wanted, commit, destroy, drop, merge, processCommit } from "./commit.ts";
import { type LeafCredential, readLeafCredential } from "./credential.ts";
import {
  type Group,
  exportSecret,
  frameBaseKey,
  groupIdOf,
  groupInfo,
  members,
  ownLeaf,
  readMessage,
} from "./group.ts";
import type { KeeperContext } from "./keeperContext.ts";
import type { KeeperStatus, Moment } from "./keeperPort.ts";
import { type Ballot, type Evidence, type SignedBallot, encodeEvidence, readGroupId } from "./message.ts";
import { enter, epochAge, step } from "./ordering.ts";
import type { Effect, Event, Ordering, Place, Saying, Want } from "./orderingState.ts";
import { linkExporterLabel } from "./psk.ts";
import { leavesOf } from "./tree.ts";
import { candidateOf, frameEpoch, headOf, kept, nameOf, rollOf } from "./roll.ts";

/** A commit from our epoch on, checked: its state, its bytes, and the Welcome that goes out once it is decided. */
type Held = { readonly staged: Staged; readonly bytes: Bytes; readonly welcome: Bytes | null };

/** What became of us: still a member, removed, or out to found or find another group. */
export type Verdict =
  | { readonly type: "stay" }
  | { readonly type: "removed"; readonly by: number | null }
  | { readonly type: "leave"; readonly evidence: Evidence };

const stay: Verdict = { type: "stay" };

export class Inside {
  private readonly context: KeeperContext;
  private group: Group;
  private ordering: Ordering;
  private held = new Map<Head, Held>();
  private prepared = new Set<Head>();
  private last: { readonly base: Head; readonly bytes: Bytes } | null = null;
  private readonly packages = new Map<string, Bytes>();
  private readonly knocks = new Map<IdText, number>();
  private readonly addedAt = new Map<IdText, Ms>();
  private readonly helped = new Map<IdText, Ms>();
  /** The last signed word of each member, to show where it was. */
  private readonly words = new Map<IdText, SignedBallot>();
  private askAgainAt = ms(0);
  private renewed: LeafCredential | null = null;
  private verdict: Verdict = stay;

  constructor(context: KeeperContext, group: Group, now: Moment) {
    this.context = context;
    this.group = group;
    const { rekeyEvery } = context.config;
    this.ordering = enter(context.me, rollOf(group), this.epoch(group), headOf(group), rekeyEvery, now.elapsed);
  }

  /** Tells everyone that we are here, and our own frame cipher what it needs. */
  async begin(now: Moment): Promise<void> {
    await this.install(this.group);
    await this.moved();
    this.context.emit({ type: "sendWith", at: frameEpoch(this.group), ownLeaf: ownLeaf(this.group) });
    await this.say({ type: "say", to: null, from: this.place(), saying: { type: "status" } });
    await this.run({ type: "tick" }, now);
  }

  private epoch(group: Group): number {
    return Number(group.state.groupContext.epoch);
  }

  private place(): Place {
    return { epoch: this.ordering.epoch, head: this.ordering.head };
  }

  /** Tells one terminal where we are. */
  show(terminal: IdText): Promise<void> {
    return this.say({ type: "say", to: terminal, from: this.place(), saying: { type: "status" } });
  }

  name() {
    return nameOf(this.group);
  }

  groupId(): Bytes {
    return groupIdOf(this.group);
  }

  status(now: Ms): KeeperStatus {
    const age = epochAge(this.ordering, now);
    return { at: "inside", epoch: frameEpoch(this.group), age, overdue: age > this.ordering.rekeyEvery + 2 * takeover };
  }

  /** Ends this group for us. */
  close(): void {
    for (const { staged } of this.held.values()) drop(staged);
    destroy(this.group);
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
        return this.make(effect.term, effect.wants, now);
      case "receive": {
        const staged = this.held.get(effect.id)?.staged;
        if (staged !== undefined) await this.prepare(effect.id, staged.to);
        return null;
      }
      case "merge":
        await this.merge(effect.id, effect.urgent, now.elapsed);
        return null;
      case "send":
        this.context.emit({ type: "sendWith", at: frameEpoch(this.group), ownLeaf: ownLeaf(this.group) });
        return null;
      case "help":
        await this.help(effect.to, effect.from, now.elapsed);
        return null;
      case "fork":
        this.fork(effect.by);
        return null;
      case "dropped":
        for (const want of effect.wants)
          this.context.alarm(problem("MLS_INVALID", `gave up: ${want.type}`), want.type === "add" ? want.member : null);
        return null;
      default:
        return effect satisfies never;
    }
  }

  private async say({ to, from, saying }: Extract<Effect, { type: "say" }>): Promise<void> {
    const { me, config } = this.context;
    const ballot: Ballot = {
      group: this.groupId(),
      epoch: from.epoch,
      head: from.head,
      by: config.identity.credential.terminal,
      saying: wireSaying(saying),
    };
    const signed = await this.context.sign(ballot);
    if (saying.type === "status") this.words.set(me, signed);
    const message = { type: "ballot", signed, commit: this.attachment(saying) } as const;
    if (to === null) this.context.sendAll(message);
    else this.context.send(to, message);
  }

  /** The commit that goes along with what we say. */
  private attachment(saying: Saying): Bytes | null {
    const id =
      saying.type === "propose" || (saying.type === "vote" && saying.whole)
        ? saying.id
        : saying.type === "promise"
          ? saying.accepted?.id
          : undefined;
    return id === undefined ? null : (this.held.get(id)?.bytes ?? null);
  }

  private async make(term: number, wants: readonly Want[], now: Moment): Promise<Event> {
    const add: Bytes[] = [];
    const remove: number[] = [];
    for (const want of wants) {
      const bytes = want.type === "add" ? this.packages.get(want.ref) : undefined;
      if (bytes !== undefined) add.push(bytes);
      const leaf =
        want.type === "remove"
          ? members(this.group).find((m) => idText(m.credential.terminal) === want.member)?.leaf
          : undefined;
      if (leaf !== undefined) remove.push(leaf);
    }
    const renews = this.renewed !== null && wants.some((want) => want.type === "renew") && add.length === 0;
    const wanted: Wanted = {
      add,
      remove,
      now: now.wall,
      ...(renews ? { credential: this.renewed as LeafCredential } : {}),
    };
    const made = await commit(this.group, wanted);
    if (!made.ok) {
      this.context.alarm(made.error, null);
      return { type: "notMade", term };
    }
    const candidate = candidateOf(made.value.staged);
    this.held.set(candidate.id, { staged: made.value.staged, bytes: made.value.commit, welcome: made.value.welcome });
    return { type: "made", term, candidate };
  }

  private async prepare(id: Head, group: Group): Promise<void> {
    if (this.prepared.has(id)) return;
    this.prepared.add(id);
    await this.install(group);
  }

  private async install(group: Group): Promise<void> {
    const at = frameEpoch(group);
    this.context.lastFrameEpoch = Math.max(this.context.lastFrameEpoch, at.epoch);
    const baseKey = await frameBaseKey(group);
    this.context.emit({ type: "installKeys", at, baseKey, ownLeaf: ownLeaf(group), members: members(group).map(kept) });
  }

  private async merge(id: Head, urgent: boolean, now: Ms): Promise<void> {
    const held = this.held.get(id);
    if (held === undefined) throw new Error("the order moved to a commit that is not held");
    const { staged, bytes, welcome } = held;
    const before = headOf(this.group);
    if (this.prepared.size > 1 || !this.prepared.has(id)) await this.install(staged.to);
    for (const [other, each] of this.held) if (other !== id) drop(each.staged);
    this.held = new Map();
    this.prepared = new Set();
    this.group = merge(staged);
    this.last = { base: before, bytes };
    if (urgent) {
      const gone = staged.change.removed.map(kept).filter((member) => !this.ordering.roll.has(member.terminal));
      this.context.emit({ type: "blind", at: frameEpoch(this.group), members: gone });
      for (const member of gone) this.context.send(member.terminal, { type: "decided", commit: bytes });
    }
    for (const member of staged.change.added) {
      const terminal = idText(member.credential.terminal);
      this.knocks.delete(terminal);
      this.addedAt.set(terminal, now);
      if (welcome !== null) this.context.send(terminal, { type: "welcome", welcome });
    }
    await this.moved();
  }

  private async moved(): Promise<void> {
    const at = frameEpoch(this.group);
    const all = members(this.group).map(kept);
    this.context.emit({ type: "moved", at, lineage: this.name().lineage, members: all });
    if (this.context.exported || new Set(all.map((member) => member.party)).size < 2) return;
    this.context.exported = true;
    const secret = await exportSecret(this.group, linkExporterLabel, this.context.config.call, 32);
    this.context.emit({ type: "linkExport", at, secret });
  }

  /** What takes `to` to where we are: the commit that it missed, or a group info to come in by. */
  private async help(to: IdText, from: Place, now: Ms): Promise<void> {
    if (this.last !== null && from.epoch === this.ordering.epoch - 1 && from.head === this.last.base)
      return this.context.send(to, { type: "decided", commit: this.last.bytes });
    await this.inform(to, now);
  }

  private mayAskAgain(now: Ms): boolean {
    if (now < this.askAgainAt) return false;
    this.askAgainAt = ms(now + takeover);
    return true;
  }

  /** A group info, once a second to each at most, since it costs a signature and a key pair. */
  async inform(to: IdText, now: Ms): Promise<void> {
    const before = this.helped.get(to);
    if (!this.context.mayEnter(to) || (before !== undefined && now - before < takeover)) return;
    this.helped.set(to, now);
    this.context.send(to, { type: "info", groupInfo: await groupInfo(this.group) });
  }

  private fork(by: IdText): void {
    const one = this.words.get(this.context.me);
    const other = this.words.get(by);
    if (one === undefined || other === undefined) return;
    this.leave({ one, other });
  }

  private leave(evidence: Evidence): void {
    this.context.emit({ type: "forked", at: frameEpoch(this.group), evidence: encodeEvidence(evidence) });
    this.verdict = { type: "leave", evidence };
  }

  /** A signed word of a member, with or without a commit. */
  async hear(signed: SignedBallot, bytes: Bytes | null, now: Moment): Promise<Verdict> {
    const read = await this.context.verify(this.group, signed);
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
    const held = this.held.get(id);
    if (held !== undefined) return candidateOf(held.staged);
    const judged = await this.judge(bytes);
    if (judged.type === "removed") {
      this.verdict = judged;
      return null;
    }
    if (judged.type === "held" && judged.candidate.id === id) return judged.candidate;
    this.context.alarm(judged.type === "bad" ? judged.error : problem("MLS_INVALID", "leads elsewhere"), by);
    await this.run({ type: "malformed", id }, now);
    return null;
  }

  private async judge(
    bytes: Bytes,
  ): Promise<
    | { type: "held"; candidate: Candidate }
    | { type: "bad"; error: ParleyError }
    | { type: "removed"; by: number | null }
  > {
    for (const { staged, bytes: known } of this.held.values())
      if (equal(known, bytes)) return { type: "held", candidate: candidateOf(staged) };
    const done = await processCommit(this.group, bytes);
    if (!done.ok) return { type: "bad", error: done.error };
    if (done.value.kind === "removed") return { type: "removed", by: done.value.by };
    const { staged } = done.value;
    const stranger = staged.change.added.map(kept).find((member) => !this.isExpected(member.terminal, member.party));
    if (stranger !== undefined) {
      drop(staged);
      return { type: "bad", error: problem("MLS_CREDENTIAL_REFUSED", `${stranger.terminal} may not take part`) };
    }
    const candidate = candidateOf(staged);
    if (!this.held.has(candidate.id)) this.held.set(candidate.id, { staged, bytes, welcome: null });
    return { type: "held", candidate };
  }

  private isExpected(terminal: IdText, party: IdText): boolean {
    return this.context.mayEnter(terminal) && this.context.roster.get(terminal) === party;
  }

  /** A commit from outside: brought in when it fits our epoch, otherwise its maker hears where we are. */
  async joining(from: IdText, bytes: Bytes, now: Moment): Promise<Verdict> {
    const judged = await this.judge(bytes);
    if (judged.type === "held") return this.run({ type: "joining", candidate: judged.candidate }, now);
    if (judged.type === "removed") return stay;
    if (judged.error.code === "MLS_OTHER_EPOCH") await this.inform(from, now.elapsed);
    else if (judged.error.code !== "MLS_OTHER_GROUP") this.context.alarm(judged.error, from);
    return stay;
  }

  /** What another says moved the group on from our epoch. */
  async decidedBy(from: IdText, bytes: Bytes, now: Moment): Promise<Verdict> {
    const judged = await this.judge(bytes);
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

  /** Someone asks to be let in: a member of old gets the way to come back, a newcomer is added by whose turn it is. */
  async knocked(from: IdText, keyPackage: Bytes, now: Moment): Promise<Verdict> {
    const read = readMessage(keyPackage, ["mls_key_package"]);
    if (!read.ok) return stay;
    const { leafNode } = read.value.keyPackage;
    if (this.ordering.roll.has(from)) {
      // The Welcome for this very key package may still be on its way.
      const addedAt = this.addedAt.get(from) ?? Number.NEGATIVE_INFINITY;
      const isNews = !leavesOf(this.group.state.ratchetTree)
        .values()
        .some((l) => equal(l.hpkePublicKey, leafNode.hpkePublicKey));
      if (isNews || now.elapsed - addedAt >= takeover) await this.inform(from, now.elapsed);
      return stay;
    }
    const credential = readLeafCredential(leafNode.credential);
    if (!credential.ok || idText(credential.value.terminal) !== from) return stay;
    if (!this.isExpected(from, idText(credential.value.party))) {
      this.context.alarm(problem("MLS_CREDENTIAL_REFUSED", "not expected in this call"), from);
      return stay;
    }
    const knocks = this.knocks.get(from) ?? 0;
    this.knocks.set(from, knocks + 1);
    const { roll, epoch, me, lapsed, wants } = this.ordering;
    const isWanted = wants.some((want) => want.type === "add" && want.member === from);
    if (isWanted || knocks < turn(roll, epoch, me, lapsed)) return stay;
    const ref = hex(keyPackage.slice(-32));
    this.packages.set(ref, keyPackage);
    return this.run({ type: "want", want: { type: "add", member: from, ref } }, now);
  }

  /** Shown two histories of one epoch of this group, signed by members: this group is over. */
  async shown(evidence: Evidence): Promise<Verdict> {
    const one = await this.context.verify(this.group, evidence.one);
    const other = await this.context.verify(this.group, evidence.other);
    if (!one.ok || !other.ok || one.value.epoch !== other.value.epoch || one.value.head === other.value.head)
      return stay;
    this.leave(evidence);
    return this.verdict;
  }

  remove(terminal: IdText, now: Moment): Promise<Verdict> {
    if (!this.ordering.roll.has(terminal) || terminal === this.context.me) return Promise.resolve(stay);
    return this.run({ type: "want", want: { type: "remove", member: terminal } }, now);
  }

  renew(credential: LeafCredential, now: Moment): Promise<Verdict> {
    this.renewed = credential;
    return this.run({ type: "want", want: { type: "renew" } }, now);
  }

  /** Whether our group is later than that other one of the same call, so that its members should come to us. */
  isLaterThan(groupId: Bytes, lineage: number): boolean {
    return compareGroups(this.name().lineage, this.groupId(), lineage, groupId) > 0;
  }

  /** Above which lineage to look for a group when this group info is of one that we belong in; null when it is not. */
  lineageToLeaveFor(bytes: Bytes): number | null {
    const read = readMessage(bytes, ["mls_group_info"]);
    if (!read.ok) return null;
    const { groupId, epoch } = read.value.groupInfo.groupContext;
    const id = new Uint8Array(groupId);
    const name = readGroupId(id);
    if (name === null) return null;
    const order = compareGroups(name.lineage, id, this.name().lineage, this.groupId());
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
