// Commits by which we bring ourselves in from outside, each with the group that it leads to. More than one may be on its way,
// and any of them may be the one that the others take, also after we have come in by another; so all are kept for a while.
import { type Bytes, equal } from "@parley/base/bytes";
import { destroy } from "./commit.ts";
import type { Group } from "./group.ts";
import type { ExternalJoin } from "./join.ts";

/** Each is made at another epoch, and an epoch lasts seconds at least: older ones are not taken any more. */
const most = 4;

export class PendingJoins {
  /** By the group and epoch that each was made at. */
  private readonly joins = new Map<string, ExternalJoin>();

  get size(): number {
    return this.joins.size;
  }

  get(madeAt: string): ExternalJoin | null {
    return this.joins.get(madeAt) ?? null;
  }

  keep(madeAt: string, join: ExternalJoin): void {
    this.joins.set(madeAt, join);
    for (const [oldest, { group }] of this.joins) {
      if (this.joins.size <= most) break;
      destroy(group);
      this.joins.delete(oldest);
    }
  }

  /** The group of the first that `isIt` holds for, which is ours to enter and no longer kept; null when there is none. */
  private take(isIt: (join: ExternalJoin) => boolean): Group | null {
    for (const [madeAt, join] of this.joins) {
      if (!isIt(join)) continue;
      this.joins.delete(madeAt);
      return join.group;
    }
    return null;
  }

  takeByCommit(bytes: Bytes): Group | null {
    return this.take(({ commit }) => equal(commit, bytes));
  }

  takeGroup(group: Group): void {
    this.take((join) => join.group === group);
  }

  groups(): readonly Group[] {
    return [...this.joins.values()].map(({ group }) => group);
  }

  clear(): void {
    for (const group of this.groups()) destroy(group);
    this.joins.clear();
  }
}
