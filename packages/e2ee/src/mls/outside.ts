// The keeper while it is in no group: knocks until someone lets it in, comes in by a Welcome or by its own commit, and founds
// a group when nobody answers and it is its turn. Every way in needs the call's PSK; nothing here can send a frame.
import { type Bytes, equal, hex } from "@parley/base/bytes";
import { type Ms, ms, seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { takeover } from "./ballot.ts";
import { destroy } from "./commit.ts";
import {
  type Group,
  type OwnKeyPackage,
  createGroup,
  lifetimeFrom,
  makeKeyPackage,
  members,
  readMessage,
} from "./group.ts";
import { type ExternalJoin, type RefuseGroup, externalJoin, joinFromWelcome } from "./join.ts";
import type { KeeperContext } from "./keeperContext.ts";
import type { KeeperStatus, Moment } from "./keeperPort.ts";
import { type Evidence, type KeysMessage, type SignedBallot, encodeGroupId, readGroupId } from "./message.ts";
import { headOf, kept } from "./roll.ts";

/** How long the founder before us has before it is our turn. */
const foundingTurn = seconds(3);

export class Outside {
  private readonly context: KeeperContext;
  private readonly since: Ms;
  /** Only a group of a later lineage than this will do. */
  private readonly above: number;
  private highest: number;
  private readonly evidence: Evidence | null;
  private own: OwnKeyPackage | null = null;
  private readonly asked = new Set<IdText>();
  private knockAt: Ms;
  private readonly isNew: boolean;
  /** Not before then do we found: someone has answered us. */
  private notBefore = ms(0);

  constructor(context: KeeperContext, above: number, evidence: Evidence | null, isNew: boolean, now: Moment) {
    this.context = context;
    this.above = above;
    this.highest = above;
    this.evidence = evidence;
    this.since = now.elapsed;
    this.knockAt = now.elapsed;
    this.isNew = isNew;
  }

  /**
   * When it is our turn to found: the caller's terminal founds a new call at once, the others wait for it; whoever comes back
   * waits for an answer first; after a fork the order turns with the lineage, so that an absent founder is not asked twice.
   */
  private foundAt(): Ms {
    const order = [...this.context.roster.keys()].filter((terminal) => this.context.mayEnter(terminal));
    const [caller] = order;
    const rest = order.slice(1).toSorted();
    if (this.evidence !== null) {
      const all = order.toSorted();
      const place = (all.indexOf(this.context.me) + this.above) % all.length;
      return ms(Math.max(this.since + place * foundingTurn, this.notBefore));
    }
    const place = caller === this.context.me ? 0 : 1 + rest.indexOf(this.context.me);
    const patience = this.isNew && place === 0 ? 0 : foundingTurn;
    return ms(Math.max(this.since + patience + place * foundingTurn, this.notBefore));
  }

  status(): KeeperStatus {
    return { at: "outside", since: this.since };
  }

  close(): void {
    this.own?.privatePackage.initPrivateKey.fill(0);
    this.own?.privatePackage.hpkePrivateKey.fill(0);
  }

  /** The group that we found when it is our turn and nobody let us in; null until then. Knocks once a second. */
  async tick(now: Moment): Promise<Group | null> {
    if (now.elapsed >= this.foundAt()) return this.found(now);
    if (now.elapsed >= this.knockAt) {
      this.knockAt = ms(now.elapsed + takeover);
      this.context.sendAll(await this.knock(now));
    }
    return null;
  }

  private async knock(now: Moment): Promise<KeysMessage> {
    this.own ??= await this.makeOwn(now);
    return { type: "knock", keyPackage: this.own.bytes, above: this.above, evidence: this.evidence };
  }

  /** Someone who may know of a group has just shown itself: ask it now, not with the next round. */
  async noticed(terminal: IdText, now: Moment): Promise<void> {
    if (this.asked.has(terminal)) return;
    this.asked.add(terminal);
    this.context.send(terminal, await this.knock(now));
  }

  private makeOwn(now: Moment): Promise<OwnKeyPackage> {
    const { engine } = this.context.config;
    const { identity } = this.context;
    return makeKeyPackage(engine, identity, lifetimeFrom(now.wall));
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
    if (this.own === null || this.context.joins.size > 0) return null;
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

  /** Commits ourselves in by a group info, and tells everyone; false, with an alarm, when that may not be. */
  async informed(from: IdText, groupInfo: Bytes, now: Moment): Promise<boolean> {
    const read = readMessage(groupInfo, ["mls_group_info"]);
    if (!read.ok) {
      this.complain(read.error, from);
      return false;
    }
    const { groupId, confirmedTranscriptHash } = read.value.groupInfo.groupContext;
    const key = `${hex(groupId)} ${hex(confirmedTranscriptHash)}`;
    // Sent again, not made again, while the others stay where they are.
    const made = this.context.joins.get(key) ?? (await this.commitIn(from, groupInfo, now));
    if (made === null) {
      // As when a member's credential has run out in a cut: what we found in its stead must be one that they leave it for.
      const name = readGroupId(new Uint8Array(groupId));
      if (name !== null && equal(name.call, this.context.config.call)) this.knocked(name.lineage);
      return false;
    }
    this.context.joins.keep(key, made);
    this.notBefore = ms(now.elapsed + 2 * foundingTurn);
    this.context.sendAll({ type: "join", commit: made.commit });
    return true;
  }

  private async commitIn(from: IdText, groupInfo: Bytes, now: Moment): Promise<ExternalJoin | null> {
    const { engine, psk } = this.context.config;
    const joined = await externalJoin(engine, this.context.identity, this.refuseGroup, groupInfo, psk, now.wall);
    if (!joined.ok) {
      this.complain(joined.error, from);
      return null;
    }
    const refused = this.refuseCompany(joined.value.group);
    if (refused === null) return joined.value;
    destroy(joined.value.group);
    this.context.alarm(refused, from);
    return null;
  }

  /** A group of the past or of another call is nobody's fault; everything else is said. */
  private complain(error: ParleyError, from: IdText): void {
    if (error.code !== "MLS_OTHER_GROUP") this.context.alarm(error, from);
  }

  /** The group we wait to be in, once a member's signed word shows that it is there. */
  async hear(signed: SignedBallot): Promise<Group | null> {
    for (const group of this.context.joins.groups()) {
      const read = await this.context.verify(group, signed);
      if (!read.ok || read.value.head !== headOf(group) || idText(read.value.by) === this.context.me) continue;
      this.context.joins.takeGroup(group);
      return group;
    }
    return null;
  }

  /** Another who is outside wants a group above that lineage; what we found must be one that it may enter. */
  knocked(above: number): void {
    this.highest = Math.max(this.highest, above);
  }
}
