import { equal } from "@parley/base/bytes";
import { below } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { after, days, hours } from "@parley/base/time";
import { maxMlsMessageBytes } from "@parley/protocol/limits";
import type { Digest } from "@parley/protocol/signed/hash";
import { type Proposal, createCommit, joinGroupExternal } from "ts-mls";
import { createGroupInfoWithExternalPubAndRatchetTree } from "ts-mls/createCommit.js";
import { decodeMlsMessage } from "ts-mls/message.js";
import { describe, expect, it } from "vitest";
import { judgeChange, refuseProposals } from "./change.ts";
import { commit, merge, processCommit } from "./commit.ts";
import { toMlsCredential } from "./credential.ts";
import { type Group, groupInfo, makeKeyPackage, ownLeaf, toBytes } from "./group.ts";
import { externalJoin, joinFromWelcome, onlyGroup } from "./join.ts";
import {
  type Seat,
  callOf,
  codeOf,
  makeIdentity,
  move,
  seeded,
  testCall,
  testEngine,
  testLifetime,
  testNow,
  testPsk,
  testSuite,
} from "./testing/call.ts";
import { refuseTree } from "./tree.ts";

/** A commit that the library makes without asking us: what a hostile member's own build could send. */
async function hostile(group: Group, proposals: Proposal[], wireAsPublicMessage = false) {
  const { impl } = await testSuite();
  const made = await createCommit(
    { state: group.state, cipherSuite: impl },
    { extraProposals: proposals, ratchetTreeExtension: true, wireAsPublicMessage },
  );
  return toBytes(made.commit);
}

const refusedAs = async (seat: Seat, bytes: Uint8Array) => codeOf(await processCommit(seat.group, bytes));

/** The group as it would be if our own leaf were another terminal's. */
function impersonating(group: Group, terminal: number): Group {
  const at = 2 * ownLeaf(group);
  const ratchetTree = group.state.ratchetTree.map((node, i) => {
    if (i !== at || node?.nodeType !== "leaf" || node.leaf.credential.credentialType !== "basic") return node;
    const identity = node.leaf.credential.identity.slice();
    identity[34] = terminal;
    return { ...node, leaf: { ...node.leaf, credential: { credentialType: "basic" as const, identity } } };
  });
  return { ...group, state: { ...group.state, ratchetTree } };
}

