// The commits that lead on from a member's epoch, each checked and staged once, until the order has chosen one of them.
import { type Bytes, equal } from "@parley/base/bytes";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Candidate, Head } from "./ballot.ts";
import { type Staged, drop, processCommit } from "./commit.ts";
import type { Group } from "./group.ts";
import type { KeptMember } from "./keeperPort.ts";
import { candidateOf, kept } from "./roll.ts";

/** A commit with its bytes and, where we made it, the Welcome that goes out once it is decided. */
export type Held = { readonly staged: Staged; readonly bytes: Bytes; readonly welcome: Bytes | null };

export type Judged =
  | { readonly type: "held"; readonly candidate: Candidate }
  | { readonly type: "bad"; readonly error: ParleyError }
  /** It takes our own leaf out. */
  | { readonly type: "removed"; readonly by: number | null; readonly bytes: Bytes };

export class HeldCommits {
  private readonly held = new Map<Head, Held>();

  get(id: Head): Held | null {
    return this.held.get(id) ?? null;
  }

  /** Keeps a commit of ours. */
  keep(commit: Held): Candidate {
    const candidate = candidateOf(commit.staged);
    this.held.set(candidate.id, commit);
    return candidate;
  }

  /** Checks a commit of another against `group`, or knows it again; `mayEnter` is asked about everyone it lets in. */
  async judge(group: Group, bytes: Bytes, mayEnter: (member: KeptMember) => boolean): Promise<Judged> {
    for (const { staged, bytes: known } of this.held.values())
      if (equal(known, bytes)) return { type: "held", candidate: candidateOf(staged) };
    const done = await processCommit(group, bytes);
    if (!done.ok) return { type: "bad", error: done.error };
    if (done.value.kind === "removed") return { type: "removed", by: done.value.by, bytes };
    const { staged } = done.value;
    const stranger = staged.change.added.map(kept).find((member) => !mayEnter(member));
    if (stranger === undefined) return { type: "held", candidate: this.keep({ staged, bytes, welcome: null }) };
    drop(staged);
    return { type: "bad", error: problem("MLS_CREDENTIAL_REFUSED", `${stranger.terminal} may not take part`) };
  }

  /** Takes the one that was decided and lets all others go. */
  settle(id: Head): Held {
    const chosen = this.held.get(id);
    if (chosen === undefined) throw new Error("the order moved to a commit that is not held");
    for (const each of this.held.values()) if (each !== chosen) drop(each.staged);
    this.held.clear();
    return chosen;
  }

  /** Lets all go. */
  clear(): void {
    for (const { staged } of this.held.values()) drop(staged);
    this.held.clear();
  }
}
