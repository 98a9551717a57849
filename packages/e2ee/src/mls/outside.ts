// The keeper while it is in no group: knocks until someone lets it in, comes in by a Welcome or by its own commit, and founds
// a group when nobody answers and it is its turn. Every way in needs the call's PSK; nothing here can send a frame.
import { type Bytes, equal } from "@parley/base/bytes";
import { type Ms, after, hours, ms, seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { takeover } from "./ballot.ts";
import { destroy } from "./commit.ts";
import { type Group, type OwnKeyPackage, createGroup, makeKeyPackage, members } from "./group.ts";
import { type RefuseGroup, externalJoin, joinFromWelcome } from "./join.ts";
import type { KeeperContext } from "./keeperContext.ts";
import type { KeeperStatus, Moment } from "./keeperPort.ts";
import { type Evidence, type SignedBallot, encodeGroupId, readGroupId } from "./message.ts";
import { headOf, kept, rollOf } from "./roll.ts";

/** How long the founder before us has before it is our turn. */
const foundingTurn = seconds(2);

/** A commit of ours from outside: we are in when a member says that it is where the commit leads. */
type Pending = { readonly group: Group; readonly until: Ms };

export class Outside {
  private readonly context: KeeperContext;
  private readonly since: Ms;
  /** Only a group of a later lineage than this will do. */
  private readonly above: number;
  private highest: number;
  private readonly evidence: Evidence | null;
  private own: OwnKeyPackage | null = null;
  private pending: Pending | null = null;
  private knockAt: Ms;
  private foundAt: Ms;

  constructor(context: KeeperContext, above: number, evidence: Evidence | null, isNew: boolean, now: Moment) {
    this.context = context;
    this.above = above;
    this.highest = above;
    this.evidence = evidence;
    this.since = now.elapsed;
    this.knockAt = now.elapsed;
    const order = [...context.roster.keys()].filter((terminal) => context.mayEnter(terminal));
    // After a fork everyone founds in an order that the lineage turns, so that one founder's absence is not asked twice.
    const place = (order.indexOf(context.me) + (above > 0 ? above : 0)) % Math.max(1, order.length);
    const patience = isNew || evidence !== null ? 0 : foundingTurn;
    this.foundAt = ms(now.elapsed + patience + place * foundingTurn);
  }

  status(): KeeperStatus {
    return { at: "outside", since: this.since };
  }

  close(): void {
    if (this.pending !== null) destroy(this.pending.group);
    this.own?.privatePackage.initPrivateKey.fill(0);
    this.own?.privatePackage.hpkePrivateKey.fill(0);
  }

  /** The group that we found when it is our turn and nobody let us in; null until then. Knocks once a second. */
  async tick(now: Moment): Promise<Group | null> {
    if (this.pending !== null && now.elapsed >= this.pending.until) {
      destroy(this.pending.group);
      this.pending = null;
    }
    if (now.elapsed >= this.foundAt) return this.found(now);
    if (now.elapsed >= this.knockAt && this.pending === null) {
      this.knockAt = ms(now.elapsed + takeover);
      this.own ??= await this.makeOwn(now);
      const { bytes } = this.own;
      this.context.sendAll({ type: "knock", keyPackage: bytes, above: this.above, evidence: this.evidence });
    }
    return null;
  }

  private makeOwn(now: Moment): Promise<OwnKeyPackage> {
    const { engine } = this.context.config;
    const { identity } = this.context;
    const lifetime = { notBefore: after(now.wall, hours(-1)), notAfter: after(now.wall, hours(24)) };
    return makeKeyPackage(engine, identity, lifetime);
  }

  private found(now: Moment): Promise<Group> {
    const { engine, call, psk } = this.context.config;
    const last = this.context.lastFrameEpoch;
    const id = encodeGroupId({
      call,
      lineage: this.highest + 1,
      firstEpoch: last < 0 ? 0 : last + 4,
      nonce: engine.suite.random(8),
    });
    return createGroup(engine, this.context.identity, id, psk, now.wall);
  }

  private readonly refuseGroup: RefuseGroup = (groupId) => {
    const name = readGroupId(groupId);
    if (name === null || !equal(name.call, this.context.config.call)) return problem("MLS_OTHER_GROUP");
    return name.lineage > this.above ? null : problem("MLS_OTHER_GROUP", `lineage ${name.lineage} is over`);
  };

  /** Why we do not sit down with these members, or null. */
  private refuseCompany(group: Group): ParleyError | null {
    const stranger = members(group)
      .map(kept)
      .find(
        (member) => this.context.roster.get(member.terminal) !== member.party && member.terminal !== this.context.me,
      );
    return stranger === undefined ? null : problem("MLS_CREDENTIAL_REFUSED", `${stranger.terminal} may not take part`);
  }

  /** The group that a Welcome lets us into, or null with an alarm. */
  async welcomed(from: IdText, welcome: Bytes): Promise<Group | null> {
    // Once our own commit is out, we are who made it, and no one that a Welcome was written for.
    if (this.own === null || this.pending !== null) return null;
    const { engine, psk } = this.context.config;
    const joined = await joinFromWelcome(engine, this.own, this.refuseGroup, welcome, psk);
    if (!joined.ok) {
      this.complain(joined.error, from);
      return null;
    }
    const refused = this.refuseCompany(joined.value);
    this.own = null; // its leaf key is the group's now
    if (refused === null) return joined.value;
    destroy(joined.value);
    this.context.alarm(refused, from);
    return null;
  }

  /** Commits ourselves in by a group info, and tells everyone. */
  async informed(from: IdText, groupInfo: Bytes, now: Moment): Promise<void> {
    if (this.pending !== null) return;
    const { engine, psk } = this.context.config;
    const joined = await externalJoin(engine, this.context.identity, this.refuseGroup, groupInfo, psk, now.wall);
    if (!joined.ok) return this.complain(joined.error, from);
    const { group, commit } = joined.value;
    const refused = this.refuseCompany(group);
    if (refused !== null) return this.context.alarm(refused, from);
    const longest = Math.max(2, rollOf(group).size);
    this.pending = { group, until: ms(now.elapsed + longest * takeover) };
    this.foundAt = ms(Math.max(this.foundAt, this.pending.until + foundingTurn));
    this.context.sendAll({ type: "join", commit });
  }

  /** A group of the past or of another call is nobody's fault; everything else is said. */
  private complain(error: ParleyError, from: IdText): void {
    if (error.code !== "MLS_OTHER_GROUP") this.context.alarm(error, from);
  }

  /** The group we wait to be in, once a member's signed word shows that it is there. */
  async hear(signed: SignedBallot): Promise<Group | null> {
    if (this.pending === null) return null;
    const { group } = this.pending;
    const read = await this.context.verify(group, signed);
    if (!read.ok || read.value.head !== headOf(group) || idText(read.value.by) === this.context.me) return null;
    this.pending = null;
    return group;
  }

  isAwaiting(): boolean {
    return this.pending !== null;
  }

  /** Another who is outside wants a group above that lineage; what we found must be one that it may enter. */
  knocked(above: number): void {
    this.highest = Math.max(this.highest, above);
  }
}
