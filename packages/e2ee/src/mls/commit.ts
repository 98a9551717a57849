// Moving a group from epoch to epoch: making a commit, judging one of others, and then swapping the state or dropping it.
// A commit is staged first and the old state stays whole until `merge`; what is left behind then is zeroed, because a secret
// of a past epoch must not be found in memory later (RFC 9420 section 9.2). Commits of members travel as PrivateMessage only.
import { type Bytes, equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxClockSkewMs } from "@parley/protocol/limits";
import {
  type ClientState,
  type IncomingMessageCallback,
  type MLSMessage,
  type Proposal,
  type PskIndex,
  createCommit,
  processPrivateMessage,
  processPublicMessage,
} from "ts-mls";
import { allSecretTreeValues } from "ts-mls/secretTree.js";
import { type Change, type Proposed, judgeChange, refuseProposals } from "./change.ts";
import { type LeafCredential, toMlsCredential } from "./credential.ts";
import { type Group, blamed, ownLeaf, readMessage, refuseLifetime, toBytes } from "./group.ts";
import type { CallPsk } from "./psk.ts";

/** A commit that may yet happen: both states whole, and what it changes. */
export type Staged = {
  readonly from: Group;
  readonly to: Group;
  readonly change: Change;
  readonly consumed: readonly Uint8Array[];
};

/** What we want a commit to do; an empty one re-keys. */
export type Wanted = {
  /** MLSMessages with the key packages of those who come in; each needs the call's PSK, which is added by itself. */
  readonly add?: readonly Bytes[];
  /** Leaves that go. */
  readonly remove?: readonly number[];
  /** Our credential after renewal: the same terminal and signature key, another chain. */
  readonly credential?: LeafCredential;
  /** The wall clock, against which key packages are held; needed with `add`. */
  readonly now?: Instant;
};

export type OwnCommit = { readonly staged: Staged; readonly commit: Bytes; readonly welcome: Bytes | null };

/** The PSKs of a call as the library looks them up. */
export const pskIndexOf = (psk: CallPsk | null): PskIndex => ({
  findPsk: (id) => (id.psktype === "external" && psk !== null && equal(id.pskId, psk.id) ? psk.secret : undefined),
});

export const pskProposal = (psk: CallPsk, nonce: Bytes): Proposal => ({
  proposalType: "psk",
  psk: { preSharedKeyId: { psktype: "external", pskId: psk.id, pskNonce: nonce } },
});

/** Our own leaf under a renewed credential; the update path then carries it, signed, to everyone. */
function withCredential(state: ClientState, credential: LeafCredential): ClientState {
  const at = state.privatePath.leafIndex * 2;
  const ratchetTree = state.ratchetTree.map((node, i) =>
    i === at && node?.nodeType === "leaf"
      ? { ...node, leaf: { ...node.leaf, credential: toMlsCredential(credential) } }
      : node,
  );
  return { ...state, ratchetTree };
}

/** Makes a commit and stages it. The group itself is untouched: `merge` what others accepted, `drop` what lost. */
export async function commit(group: Group, wanted: Wanted): Promise<Result<OwnCommit, ParleyError>> {
  const { suite } = group.engine;
  const proposals: Proposal[] = [];
  for (const bytes of wanted.add ?? []) {
    const read = readMessage(bytes, ["mls_key_package"]);
    if (!read.ok) return read;
    if (wanted.now === undefined) throw new Error("adding a member needs the time");
    const stale = refuseLifetime(read.value.keyPackage, wanted.now, maxClockSkewMs);
    if (stale !== null) return fail(stale);
    proposals.push({ proposalType: "add", add: { keyPackage: read.value.keyPackage } });
  }
  for (const removed of wanted.remove ?? []) proposals.push({ proposalType: "remove", remove: { removed } });
  if ((wanted.add ?? []).length > 0 && group.psk !== null)
    proposals.push(pskProposal(group.psk, suite.random(suite.impl.kdf.size)));
  if (wanted.credential !== undefined && proposals.length > 0 && (wanted.remove ?? []).length === 0)
    throw new Error("a credential is renewed by a re-key or a removal, not while adding");
  const state = wanted.credential === undefined ? group.state : withCredential(group.state, wanted.credential);
  try {
    const made = await createCommit(
      { state, pskIndex: pskIndexOf(group.psk), cipherSuite: suite.impl },
      { extraProposals: proposals, ratchetTreeExtension: true },
    );
    const own = ownLeaf(group);
    const change = judgeChange(
      group.state.ratchetTree,
      made.newState.ratchetTree,
      proposals.map((proposal) => ({ proposal, senderLeafIndex: own })),
      own,
    );
    if (!change.ok) return change;
    const welcome: MLSMessage | null =
      made.welcome === undefined ? null : { version: "mls10", wireformat: "mls_welcome", welcome: made.welcome };
    return ok({
      staged: { from: group, to: { ...group, state: made.newState }, change: change.value, consumed: made.consumed },
      commit: toBytes(made.commit),
      welcome: welcome === null ? null : toBytes(welcome),
    });
  } catch (error) {
    return fail(blamed(error));
  }
}

