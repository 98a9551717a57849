import { hex } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { after, hours } from "@parley/base/time";
import { type Proposal, createCommit, processMessage } from "ts-mls";
import { validateRatchetTree } from "ts-mls/clientState.js";
import { encodeCiphersuite } from "ts-mls/crypto/ciphersuite.js";
import { deriveSecret } from "ts-mls/crypto/kdf.js";
import { createContentCommitSignature } from "ts-mls/framedContent.js";
import { decodeMlsMessage } from "ts-mls/message.js";
import { protectPublicMessage } from "ts-mls/messageProtectionPublic.js";
import { verifyParentHashes } from "ts-mls/parentHash.js";
import { getCommitSecret } from "ts-mls/pathSecrets.js";
import { directPath, leafToNodeIndex, type parent, toLeafIndex, toNodeIndex } from "ts-mls/treemath.js";
import { afterAll, describe, expect, it } from "vitest";
import { commit, processCommit, pskIndexOf, pskProposal } from "./commit.ts";
import { type Group, type Identity, frameBaseKey, groupInfo, makeKeyPackage, ownLeaf, toBytes } from "./group.ts";
import { externalJoin, onlyGroup } from "./join.ts";
import {
  type Seat,
  callOf,
  codeOf,
  letIn,
  makeIdentity,
  move,
  testCall,
  testLifetime,
  testNow,
  testPsk,
  testSuite,
  webRandom,
} from "./testing/call.ts";
import { makeUnpatched } from "./testing/unpatched.ts";

/** Without P1 and P2; with P3, since leaves are signed under its code point. */
const unpatched = makeUnpatched(["clientState.js", "pathSecrets.js", "processMessages.js"]);
const withoutP5 = makeUnpatched(["parentHash.js"]);
const withoutP6 = makeUnpatched(["treemath.js"]);
const withoutP3 = makeUnpatched(["crypto/ciphersuite.js"]);
afterAll(() => {
  unpatched.remove();
  withoutP3.remove();
  withoutP5.remove();
  withoutP6.remove();
});

const treeOf = (group: Group) => group.state.ratchetTree;

/** A call of leaves 0 to 5 without leaf 3, where leaf 0 has just committed, and then two more come in at leaves 3 and 6. */
async function nestedUnmerged(): Promise<Group> {
  let seats = await callOf(6);
  seats = (await move(seats[0] as Seat, seats.slice(1), { remove: [3] })).filter((seat) => ownLeaf(seat.group) !== 3);
  const [first, ...rest] = await move(seats[0] as Seat, seats.slice(1), {});
  const all = await letIn(first as Seat, rest, [20, 21]);
  return (all[0] as Seat).group;
}

/** A group in which only the right half of the tree is taken, so that the root is not on anybody's filtered direct path. */
async function leftHalfEmpty(): Promise<Seat[]> {
  const seats = await callOf(6);
  const [by, other] = [seats[4] as Seat, seats[5] as Seat];
  return move(by, [other], { remove: [0, 1, 2, 3] });
}

/** A commit from outside that is signed as it should be and carries one proposal more. */
async function hostileJoin(group: Group, joiner: Identity, more: Proposal): Promise<Uint8Array> {
  const { engine, psk } = group;
  const joined = certain(await externalJoin(engine, joiner, onlyGroup(testCall), await groupInfo(group), psk, testNow));
  const read = decodeMlsMessage(joined.commit, 0);
  if (read?.[0].wireformat !== "mls_public_message") throw new Error("a public message was due");
  const { content, auth } = read[0].publicMessage;
  if (content.contentType !== "commit" || auth.contentType !== "commit") throw new Error("a commit was due");
  const proposals = [...content.commit.proposals, { proposalOrRefType: "proposal" as const, proposal: more }];
  const { impl } = engine.suite;
  const signed = await createContentCommitSignature(
    group.state.groupContext,
    "mls_public_message",
    { ...content.commit, proposals },
    { senderType: "new_member_commit" },
    new Uint8Array(0),
    joined.group.state.signaturePrivateKey,
    impl.signature,
  );
  const publicMessage = await protectPublicMessage(
    joined.group.state.keySchedule.membershipKey,
    group.state.groupContext,
    {
      wireformat: "mls_public_message",
      content: signed.framedContent,
      auth: { ...auth, signature: signed.signature },
    },
    impl,
  );
  return toBytes({ version: "mls10", wireformat: "mls_public_message", publicMessage });
}

