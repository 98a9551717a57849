// The two ways into a group: by the Welcome of someone inside (RFC 9420 section 12.4.3.1), or by oneself, with a commit from
// outside (12.4.3.2) after a gap, a crash or a reload. Both need the call's PSK; the library's own external join cannot carry
// one, so this file builds it from the library's parts. A terminal that comes back takes its former leaf out in the same commit.
import { equal } from "@parley/base/bytes";
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxLeaves } from "@parley/protocol/limits";
import { type GroupInfo, type Proposal, type PskIndex, joinGroup } from "ts-mls";
import { nextEpochContext, exportSecret as exportToGroup, validateRatchetTree } from "ts-mls/clientState.js";
import { createConfirmationTag, createContentCommitSignature } from "ts-mls/framedContent.js";
import { ratchetTreeFromExtension, verifyGroupInfoSignature } from "ts-mls/groupInfo.js";
import { initializeEpoch } from "ts-mls/keySchedule.js";
import { protectPublicMessage } from "ts-mls/messageProtectionPublic.js";
import { CryptoError } from "ts-mls/mlsError.js";
import { getCommitSecret, pathToPathSecrets } from "ts-mls/pathSecrets.js";
import { toPrivateKeyPath, updateLeafKey } from "ts-mls/privateKeyPath.js";
import { accumulatePskSecret } from "ts-mls/pskIndex.js";
import { type RatchetTree, addLeafNode, removeLeafNode } from "ts-mls/ratchetTree.js";
import { createSecretTree } from "ts-mls/secretTree.js";
import { treeHashRoot } from "ts-mls/treeHash.js";
import { leafWidth, nodeToLeafIndex, toLeafIndex, toNodeIndex } from "ts-mls/treemath.js";
import { createUpdatePath } from "ts-mls/updatePath.js";
import { refuseUsedPsks } from "./change.ts";
import { pskIndexOf, pskProposal } from "./commit.ts";
import { sameTerminal } from "./credential.ts";
import {
  type Engine,
  type Group,
  type Identity,
  type OwnKeyPackage,
  blamed,
  externalPubOf,
  makeKeyPackage,
  readMessage,
  toBytes,
} from "./group.ts";
import type { CallPsk } from "./psk.ts";
import { leavesOf, memberAt, refuseTree } from "./tree.ts";

/** Why a group with this id is not for us, or null. */
export type RefuseGroup = (groupId: Bytes) => ParleyError | null;

/** Admits the one group. */
export const onlyGroup =
  (id: Bytes): RefuseGroup =>
  (groupId) =>
    equal(groupId, id) ? null : problem("MLS_OTHER_GROUP");

/**
 * Joins by a Welcome made for `own`, into a group that `refuseGroup` lets pass. Without exactly the call's PSK in it there is no group; a
 * Welcome whose secrets opened but whose group did not means that the two sides hold different PSKs.
 */
export async function joinFromWelcome(
  engine: Engine,
  own: OwnKeyPackage,
  refuseGroup: RefuseGroup,
  welcome: Uint8Array,
  psk: CallPsk | null,
): Promise<Result<Group, ParleyError>> {
  const read = readMessage(welcome, ["mls_welcome"]);
  if (!read.ok) return read;
  if (read.value.welcome.cipherSuite !== engine.suite.impl.name)
    return fail(problem("MLS_INVALID", "another cipher suite"));
  const known = pskIndexOf(psk);
  const used: Bytes[] = [];
  const index: PskIndex = {
    findPsk: (id) => {
      used.push(id.psktype === "external" ? new Uint8Array(id.pskId) : new Uint8Array(0));
      return known.findPsk(id);
    },
  };
  try {
    const { impl } = engine.suite;
    const { publicPackage, privatePackage } = own;
    const state = await joinGroup(
      read.value.welcome,
      publicPackage,
      privatePackage,
      index,
      impl,
      undefined,
      undefined,
      engine.config,
    );
    const refused = refuseUsedPsks(used, psk) ?? refuseTree(state.ratchetTree) ?? refuseContext(state, refuseGroup);
    if (refused !== null) return fail(refused);
    privatePackage.initPrivateKey.fill(0);
    return ok({ engine, psk, state });
  } catch (error) {
    if (used.length > 0 && error instanceof CryptoError) return fail(problem("MLS_PSK_MISSING", error.message));
    return fail(blamed(error));
  }
}