/**
 * A commit of another: staged, or our own removal, after which this group's keys are of no use to us. `by` is the member that
 * removed us; null is our own terminal, which came back from outside.
 */
export type Incoming =
  { readonly kind: "staged"; readonly staged: Staged } | { readonly kind: "removed"; readonly by: number | null };

/** Judges a commit of another against the group, and stages it. Own commits that come back are not for this function. */
export async function processCommit(group: Group, bytes: Uint8Array): Promise<Result<Incoming, ParleyError>> {
  const read = readMessage(bytes, ["mls_private_message", "mls_public_message"]);
  if (!read.ok) return read;
  const message = read.value;
  const { groupContext } = group.state;
  const addressed =
    message.wireformat === "mls_private_message" ? message.privateMessage : message.publicMessage.content;
  if (!equal(addressed.groupId, groupContext.groupId)) return fail(problem("MLS_OTHER_GROUP"));
  if (addressed.epoch !== groupContext.epoch)
    return fail(problem("MLS_OTHER_EPOCH", `epoch ${addressed.epoch} in ${groupContext.epoch}`));
  if (addressed.contentType !== "commit") return fail(problem("MLS_PROPOSAL_FORBIDDEN", addressed.contentType));
  if (
    message.wireformat === "mls_public_message" &&
    message.publicMessage.content.sender.senderType !== "new_member_commit"
  )
    return fail(problem("MLS_INVALID", "a member's commit in the clear"));

  const own = ownLeaf(group);
  let refused: ParleyError | null = null;
  let proposals: readonly Proposed[] = [];
  let committer: number | null = null;
  let isOut = false;
  const callback: IncomingMessageCallback = (incoming) => {
    if (incoming.kind !== "commit") return "reject";
    proposals = incoming.proposals;
    committer = incoming.senderLeafIndex ?? null;
    refused = refuseProposals(proposals, committer, group.psk);
    // The library looks for our leaf afterwards, and is misled when the same commit gives it to a newcomer.
    isOut = proposals.some(({ proposal }) => proposal.proposalType === "remove" && proposal.remove.removed === own);
    return refused === null && !isOut ? "accept" : "reject";
  };
  const verdict = (): ParleyError | null => refused;
  const wasRemoved = (): boolean => isOut;
  const by = (): number | null => committer;
  const { impl } = group.engine.suite;
  const psks = pskIndexOf(group.psk);
  try {
    const done =
      message.wireformat === "mls_private_message"
        ? await processPrivateMessage(group.state, message.privateMessage, psks, impl, callback)
        : await processPublicMessage(group.state, message.publicMessage, psks, impl, callback);
    const error = verdict();
    if (error !== null) return fail(error);
    if (wasRemoved()) return ok({ kind: "removed", by: by() });
    const state = done.newState;
    if (state.groupContext.epoch !== groupContext.epoch + 1n)
      return fail(problem("MLS_INVALID", "the epoch did not move"));
    const change = judgeChange(group.state.ratchetTree, state.ratchetTree, proposals, by());
    if (!change.ok) return change;
    const staged = { from: group, to: { ...group, state }, change: change.value, consumed: done.consumed };
    return ok({ kind: "staged", staged });
  } catch (error) {
    return fail(blamed(error));
  }
}

function zero(arrays: Iterable<Uint8Array>): void {
  for (const bytes of arrays) bytes.fill(0);
}

/** Every secret of an epoch, except path keys that `kept`, where there is one, still uses. */
function* secretsOf(state: ClientState, kept: ClientState | null): Generator<Uint8Array> {
  yield* Object.values(state.keySchedule);
  yield* allSecretTreeValues(state.secretTree).filter((value) => value !== undefined);
  const still = new Set<Uint8Array>(Object.values(kept?.privatePath.privateKeys ?? {}));
  for (const key of Object.values(state.privatePath.privateKeys)) if (!still.has(key)) yield key;
}

/** Moves on: the group of the new epoch. Nothing may use the old one afterwards; its secrets are zeroed. */
export function merge(staged: Staged): Group {
  const { from, to, consumed } = staged;
  zero(consumed);
  zero(secretsOf(from.state, to.state));
  return { ...to, state: { ...to.state, historicalReceiverData: new Map() } };
}

/** Lets a staged commit go; the group it was made in stays as it was. */
export function drop(staged: Staged): void {
  zero(secretsOf(staged.to.state, staged.from.state));
}

/** Ends a group: all of its secrets are zeroed. */
export function destroy(group: Group): void {
  zero(secretsOf(group.state, null));
}
