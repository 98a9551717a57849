// Reading a ratchet tree (RFC 9420 section 4.1): who sits where, and what must hold of any tree before it becomes ours.
import type { Bytes } from "@parley/base/bytes";
import { hex } from "@parley/base/bytes";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxLeaves } from "@parley/protocol/limits";
import { type Result, ok } from "@parley/base/result";
import type { LeafNode } from "ts-mls";
import type { RatchetTree } from "ts-mls/ratchetTree.js";
import { type LeafCredential, readLeafCredential } from "./credential.ts";

/** One member: its leaf index, who it is, and the Ed25519 key it signs with. */
export type Member = { readonly leaf: number; readonly credential: LeafCredential; readonly signatureKey: Bytes };

/** The non-blank leaves by leaf index; leaf i is node 2i. */
export function leavesOf(tree: RatchetTree): ReadonlyMap<number, LeafNode> {
  const leaves = new Map<number, LeafNode>();
  for (const [i, node] of tree.entries()) if (node?.nodeType === "leaf") leaves.set(i / 2, node.leaf);
  return leaves;
}

export const memberAt = (leaf: number, node: LeafNode): Result<Member, ParleyError> => {
  const credential = readLeafCredential(node.credential);
  if (!credential.ok) return credential;
  return ok({ leaf, credential: credential.value, signatureKey: new Uint8Array(node.signaturePublicKey) });
};

/** The members of a tree that has passed `refuseTree`. */
export function membersOf(tree: RatchetTree): readonly Member[] {
  const members: Member[] = [];
  for (const [leaf, node] of leavesOf(tree)) {
    const member = memberAt(leaf, node);
    if (!member.ok) throw new Error(`a leaf of our own group has no credential: ${member.error.detail}`);
    members.push(member.value);
  }
  return members;
}

/**
 * Refuses a tree in which one terminal sits twice, a key is used twice (encryption keys of all nodes, signature keys of
 * leaves; RFC 9420 section 12.4.3.1), a credential is not ours, or a leaf lies beyond what a key id can name.
 */
export function refuseTree(tree: RatchetTree): ParleyError | null {
  const terminals = new Set<string>();
  const signatureKeys = new Set<string>();
  const encryptionKeys = new Set<string>();
  for (const [i, node] of tree.entries()) {
    if (node === undefined) continue;
    const key = hex(node.nodeType === "leaf" ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey);
    if (encryptionKeys.has(key)) return problem("MLS_KEY_REUSED", `encryption key of node ${i}`);
    encryptionKeys.add(key);
    if (node.nodeType === "parent") continue;
    if (i / 2 >= maxLeaves) return problem("MLS_GROUP_FULL", `leaf ${i / 2}`);
    const member = memberAt(i / 2, node.leaf);
    if (!member.ok) return member.error;
    const terminal = hex(member.value.credential.terminal);
    if (terminals.has(terminal)) return problem("MLS_TERMINAL_TWICE", `leaf ${i / 2}`);
    terminals.add(terminal);
    const signatureKey = hex(node.leaf.signaturePublicKey);
    if (signatureKeys.has(signatureKey)) return problem("MLS_KEY_REUSED", `signature key of leaf ${i / 2}`);
    signatureKeys.add(signatureKey);
  }
  return null;
}