describe("what no commit may do", () => {
  it("[ML3] only Add, Remove, PSK and, from outside, ExternalInit are known", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const extensions: Proposal = {
      proposalType: "group_context_extensions",
      groupContextExtensions: { extensions: [] },
    };
    expect(await refusedAs(b, await hostile(a.group, [extensions]))).toBe("MLS_PROPOSAL_FORBIDDEN");
    const { groupId } = a.group.state.groupContext;
    const reinit: Proposal = {
      proposalType: "reinit",
      reinit: { groupId, version: "mls10", cipherSuite: "MLS_256_XWING_AES256GCM_SHA512_Ed25519", extensions: [] },
    };
    expect(await refusedAs(b, await hostile(a.group, [reinit]))).toBe("MLS_PROPOSAL_FORBIDDEN");
    const custom: Proposal = { proposalType: 0xf123, proposalData: new Uint8Array(3) };
    expect(await refusedAs(b, await hostile(a.group, [custom]))).toBe("MLS_PROPOSAL_FORBIDDEN");
    const external: Proposal = { proposalType: "external_init", externalInit: { kemOutput: new Uint8Array(1120) } };
    expect(refuseProposals([{ proposal: external, senderLeafIndex: 0 }], 0, null)?.code).toBe("MLS_PROPOSAL_FORBIDDEN");
    const remove: Proposal = { proposalType: "remove", remove: { removed: 1 } };
    expect(refuseProposals([{ proposal: remove, senderLeafIndex: 1 }], 0, null)?.code).toBe("MLS_PROPOSAL_FORBIDDEN");
  });

  it("[ML3] a member's commit in the clear is refused", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    expect(await refusedAs(b, await hostile(a.group, [], true))).toBe("MLS_INVALID");
  });

  it("[ML4] nobody comes in without the call's PSK, whether added or from outside", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const own = await makeKeyPackage(a.engine, await makeIdentity(7), testLifetime);
    const add: Proposal = { proposalType: "add", add: { keyPackage: own.publicPackage } };
    expect(await refusedAs(b, await hostile(a.group, [add]))).toBe("MLS_PSK_MISSING");
    const info = await groupInfo(a.group);
    const c = await makeIdentity(8);
    const bare = certain(await externalJoin(a.engine, c, onlyGroup(testCall), info, null, testNow));
    expect(await refusedAs(b, bare.commit)).toBe("MLS_PSK_MISSING");
    const other = certain(await externalJoin(a.engine, c, onlyGroup(testCall), info, testPsk(0x52), testNow));
    // The id is the same, the secret is not: the confirmation tag gives it away.
    expect(await refusedAs(b, other.commit)).toBe("MLS_UNAUTHENTIC");
  });

  it("[ML4] a Welcome without the PSK, or under another, is no way in", async () => {
    const [a] = (await callOf(2)) as [Seat, Seat];
    for (const [made, held, code] of [
      [null, testPsk(), "MLS_PSK_MISSING"],
      [testPsk(0x52), testPsk(), "MLS_PSK_MISSING"],
      [testPsk(), null, "MLS_PSK_MISSING"],
      [testPsk(), testPsk(), "ok"],
    ] as const) {
      const own = await makeKeyPackage(a.engine, await makeIdentity(7), testLifetime);
      const done = certain(await commit({ ...a.group, psk: made }, { add: [own.bytes], now: testNow }));
      if (done.welcome === null) throw new Error("no welcome");
      const joined = await joinFromWelcome(a.engine, own, onlyGroup(testCall), done.welcome, held);
      expect(codeOf(joined)).toBe(code);
    }
  });

  it("[ML5] a removal or a re-key that leaves the committer's key as it was is refused", async () => {
    const [a] = (await callOf(3)) as [Seat];
    const before = a.group.state.ratchetTree;
    const without = before.map((node, i) => (i === 2 ? undefined : node));
    const remove: Proposal = { proposalType: "remove", remove: { removed: 1 } };
    const removal = judgeChange(before, without, [{ proposal: remove, senderLeafIndex: 0 }], 0);
    expect(codeOf(removal)).toBe("MLS_PATH_MISSING");
    expect(codeOf(judgeChange(before, before, [], 0))).toBe("MLS_PATH_MISSING");
  });

  it("[ML6] a leaf stays its terminal's", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    expect(await refusedAs(b, await hostile(impersonating(a.group, 9), []))).toBe("MLS_LEAF_CHANGED_HANDS");
  });

  it("[ML7] one terminal sits in one leaf", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const twin = await makeIdentity(1); // terminal 1 is b's, under another key
    const own = await makeKeyPackage(a.engine, twin, testLifetime);
    expect(codeOf(await commit(a.group, { add: [own.bytes], now: testNow }))).toBe("MLS_TERMINAL_TWICE");
    expect(await refusedAs(b, await hostile(impersonating(a.group, 1), []))).toBe("MLS_TERMINAL_TWICE");
  });

  it("[ML7] someone who comes in from outside takes nobody's leaf but his own former one", async () => {
    const [a, b] = (await callOf(2, null)) as [Seat, Seat];
    const { impl } = await testSuite();
    const thief = await makeIdentity(9);
    const own = await makeKeyPackage(a.engine, thief, testLifetime);
    const info = await createGroupInfoWithExternalPubAndRatchetTree(a.group.state, [], impl);
    const config = {
      ...a.engine.config,
      keyPackageEqualityConfig: {
        compareKeyPackages: () => false,
        compareKeyPackageToLeafNode: (_: unknown, leaf: { signaturePublicKey: Uint8Array }) =>
          equal(leaf.signaturePublicKey, a.identity.signaturePublicKey),
      },
    };
    const { publicMessage } = await joinGroupExternal(
      info,
      own.publicPackage,
      own.privatePackage,
      true,
      impl,
      undefined,
      config,
    );
    const bytes = toBytes({ version: "mls10", wireformat: "mls_public_message", publicMessage });
    expect(await refusedAs(b, bytes)).toBe("MLS_LEAF_CHANGED_HANDS");
  });

  it("[ML8] no key is in a tree twice", async () => {
    const [a, b] = (await callOf(2, null)) as [Seat, Seat];
    const [c, d] = [await makeIdentity(7), await makeIdentity(8)];
    const { suite } = a.engine;
    const same = await suite.impl.hpke.generateKeyPair();
    const adds: Proposal[] = [];
    for (const identity of [c, d]) {
      const pairs = [await suite.impl.hpke.generateKeyPair(), same]; // for the Welcome, for the leaf
      const generateKeyPair = async () => pairs.shift() ?? same;
      const impl = { ...suite.impl, hpke: { ...suite.impl.hpke, generateKeyPair } };
      const engine = { ...a.engine, suite: { ...suite, impl } };
      const { publicPackage } = await makeKeyPackage(engine, identity, testLifetime);
      adds.push({ proposalType: "add", add: { keyPackage: publicPackage } });
    }
    expect(await refusedAs(b, await hostile(a.group, adds))).toBe("MLS_KEY_REUSED");
  });

  it("[ML9] a leaf beyond what a frame's key id can name is refused", async () => {
    const [a] = (await callOf(2)) as [Seat];
    const [leaf] = a.group.state.ratchetTree;
    const tree = Array.from({ length: 513 }, (): typeof leaf => undefined);
    tree[512] = leaf;
    expect(refuseTree(tree)?.code).toBe("MLS_GROUP_FULL");
    tree[510] = leaf;
    tree[512] = undefined;
    expect(refuseTree(tree)).toBe(null);
  });

  it("[ML9] a group info with a tree of blanks beyond that is refused before anything of it is hashed", async () => {
    const [a] = (await callOf(2)) as [Seat];
    const [leaf] = a.group.state.ratchetTree;
    const wide = Array.from({ length: 1023 }, (_, i) => (i === 1022 ? leaf : undefined));
    const group = { ...a.group, state: { ...a.group.state, ratchetTree: wide } };
    const info = await groupInfo(group);
    const { impl } = a.engine.suite;
    let digests = 0;
    const hash = { ...impl.hash, digest: (data: Uint8Array) => (digests++, impl.hash.digest(data)) };
    const counting = { ...a.engine, suite: { ...a.engine.suite, impl: { ...impl, hash } } };
    const joined = await externalJoin(counting, await makeIdentity(7), onlyGroup(testCall), info, testPsk(), testNow);
    expect(codeOf(joined)).toBe("MLS_GROUP_FULL");
    expect(digests).toBe(0);
  });

  it("[ML9] a key package outside its lifetime, or of another credential type, is not added", async () => {
    const [a] = (await callOf(2)) as [Seat];
    const make = async (from: number, to: number) => {
      const lifetime = { notBefore: after(testNow, hours(from)), notAfter: after(testNow, hours(to)) };
      return makeKeyPackage(a.engine, await makeIdentity(7), lifetime);
    };
    const codeFor = async (bytes: Uint8Array<ArrayBuffer>, now = testNow) =>
      codeOf(await commit(a.group, { add: [bytes], now }));
    expect(await codeFor((await make(-3, -1)).bytes)).toBe("MLS_KEY_PACKAGE_STALE");
    expect(await codeFor((await make(1, 3)).bytes)).toBe("MLS_KEY_PACKAGE_STALE");
    expect(await codeFor((await make(-1, 3)).bytes, after(testNow, days(1)))).toBe("MLS_KEY_PACKAGE_STALE");
    expect(await codeFor((await make(-1, 3)).bytes)).toBe("ok");
  });

  it("[ML9] a leaf whose credential does not validate is refused: added, from outside, in a path, and at the join", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const c = await makeIdentity(7);
    const picky = await testEngine(async (credential) => credential.terminal[1] !== 7 && credential.chain[0] !== 0xbb);
    const strict: Seat = {
      ...b,
      group: { ...b.group, engine: picky, state: { ...b.group.state, clientConfig: picky.config } },
    };
    const own = await makeKeyPackage(a.engine, c, testLifetime);
    const added = certain(await commit(a.group, { add: [own.bytes], now: testNow }));
    expect(await refusedAs(strict, added.commit)).toBe("MLS_CREDENTIAL_REFUSED");
    const outside = certain(
      await externalJoin(a.engine, c, onlyGroup(testCall), await groupInfo(a.group), testPsk(), testNow),
    );
    expect(await refusedAs(strict, outside.commit)).toBe("MLS_CREDENTIAL_REFUSED");
    const bad = { ...a.identity.credential, chain: new Uint8Array(32).fill(0xbb) as Digest };
    const renewed = certain(await commit(a.group, { credential: bad }));
    expect(await refusedAs(strict, renewed.commit)).toBe("MLS_CREDENTIAL_REFUSED");
    const joiner = await makeKeyPackage(a.engine, await makeIdentity(8), testLifetime);
    const all = certain(await commit(merge(added.staged), { add: [joiner.bytes], now: testNow }));
    if (all.welcome === null) throw new Error("no welcome");
    expect(codeOf(await joinFromWelcome(picky, joiner, onlyGroup(testCall), all.welcome, testPsk()))).toBe(
      "MLS_CREDENTIAL_REFUSED",
    );
  });

  it("[ML11] what is not for this group and this epoch is told apart, and moves nothing", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const [x] = (await callOf(2)) as [Seat];
    const foreign = { ...x.group, state: { ...x.group.state } };
    foreign.state.groupContext = { ...foreign.state.groupContext, groupId: new Uint8Array(16) };
    expect(await refusedAs(b, await hostile(foreign, []))).toBe("MLS_OTHER_GROUP");
    const first = certain(await commit(a.group, {})).commit;
    const [b2] = (await move(b, [a], {})) as [Seat];
    expect(await refusedAs(b2, first)).toBe("MLS_OTHER_EPOCH");
    expect(await refusedAs(b2, new Uint8Array(maxMlsMessageBytes + 1))).toBe("MESSAGE_TOO_LARGE");
    expect(await refusedAs(b2, new Uint8Array(0))).toBe("MLS_MALFORMED");
    expect(await refusedAs(b2, await groupInfo(b2.group))).toBe("MLS_MALFORMED");
  });

  it("[ML11] a commit bent in any one bit is refused and the group stays as it was (200 bits drawn)", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const made = certain(await commit(a.group, {}));
    const random = seeded("bits");
    for (let i = 0; i < 200; i++) {
      const bent = made.commit.slice();
      const bit = below(random, 8 * bent.length);
      bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
      expect((await processCommit(b.group, bent)).ok).toBe(false);
    }
    expect(codeOf(await processCommit(b.group, made.commit))).toBe("ok");
  });

  it("[ML11] any bytes are answered, never thrown at", async () => {
    const [, b] = (await callOf(2)) as [Seat, Seat];
    const random = seeded("noise");
    const own = await makeKeyPackage(b.engine, await makeIdentity(7), testLifetime);
    for (let i = 0; i < 300; i++) {
      const bytes = random(below(random, 400));
      if (i % 2 === 0 && bytes.length > 4) bytes.set([0, 1, 0, 1 + (i % 5)]);
      expect((await processCommit(b.group, bytes)).ok).toBe(false);
      expect((await joinFromWelcome(b.engine, own, onlyGroup(testCall), bytes, testPsk())).ok).toBe(false);
      expect((await externalJoin(b.engine, b.identity, onlyGroup(testCall), bytes, testPsk(), testNow)).ok).toBe(false);
      expect((await commit(b.group, { add: [bytes], now: testNow })).ok).toBe(false);
    }
  });

  it("a group info that is not signed by its signer, or bent, is no way in", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const bytes = await groupInfo(a.group);
    const random = seeded("info");
    for (let i = 0; i < 100; i++) {
      const bent = bytes.slice();
      const bit = below(random, 8 * bent.length);
      bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
      expect((await externalJoin(b.engine, b.identity, onlyGroup(testCall), bent, testPsk(), testNow)).ok).toBe(false);
    }
  });

  it("[ML1] a member's signature key never shows in the state, and cannot be taken out", async () => {
    const [a] = (await callOf(2)) as [Seat];
    expect(a.identity.signatureKey.extractable).toBe(false);
    expect(a.group.state.signaturePrivateKey.length).toBe(16);
    await expect(crypto.subtle.exportKey("pkcs8", a.identity.signatureKey)).rejects.toThrow();
    const stranger = {
      ...a.group,
      state: { ...a.group.state, signaturePrivateKey: a.group.state.signaturePrivateKey.slice() },
    };
    expect((await commit(stranger, {})).ok).toBe(false); // the same bytes, another object: no key behind it
    expect(toMlsCredential(a.identity.credential).credentialType).toBe("basic");
  });

  it("[ML11] commits of calls of up to five terminals are of one length, whatever they do", async () => {
    const seats = await callOf(4);
    const [a] = seats as [Seat];
    const own = await makeKeyPackage(a.engine, await makeIdentity(9), testLifetime);
    const lengths = [
      certain(await commit(a.group, {})),
      certain(await commit(a.group, { remove: [2] })),
      certain(await commit(a.group, { add: [own.bytes], now: testNow })),
    ].map((made) => {
      const read = decodeMlsMessage(made.commit, 0);
      return read?.[0].wireformat === "mls_private_message" ? read[0].privateMessage.ciphertext.length : 0;
    });
    expect(new Set(lengths).size).toBe(1);
  });
});