function refuseContext(
  state: { groupContext: { groupId: Uint8Array; extensions: readonly unknown[] } },
  refuseGroup: RefuseGroup,
): ParleyError | null {
  const refused = refuseGroup(new Uint8Array(state.groupContext.groupId));
  if (refused !== null) return refused;
  return state.groupContext.extensions.length === 0 ? null : problem("MLS_INVALID", "extensions of the group");
}

/** The tree of a group info after all that RFC 9420 section 12.4.3 asks of a joiner, and our own rules. */
async function checkedTree(
  engine: Engine,
  info: GroupInfo,
  refuseGroup: RefuseGroup,
): Promise<Result<RatchetTree, ParleyError>> {
  const { impl } = engine.suite;
  const { config } = engine;
  if (info.groupContext.cipherSuite !== impl.name) return fail(problem("MLS_INVALID", "another cipher suite"));
  const context = refuseContext(info, refuseGroup);
  if (context !== null) return fail(context);
  const tree = ratchetTreeFromExtension(info);
  if (tree === undefined) return fail(problem("MLS_INVALID", "no ratchet tree"));
  // Before anything is hashed: a byte of the message can stand for a whole blank node.
  if (tree.length >= 2 * maxLeaves) return fail(problem("MLS_GROUP_FULL", `${tree.length} nodes`));
  const { treeHash } = info.groupContext;
  const wrong = await validateRatchetTree(
    tree,
    info.groupContext,
    config.lifetimeConfig,
    config.authService,
    treeHash,
    impl,
  );
  if (wrong !== undefined) return fail(blamed(wrong));
  const refused = refuseTree(tree);
  if (refused !== null) return fail(refused);
  const signer = leavesOf(tree).get(info.signer);
  if (signer === undefined) return fail(problem("MLS_INVALID", "signed by a blank leaf"));
  if (!(await verifyGroupInfoSignature(info, signer.signaturePublicKey, impl.signature)))
    return fail(problem("MLS_UNAUTHENTIC", "the group info is not signed by its signer"));
  return ok(tree);
}

/** Our leaf from before, if we have one in there. */
function formerLeaf(tree: RatchetTree, identity: Identity): number | null {
  for (const [leaf, node] of leavesOf(tree)) {
    const member = memberAt(leaf, node);
    if (member.ok && sameTerminal(member.value.credential, identity.credential)) return leaf;
  }
  return null;
}

/** A way in: the group as it will be when the others have accepted `commit`. */
export type ExternalJoin = { readonly group: Group; readonly commit: Bytes };

/** Joins by ourselves from a group info of the epoch the others are in. They refuse the commit once they have moved on. */
export async function externalJoin(
  engine: Engine,
  identity: Identity,
  refuseGroup: RefuseGroup,
  groupInfoBytes: Uint8Array,
  psk: CallPsk | null,
  now: Instant,
): Promise<Result<ExternalJoin, ParleyError>> {
  const read = readMessage(groupInfoBytes, ["mls_group_info"]);
  if (!read.ok) return read;
  const info = read.value.groupInfo;
  try {
    const checked = await checkedTree(engine, info, refuseGroup);
    if (!checked.ok) return checked;
    const externalPub = externalPubOf(info);
    if (externalPub === null) return fail(problem("MLS_INVALID", "no external_pub"));
    return ok(await commitFromOutside(engine, identity, info, checked.value, externalPub, psk, now));
  } catch (error) {
    return fail(blamed(error));
  }
}

