// Reading a ratchet tree (RFC 9420 section 4.1): who sits where, and what must hold of any tree before it becomes ours.
import { type Bytes, equal, hex } from "@parley/base/bytes";
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

/** What was read of a leaf before; leaves are never changed, only replaced, and most outlive many commits. */
const read = new WeakMap<LeafNode, Result<LeafCredential, ParleyError>>();

export function memberAt(leaf: number, node: LeafNode): Result<Member, ParleyError> {
  const credential = read.get(node) ?? readLeafCredential(node.credential);
  read.set(node, credential);
  if (!credential.ok) return credential;
  return ok({ leaf, credential: credential.value, signatureKey: new Uint8Array(node.signaturePublicKey) });
}

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

/** A set of byte strings that are random in their first four bytes, as public keys are. */
class KeySet {
  private readonly byStart = new Map<number, Uint8Array[]>();

  /** Adds `key`; false when it was there already. */
  add(key: Uint8Array): boolean {
    const start = new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0);
    const known = this.byStart.get(start);
    if (known === undefined) this.byStart.set(start, [key]);
    else if (known.some((other) => equal(other, key))) return false;
    else known.push(key);
    return true;
  }
}

/** Shorter than any public key of a suite; what is shorter is none. */
const leastKeyBytes = 32;

/**
 * Refuses a tree in which one terminal sits twice, a key is used twice (encryption keys of all nodes, signature keys of
 * leaves; RFC 9420 section 12.4.3.1), a credential is not ours, or a leaf lies beyond what a key id can name.
 */
export function refuseTree(tree: RatchetTree): ParleyError | null {
  const terminals = new Set<string>();
  const signatureKeys = new KeySet();
  const encryptionKeys = new KeySet();
  for (const [i, node] of tree.entries()) {
    if (node === undefined) continue;
    const key = node.nodeType === "leaf" ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey;
    if (key.length < leastKeyBytes) return problem("MLS_INVALID", `encryption key of node ${i}`);
    if (!encryptionKeys.add(key)) return problem("MLS_KEY_REUSED", `encryption key of node ${i}`);
    if (node.nodeType === "parent") continue;
    if (i / 2 >= maxLeaves) return problem("MLS_GROUP_FULL", `leaf ${i / 2}`);
    const member = memberAt(i / 2, node.leaf);
    if (!member.ok) return member.error;
    const terminal = hex(member.value.credential.terminal);
    if (terminals.has(terminal)) return problem("MLS_TERMINAL_TWICE", `leaf ${i / 2}`);
    terminals.add(terminal);
    const { signaturePublicKey } = node.leaf;
    if (signaturePublicKey.length < leastKeyBytes) return problem("MLS_INVALID", `signature key of leaf ${i / 2}`);
    if (!signatureKeys.add(signaturePublicKey)) return problem("MLS_KEY_REUSED", `signature key of leaf ${i / 2}`);
  }
  return null;
}