describe("ts-mls 1.6.4 and our patch: each fault first on the library as it is served", () => {
  it("[ML32] P1: a valid tree whose inner parent lists fewer unmerged leaves than an outer one is taken", async () => {
    const group = await nestedUnmerged();
    const tree = treeOf(group);
    const unmerged = (i: number) => {
      const node = tree[i];
      return node?.nodeType === "parent" ? node.parent.unmergedLeaves : null;
    };
    expect([unmerged(3), unmerged(7)]).toEqual([[3], [3, 6]]);
    const { impl } = await testSuite();
    const { groupContext } = group.state;
    const { lifetimeConfig, authService } = group.engine.config;
    const args = [tree, groupContext, lifetimeConfig, authService, groupContext.treeHash, impl] as const;
    const served = (await unpatched.load("clientState.js")) as { validateRatchetTree: typeof validateRatchetTree };
    expect(String(await served.validateRatchetTree(...args))).toMatch(/must list leaf node in its unmerged_leaves/);
    expect(await validateRatchetTree(...args)).toBeUndefined();
  });

  it("[ML32] P1: an unmerged leaf that is blank, or no descendant, is refused", async () => {
    const group = await nestedUnmerged();
    const { impl } = await testSuite();
    const { groupContext } = group.state;
    const { lifetimeConfig, authService } = group.engine.config;
    for (const wrong of [7, 4]) {
      // leaf 7 is blank under node 7; leaf 4 is taken, but not under node 3
      const at = wrong === 7 ? 7 : 3;
      const tree = treeOf(group).map((node, i) =>
        i === at && node?.nodeType === "parent"
          ? { ...node, parent: { ...node.parent, unmergedLeaves: [...node.parent.unmergedLeaves, wrong] } }
          : node,
      );
      const refused = await validateRatchetTree(
        tree,
        groupContext,
        lifetimeConfig,
        authService,
        groupContext.treeHash,
        impl,
      );
      expect(String(refused)).toMatch(/non-blank descendant leaf/);
    }
  });

  it("[ML32] P2: the commit secret is one step beyond the filtered direct path, also under a blank root", async () => {
    const [seat] = (await leftHalfEmpty()) as [Seat, Seat];
    const tree = treeOf(seat.group);
    expect(tree[7]).toBeUndefined(); // the root
    const { impl } = await testSuite();
    const secret = webRandom(64);
    const right = await deriveSecret(secret, "path", impl.kdf);
    const last = toNodeIndex(9); // the parent of leaves 4 and 5, the last node of the filtered path
    expect(hex(await getCommitSecret(tree, last, secret, impl.kdf))).toBe(hex(right));
    const served = (await unpatched.load("pathSecrets.js")) as { getCommitSecret: typeof getCommitSecret };
    expect(hex(await served.getCommitSecret(tree, last, secret, impl.kdf))).not.toBe(hex(right));
  });

  it("[ML32] P4: two bad adds in one commit make one error, not a rejection that nobody handles", async () => {
    const [a] = (await callOf(2)) as [Seat];
    const { impl } = await testSuite();
    const old = { notBefore: after(testNow, hours(-3)), notAfter: after(testNow, hours(-2)) };
    const extraProposals: Proposal[] = [];
    for (const n of [7, 8]) {
      const { publicPackage } = await makeKeyPackage(a.engine, await makeIdentity(n), old);
      extraProposals.push({ proposalType: "add", add: { keyPackage: publicPackage } });
    }
    const others = process.listeners("unhandledRejection");
    const seen: unknown[] = [];
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", (reason) => seen.push(reason));
    try {
      const served = (await unpatched.load("createCommit.js")) as { createCommit: typeof createCommit };
      for (const [create, unhandled] of [
        [createCommit, 0],
        [served.createCommit, 1],
      ] as const) {
        await expect(create({ state: a.group.state, cipherSuite: impl }, { extraProposals })).rejects.toThrow(
          /Lifetime/,
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(seen.length).toBe(unhandled);
      }
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const other of others) process.on("unhandledRejection", other);
    }
  });

  it("[ML32] P5: to check a joiner's tree, leaves that never committed are not hashed again and again", async () => {
    const seats = await callOf(20);
    const [first] = (await move(seats[0] as Seat, seats.slice(1), {})) as [Seat];
    const tree = treeOf(first.group);
    const { impl } = await testSuite();
    let digests = 0;
    const counting = { ...impl.hash, digest: (data: Uint8Array) => (digests++, impl.hash.digest(data)) };
    const served = (await withoutP5.load("parentHash.js")) as { verifyParentHashes: typeof verifyParentHashes };
    expect(await served.verifyParentHashes(tree, counting)).toBe(true);
    const before = digests;
    digests = 0;
    expect(await verifyParentHashes(tree, counting)).toBe(true);
    expect(digests).toBeLessThan(before / 4);
  });

  it("[ML32] P6: an index beyond the tree, in unmerged leaves or in a removal from outside, ends in a refusal, not never", async () => {
    const group = await nestedUnmerged();
    const { impl } = await testSuite();
    const { groupContext } = group.state;
    const { lifetimeConfig, authService } = group.engine.config;
    const tree = treeOf(group).map((node) =>
      node?.nodeType === "parent" ? { ...node, parent: { ...node.parent, unmergedLeaves: [2 ** 20] } } : node,
    );
    await expect(
      validateRatchetTree(tree, groupContext, lifetimeConfig, authService, groupContext.treeHash, impl),
    ).rejects.toThrow(/outside the tree/);
    for (const index of [8, 100, 2 ** 30, 2 ** 32 - 1])
      expect(() => directPath(leafToNodeIndex(toLeafIndex(index)), 8)).toThrow(/outside the tree/);
    // As it is served, the walk to the root goes past it and on: 100 steps on it has still not ended.
    const served = (await withoutP6.load("treemath.js")) as { parent: typeof parent };
    let at = leafToNodeIndex(toLeafIndex(8));
    for (let step = 0; step < 100; step++) at = served.parent(at, 8);
    expect(at).not.toBe(7);
    const remove: Proposal = { proposalType: "remove", remove: { removed: 2 ** 20 } };
    const joiner = await makeIdentity(9);
    const hostile = await hostileJoin(group, joiner, remove);
    expect(codeOf(await processCommit(group, hostile))).toBe("MLS_INVALID");
  });

  it("[ML32] P3: the X-Wing suite has a code point for private use, not one that may be given to another", async () => {
    expect(hex(encodeCiphersuite("MLS_256_XWING_AES256GCM_SHA512_Ed25519"))).toBe("f00d");
    const served = (await withoutP3.load("crypto/ciphersuite.js")) as { encodeCiphersuite: typeof encodeCiphersuite };
    expect(hex(served.encodeCiphersuite("MLS_256_XWING_AES256GCM_SHA512_Ed25519"))).toBe("0053");
  });
});

