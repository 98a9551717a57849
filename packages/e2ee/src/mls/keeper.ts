// The keeper of one call's keys at one terminal: inputs in, outputs out, one at a time. It finds or founds the call's group,
// keeps it moving, and gives the frame cipher its keys. It lives in the terminal's crypto worker, or in Node; the clocks come
// with each input. What a reload loses is never restored: the keeper starts outside and comes back as a new leaf.
import type { Bytes } from "@parley/base/bytes";
import type { IdText } from "@parley/protocol/ids";
import type { Group } from "./group.ts";
import { Inside, type Verdict } from "./inside.ts";
import { KeeperContext } from "./keeperContext.ts";
import type { KeeperConfig, KeeperInput, KeeperOutput, KeeperStatus, Moment } from "./keeperPort.ts";
import {
  type Evidence,
  type KeysMessage,
  type SignedBallot,
  decodeBallot,
  decodeKeysMessage,
  readGroupId,
} from "./message.ts";
import { Outside } from "./outside.ts";

type Seat =
  | { readonly at: "outside"; readonly outside: Outside }
  | { readonly at: "inside"; readonly inside: Inside }
  | { readonly at: "gone" };

export class Keeper {
  private readonly context: KeeperContext;
  private seat: Seat;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(config: KeeperConfig, now: Moment) {
    this.context = new KeeperContext(config);
    const isNew = config.entering === "new";
    this.seat = { at: "outside", outside: new Outside(this.context, 0, null, isNew, now) };
  }

  /** Takes one input and answers what must be done, in order. Inputs that overlap are taken one after the other. */
  handle(input: KeeperInput, now: Moment): Promise<readonly KeeperOutput[]> {
    const done = this.turn.then(async () => {
      await this.take(input, now);
      return this.context.flush();
    });
    this.turn = done.catch(() => undefined);
    return done;
  }

  status(now: Moment): KeeperStatus {
    switch (this.seat.at) {
      case "outside":
        return this.seat.outside.status();
      case "inside":
        return this.seat.inside.status(now.elapsed);
      case "gone":
        return { at: "gone" };
      default:
        return this.seat satisfies never;
    }
  }

  private async take(input: KeeperInput, now: Moment): Promise<void> {
    switch (input.type) {
      case "start":
      case "tick":
        return this.tick(now);
      case "message":
        return this.message(input.from, input.bytes, now);
      case "admit":
        return this.admit(input.terminal, input.party, now);
      case "remove":
        if (input.cutOff) this.context.barred.add(input.terminal);
        return this.inside((inside) => inside.remove(input.terminal, now), now);
      case "rekey":
        return this.inside((inside) => inside.run({ type: "want", want: { type: "rekey" } }, now), now);
      case "renew":
        this.context.identity = { ...this.context.identity, credential: input.credential };
        return this.inside((inside) => inside.renew(input.credential, now), now);
      case "unknownEpoch":
        return this.inside((inside) => inside.run({ type: "unknownEpoch" }, now), now);
      case "end":
        return this.leave();
      default:
        return input satisfies never;
    }
  }

  /** A newcomer may have knocked in vain before, or may not know of us yet; either way it need not wait for the next round. */
  private async admit(terminal: IdText, party: IdText, now: Moment): Promise<void> {
    this.context.roster.set(terminal, party);
    if (!this.context.mayEnter(terminal)) return;
    if (this.seat.at === "outside") await this.seat.outside.noticed(terminal, now);
    if (this.seat.at === "inside") await this.seat.inside.show(terminal);
  }

  private async tick(now: Moment): Promise<void> {
    if (this.seat.at === "outside") {
      const group = await this.seat.outside.tick(now);
      if (group !== null) await this.enter(group, now);
      return;
    }
    await this.inside((inside) => inside.tick(now), now);
  }

  /** Does something inside, and what its verdict means for us; nothing where we are not inside. */
  private async inside(act: (inside: Inside) => Promise<Verdict>, now: Moment): Promise<void> {
    if (this.seat.at !== "inside") return;
    const { inside } = this.seat;
    const verdict = await act(inside);
    switch (verdict.type) {
      case "stay":
        return;
      case "removed": {
        // By a commit of our own that was still on its way when we came in by another?
        const group = this.context.joins.takeByCommit(verdict.bytes);
        if (group !== null) return this.enter(group, now);
        this.context.emit({ type: "removed", by: verdict.by });
        return this.leave();
      }
      case "leave":
        return this.goOutside(inside.lineage(), verdict.evidence, now);
      default:
        return verdict satisfies never;
    }
  }