/** RFC 9420 section 12.4.3.2, with the PSK proposal that the library's own version leaves out. */
async function commitFromOutside(
  engine: Engine,
  identity: Identity,
  info: GroupInfo,
  tree: RatchetTree,
  externalPub: Uint8Array,
  psk: CallPsk | null,
  now: Instant,
): Promise<ExternalJoin> {
  const { impl, random } = engine.suite;
  const { enc, secret: initSecret } = await exportToGroup(externalPub, impl);
  const proposals: Proposal[] = [{ proposalType: "external_init", externalInit: { kemOutput: enc } }];
  const former = formerLeaf(tree, identity);
  if (former !== null) proposals.push({ proposalType: "remove", remove: { removed: former } });
  if (psk !== null) proposals.push(pskProposal(psk, random(impl.kdf.size)));
  const pskIds = proposals.flatMap((p) => (p.proposalType === "psk" ? [p.psk.preSharedKeyId] : []));
  const [pskSecret] = await accumulatePskSecret(pskIds, pskIndexOf(psk), impl, new Uint8Array(impl.kdf.size));

  const own = await makeKeyPackage(engine, identity, { notBefore: now, notAfter: now });
  const handle = own.privatePackage.signaturePrivateKey;
  const remaining = former === null ? tree : removeLeafNode(tree, toLeafIndex(former));
  const [withLeaf, leafNode] = addLeafNode(remaining, own.publicPackage.leafNode);
  const leaf = nodeToLeafIndex(leafNode);
  const [newTree, path, pathSecrets, leafKey] = await createUpdatePath(withLeaf, leaf, info.groupContext, handle, impl);
  const privatePath = updateLeafKey(
    await toPrivateKeyPath(pathToPathSecrets(pathSecrets), leaf, impl),
    await impl.hpke.exportPrivateKey(leafKey),
  );
  const last = pathSecrets.at(-1);
  const commitSecret =
    last === undefined
      ? new Uint8Array(impl.kdf.size)
      : await getCommitSecret(newTree, toNodeIndex(last.nodeIndex), last.secret, impl.kdf);

  const wireformat = "mls_public_message";
  const { framedContent, signature } = await createContentCommitSignature(
    info.groupContext,
    wireformat,
    { proposals: proposals.map((proposal) => ({ proposalOrRefType: "proposal", proposal })), path },
    { senderType: "new_member_commit" },
    new Uint8Array(0),
    handle,
    impl.signature,
  );
  const treeHash = await treeHashRoot(newTree, impl.hash);
  const groupContext = await nextEpochContext(
    info.groupContext,
    wireformat,
    framedContent,
    signature,
    treeHash,
    info.confirmationTag,
    impl.hash,
  );
  const epoch = await initializeEpoch(initSecret, commitSecret, groupContext, pskSecret, impl.kdf);
  const { confirmationKey, membershipKey } = epoch.keySchedule;
  const confirmationTag = await createConfirmationTag(confirmationKey, groupContext.confirmedTranscriptHash, impl.hash);
  const secretTree = await createSecretTree(leafWidth(newTree.length), epoch.encryptionSecret, impl.kdf);
  const publicMessage = await protectPublicMessage(
    membershipKey,
    groupContext,
    { wireformat, content: framedContent, auth: { contentType: "commit", signature, confirmationTag } },
    impl,
  );
  for (const secret of [initSecret, commitSecret, pskSecret, epoch.encryptionSecret, epoch.joinerSecret])
    secret.fill(0);
  own.privatePackage.initPrivateKey.fill(0);
  own.privatePackage.hpkePrivateKey.fill(0);
  const group: Group = {
    engine,
    psk,
    state: {
      groupContext,
      keySchedule: epoch.keySchedule,
      secretTree,
      ratchetTree: newTree,
      privatePath,
      signaturePrivateKey: handle,
      unappliedProposals: {},
      confirmationTag,
      historicalReceiverData: new Map(),
      groupActiveState: { kind: "active" },
      clientConfig: engine.config,
    },
  };
  return { group, commit: toBytes({ version: "mls10", wireformat, publicMessage }) };
}