describe("ts-mls 1.6.4: faults that we go around", () => {
  it("[ML33] a commit with exactly one removal has a path, and the removed cannot follow", async () => {
    const [a, b, c] = (await callOf(3)) as [Seat, Seat, Seat];
    const before = a.group.state.privatePath.privateKeys[0] as Uint8Array;
    const old = hex(before);
    const [a2, c2] = (await move(a, [c], { remove: [1] })) as [Seat, Seat];
    expect(hex(a2.group.state.privatePath.privateKeys[0] as Uint8Array)).not.toBe(old);
    const [x, y] = [await frameBaseKey(a2.group), await frameBaseKey(c2.group)];
    expect(x).toEqual(y);
    expect(await frameBaseKey(b.group)).not.toEqual(x);
  });

  it("[ML33] processMessage forgets the PSKs of a private commit; our way does not", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const { impl } = await testSuite();
    const psk = testPsk();
    const made = await createCommit(
      { state: a.group.state, pskIndex: pskIndexOf(psk), cipherSuite: impl },
      { extraProposals: [pskProposal(psk, webRandom(64))] },
    );
    if (made.commit.wireformat !== "mls_private_message") throw new Error("a private message was due");
    const message = made.commit;
    await expect(processMessage(message, b.group.state, pskIndexOf(psk), () => "accept", impl)).rejects.toThrow(
      /Could not find pskId/,
    );
    // Every add of the other tests carries the PSK in a private commit and is processed.
  });

  it("[ML33] the group info's external_pub is a vector, as RFC 9420 section 12.4.3.2 has it", async () => {
    const [a] = (await callOf(2)) as [Seat];
    const read = decodeMlsMessage(await groupInfo(a.group), 0);
    if (read?.[0].wireformat !== "mls_group_info") throw new Error("a group info was due");
    const data = read[0].groupInfo.extensions.find((e) => e.extensionType === "external_pub")?.extensionData;
    expect(data?.length).toBe(2 + 1216);
    expect(hex((data as Uint8Array).slice(0, 2))).toBe("44c0"); // 1216 as a two-byte length
  });

  it("[ML33] a removed member whose leaf goes to a newcomer in the same commit still learns that it is out", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];

    const own = await makeKeyPackage(a.engine, await makeIdentity(9), testLifetime);
    const made = certain(await commit(a.group, { add: [own.bytes], remove: [1], now: testNow }));
    expect(made.staged.change.added[0]?.leaf).toBe(1);
    expect(certain(await processCommit(b.group, made.commit))).toEqual({ kind: "removed", by: 0 });
  });
});
