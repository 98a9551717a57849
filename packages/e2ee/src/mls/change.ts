// The invariants of every commit, ours or theirs, checked before the group moves (rules ML3 to ML9 of docs/spec/keys.md).
// The library checks RFC 9420; this file checks what calls add to it, and again the one thing that must never fail: that a
// removal gives fresh secrets to those who stay. Pure: two trees and the proposals between them in, a verdict out.
import { type Bytes, equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Proposal } from "ts-mls";
import type { RatchetTree } from "ts-mls/ratchetTree.js";
import { sameTerminal } from "./credential.ts";
import type { CallPsk } from "./psk.ts";
import { type Member, leavesOf, memberAt, refuseTree } from "./tree.ts";

/** What one commit did. `committer` is the leaf after the commit; `external` is a member that came back by itself. */
export type Change = {
  readonly committer: number;
  readonly external: boolean;
  readonly added: readonly Member[];
  readonly removed: readonly Member[];
};

/** Proposals as the library reports them, with who proposed (undefined: the committer of an external commit). */
export type Proposed = { readonly proposal: Proposal; readonly senderLeafIndex: number | undefined };

/**
 * Refuses proposals that calls do not know, and commits that let someone in without the call's PSK.
 * `committer` is null for an external commit.
 */
export function refuseProposals(
  proposals: readonly Proposed[],
  committer: number | null,
  psk: CallPsk | null,
): ParleyError | null {
  let entries = committer === null ? 1 : 0;
  let psks = 0;
  for (const { proposal, senderLeafIndex } of proposals) {
    if (committer !== null && senderLeafIndex !== committer)
      return problem("MLS_PROPOSAL_FORBIDDEN", "a proposal of another than the committer");
    switch (proposal.proposalType) {
      case "add":
        entries++;
        break;
      case "remove":
        break;
      case "external_init":
        if (committer !== null) return problem("MLS_PROPOSAL_FORBIDDEN", "external_init by a member");
        break;
      case "psk": {
        const id = proposal.psk.preSharedKeyId;
        if (id.psktype !== "external" || psk === null || !equal(id.pskId, psk.id))
          return problem("MLS_PSK_MISSING", "a PSK of another call");
        psks++;
        break;
      }
      default:
        return problem("MLS_PROPOSAL_FORBIDDEN", String(proposal.proposalType));
    }
  }
  if (entries > 0 && psk !== null && psks !== 1) return problem("MLS_PSK_MISSING", "someone enters without the PSK");
  return null;
}

/** What a commit from `before` to `after` changed, or why it must not happen. */
export function judgeChange(
  before: RatchetTree,
  after: RatchetTree,
  proposals: readonly Proposed[],
  committer: number | null,
): Result<Change, ParleyError> {
  const broken = refuseTree(after);
  if (broken !== null) return fail(broken);
  const was = leavesOf(before);
  const is = leavesOf(after);
  const removals = new Set<number>();
  let adds = 0;
  for (const { proposal } of proposals) {
    if (proposal.proposalType === "remove") removals.add(proposal.remove.removed);
    if (proposal.proposalType === "add") adds++;
  }
  const added: Member[] = [];
  for (const [leaf, node] of is) {
    const old = removals.has(leaf) ? undefined : was.get(leaf);
    const member = memberAt(leaf, node);
    if (!member.ok) return member;
    if (old === undefined) {
      added.push(member.value);
      continue;
    }
    const former = memberAt(leaf, old);
    if (!former.ok) return former;
    if (!sameTerminal(former.value.credential, member.value.credential))
      return fail(problem("MLS_LEAF_CHANGED_HANDS", `leaf ${leaf}`));
    if (leaf !== committer && !equal(old.hpkePublicKey, node.hpkePublicKey))
      return fail(problem("MLS_INVALID", `leaf ${leaf} changed in a commit of another`));
  }
  const removed: Member[] = [];
  for (const [leaf, node] of was) {
    if (!removals.has(leaf)) {
      if (!is.has(leaf)) return fail(problem("MLS_INVALID", `leaf ${leaf} is gone without a proposal`));
      continue;
    }
    const member = memberAt(leaf, node);
    if (!member.ok) return member;
    removed.push(member.value);
  }
  return committer === null
    ? judgeExternal(added, removed)
    : judgeMember(
        was.get(committer)?.hpkePublicKey,
        is.get(committer)?.hpkePublicKey,
        {
          committer,
          external: false,
          added,
          removed,
        },
        adds,
        proposals.length,
      );
}

/** A commit by a member: as many leaves as adds, and fresh secrets unless it only lets people in (RFC 9420 section 12.4). */
function judgeMember(
  oldKey: Uint8Array | undefined,
  newKey: Uint8Array | undefined,
  change: Change,
  adds: number,
  proposals: number,
): Result<Change, ParleyError> {
  if (oldKey === undefined || newKey === undefined) return fail(problem("MLS_INVALID", "the committer is no member"));
  if (change.added.length !== adds) return fail(problem("MLS_INVALID", "leaves appeared without a proposal"));
  const needsPath = proposals === 0 || change.removed.length > 0;
  if (needsPath && equal(oldKey, newKey))
    return fail(problem("MLS_PATH_MISSING", `commit of leaf ${change.committer}`));
  return ok(change);
}

/** A commit by someone who joins by himself: exactly one leaf appears, and only a former leaf of the same terminal goes. */
function judgeExternal(added: readonly Member[], removed: readonly Member[]): Result<Change, ParleyError> {
  const [joiner] = added;
  if (joiner === undefined || added.length !== 1)
    return fail(problem("MLS_INVALID", "an external commit without a joiner"));
  if (removed.some((member) => !sameTerminal(member.credential, joiner.credential)))
    return fail(problem("MLS_LEAF_CHANGED_HANDS", "an external commit removes another terminal"));
  return ok({ committer: joiner.leaf, external: true, added, removed });
}

/** Whether the PSK ids that a Welcome used are exactly the one of the call. */
export function refuseUsedPsks(used: readonly Bytes[], psk: CallPsk | null): ParleyError | null {
  if (psk === null) return used.length === 0 ? null : problem("MLS_PSK_MISSING", "a PSK where the call has none");
  const [only] = used;
  if (used.length !== 1 || only === undefined || !equal(only, psk.id))
    return problem("MLS_PSK_MISSING", "the Welcome does not use the call's PSK");
  return null;
}
