// One member's seat in a group: what it takes to carry out what the order decides, with the engine on one side and the frame
// cipher, the other terminals and our station on the other. It holds the group and the commits that lead on from it; it decides
// nothing.
import type { Bytes } from "@parley/base/bytes";
import type { Ms } from "@parley/base/time";
import { type IdText, idText } from "@parley/protocol/ids";
import type { Candidate, Head, Roll } from "./ballot.ts";
import { type Wanted, commit, destroy, merge } from "./commit.ts";
import type { LeafCredential } from "./credential.ts";
import { Door } from "./door.ts";
import { type Group, exportSecret, frameBaseKey, groupIdOf, groupInfo, members, ownLeaf } from "./group.ts";
import { HeldCommits } from "./held.ts";
import type { KeeperContext } from "./keeperContext.ts";
import type { KeptMember, Moment } from "./keeperPort.ts";
import type { GroupName } from "./message.ts";
import type { Place, Saying, Want } from "./orderingState.ts";
import { linkExporterLabel } from "./psk.ts";
import { frameEpoch, headOf, kept, nameOf } from "./roll.ts";

export class Membership {
  readonly held = new HeldCommits();
  readonly door: Door;
  group: Group;
  /** Our credential as it was renewed, until a commit has carried it. */
  renewed: LeafCredential | null = null;
  private readonly context: KeeperContext;
  /** Commits whose frame keys are installed. */
  private readonly prepared = new Set<Head>();
  private last: { readonly base: Head; readonly bytes: Bytes } | null = null;

  constructor(context: KeeperContext, group: Group) {
    this.context = context;
    this.group = group;
    this.door = new Door(this.isExpected);
  }

  readonly isExpected = ({ terminal, party }: Pick<KeptMember, "terminal" | "party">): boolean =>
    this.context.mayEnter(terminal) && this.context.roster.get(terminal) === party;

  name(): GroupName {
    return nameOf(this.group);
  }

  groupId(): Bytes {
    return groupIdOf(this.group);
  }

  /** Gives the frame cipher what it needs from the first epoch on. */
  async begin(): Promise<void> {
    await this.install(this.group);
    await this.moved();
    this.sendWithThis();
  }

  sendWithThis(): void {
    this.context.emit({ type: "sendWith", at: frameEpoch(this.group), ownLeaf: ownLeaf(this.group) });
  }

  /** Ends this group for us. */
  close(): void {
    this.held.clear();
    destroy(this.group);
  }

  /** The commit that goes along with what we say. */
  attachment(saying: Saying): Bytes | null {
    const id =
      saying.type === "propose" || (saying.type === "vote" && saying.whole)
        ? saying.id
        : saying.type === "promise"
          ? saying.accepted?.id
          : undefined;
    return id === undefined ? null : (this.held.get(id)?.bytes ?? null);
  }

  /** Makes a commit of all `wants`; null, with an alarm, when that cannot be. */
  async make(wants: readonly Want[], now: Moment): Promise<Candidate | null> {
    const add: Bytes[] = [];
    const remove: number[] = [];
    for (const want of wants) {
      const bytes = want.type === "add" ? this.door.packageOf(want.ref) : null;
      if (bytes !== null) add.push(bytes);
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
      return null;
    }
    const { staged, commit: bytes, welcome } = made.value;
    return this.held.keep({ staged, bytes, welcome });
  }

  /** Lets the frame cipher open frames of the epoch that `id` leads to. */
  async prepare(id: Head): Promise<void> {
    const staged = this.held.get(id)?.staged;
    if (staged === undefined || this.prepared.has(id)) return;
    this.prepared.add(id);
    await this.install(staged.to);
  }

  private async install(group: Group): Promise<void> {
    const at = frameEpoch(group);
    this.context.lastFrameEpoch = Math.max(this.context.lastFrameEpoch, at.epoch);
    const baseKey = await frameBaseKey(group);
    this.context.emit({ type: "installKeys", at, baseKey, ownLeaf: ownLeaf(group), members: members(group).map(kept) });
  }

  /** Moves to `id`, whose members are `roll`. */
  async merge(id: Head, urgent: boolean, roll: Roll, now: Ms): Promise<void> {
    const { staged, bytes, welcome } = this.held.settle(id);
    const before = headOf(this.group);
    // Of two that were prepared for one epoch the frame cipher keeps the later; make sure that it is this one.
    if (this.prepared.size > 1 || !this.prepared.has(id)) await this.install(staged.to);
    this.prepared.clear();
    this.group = merge(staged);
    this.last = { base: before, bytes };
    if (urgent) {
      const gone = staged.change.removed.map(kept).filter((member) => !roll.has(member.terminal));
      this.context.emit({ type: "blind", at: frameEpoch(this.group), members: gone });
      for (const member of gone) this.context.send(member.terminal, { type: "decided", commit: bytes });
    }
    const { external, removed } = staged.change;
    if (external && removed.length > 0) this.context.emit({ type: "returned", members: removed.map(kept) });
    for (const member of staged.change.added) {
      const terminal = idText(member.credential.terminal);
      this.door.added(terminal, now);
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
  async help(to: IdText, from: Place, now: Ms): Promise<void> {
    if (this.last !== null && from.head === this.last.base)
      return this.context.send(to, { type: "decided", commit: this.last.bytes });
    await this.inform(to, now);
  }

  /** A group info, once a second to each. */
  async inform(to: IdText, now: Ms): Promise<void> {
    if (!this.context.mayEnter(to) || !this.door.mayInform(to, now)) return;
    this.context.send(to, { type: "info", groupInfo: await groupInfo(this.group) });
  }
}