  private leave(): void {
    if (this.seat.at === "inside") this.seat.inside.close();
    if (this.seat.at === "outside") this.seat.outside.close();
    this.context.joins.clear();
    this.seat = { at: "gone" };
  }

  private async enter(group: Group, now: Moment): Promise<void> {
    if (this.seat.at === "outside") this.seat.outside.close();
    if (this.seat.at === "inside") this.seat.inside.close();
    const inside = new Inside(this.context, group, now);
    this.seat = { at: "inside", inside };
    await inside.begin(now);
  }

  private async goOutside(above: number, evidence: Evidence | null, now: Moment): Promise<void> {
    if (this.seat.at === "inside") this.seat.inside.close();
    this.context.joins.clear();
    const outside = new Outside(this.context, above, evidence, false, now);
    this.seat = { at: "outside", outside };
    await this.tick(now);
  }

  private async message(from: IdText, bytes: Bytes, now: Moment): Promise<void> {
    const read = decodeKeysMessage(bytes);
    if (!read.ok) return this.context.alarm(read.error, from);
    if (!this.context.mayEnter(from)) return;
    if (this.seat.at === "outside") return this.messageOutside(this.seat.outside, from, read.value, now);
    if (this.seat.at === "inside") return this.messageInside(this.seat.inside, from, read.value, now);
  }

  private async messageOutside(outside: Outside, from: IdText, message: KeysMessage, now: Moment): Promise<void> {
    switch (message.type) {
      case "welcome": {
        const group = await outside.welcomed(from, message.welcome);
        return group === null ? undefined : this.enter(group, now);
      }
      case "info":
        await outside.informed(from, message.groupInfo, now);
        return;
      case "ballot": {
        const group = await outside.hear(message.signed);
        return group === null ? outside.noticed(from, now) : this.enter(group, now);
      }
      case "knock":
        return outside.knocked(message.above);
      case "join":
      case "decided":
      case "lost":
        return;
      default:
        return message satisfies never;
    }
  }

  private async messageInside(inside: Inside, from: IdText, message: KeysMessage, now: Moment): Promise<void> {
    switch (message.type) {
      case "knock": {
        const { evidence, keyPackage } = message;
        if (evidence !== null) await this.inside((seat) => seat.shown(evidence), now);
        if (this.seat.at !== "inside" || message.above >= inside.lineage()) return;
        return this.inside((seat) => seat.knocked(from, keyPackage, now), now);
      }
      case "info":
        return this.infoInside(inside, from, message.groupInfo, now);
      case "join":
        return this.inside((seat) => seat.joining(from, message.commit, now), now);
      case "ballot":
        return this.ballotInside(inside, from, message.signed, message.commit, now);
      case "decided":
        return this.inside((seat) => seat.decidedBy(from, message.commit, now), now);
      case "lost":
        return inside.inform(from, now.elapsed);
      case "welcome":
        return;
      default:
        return message satisfies never;
    }
  }

  private async ballotInside(
    inside: Inside,
    from: IdText,
    signed: SignedBallot,
    commit: Bytes | null,
    now: Moment,
  ): Promise<void> {
    const read = decodeBallot(signed);
    if (!read.ok) return this.context.alarm(read.error, from);
    const { group } = read.value;
    const name = readGroupId(group);
    if (name !== null && inside.isLaterThan(group, name.lineage)) return inside.inform(from, now.elapsed);
    return this.inside((seat) => seat.hear(signed, commit, now), now);
  }

  /** A group info that reaches a member: it counts when it is of a later epoch of our group, or of a later group. */
  private async infoInside(inside: Inside, from: IdText, groupInfo: Bytes, now: Moment): Promise<void> {
    const above = inside.lineageToLeaveFor(groupInfo);
    if (above === null) return;
    const outside = new Outside(this.context, above, null, false, now);
    if (await outside.informed(from, groupInfo, now)) {
      inside.close();
      this.seat = { at: "outside", outside };
      return;
    }
    outside.close();
    // We would have to go there and may not; alone where we are, we found one that they come to.
    if (inside.isAlone()) return this.goOutside(above + 1, null, now);
  }
}
