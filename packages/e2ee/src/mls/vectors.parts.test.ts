import { hex } from "@parley/base/bytes";
import { type CiphersuiteImpl, type Decoder, decodeMlsMessage, defaultKeyRetentionConfig } from "ts-mls";
import {
  type AuthenticatedContent,
  authenticatedContentEncoder,
  decodeAuthenticatedContent,
} from "ts-mls/authenticatedContent.js";
import { encode } from "ts-mls/codec/tlsEncoder.js";
import { determineLength } from "ts-mls/codec/variableLength.js";
import { commitEncoder, decodeCommit } from "ts-mls/commit.js";
import { refhash } from "ts-mls/crypto/hash.js";
import { decryptWithLabel, encryptWithLabel } from "ts-mls/crypto/hpke.js";
import { deriveSecret, deriveTreeSecret, expandWithLabel } from "ts-mls/crypto/kdf.js";
import { signWithLabel, verifyWithLabel } from "ts-mls/crypto/signature.js";
import { type GroupContext, groupContextEncoder } from "ts-mls/groupContext.js";
import { decodeGroupSecrets, encodeGroupSecrets } from "ts-mls/groupSecrets.js";
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from "ts-mls/groupInfo.js";
import { makeKeyPackageRef } from "ts-mls/keyPackage.js";
import { initializeEpoch, mlsExporter } from "ts-mls/keySchedule.js";
import { encodeMlsMessage } from "ts-mls/message.js";
import { unprotectPrivateMessage } from "ts-mls/messageProtection.js";
import { unprotectPublicMessage } from "ts-mls/messageProtectionPublic.js";
import { verifyParentHashes } from "ts-mls/parentHash.js";
import { getCommitSecret, pathToRoot } from "ts-mls/pathSecrets.js";
import { computePskSecret } from "ts-mls/presharedkey.js";
import { decodeProposal, encodeProposal } from "ts-mls/proposal.js";
import {
  addLeafNode,
  decodeRatchetTree,
  encodeRatchetTree,
  removeLeafNode,
  resolution,
  updateLeafNode,
} from "ts-mls/ratchetTree.js";
import { createSecretTree, deriveKey, deriveNonce, ratchetUntil } from "ts-mls/secretTree.js";
import { expandSenderDataKey, expandSenderDataNonce } from "ts-mls/sender.js";
import { createConfirmedHash, createInterimHash } from "ts-mls/transcriptHash.js";
import { treeHash, treeHashRoot } from "ts-mls/treeHash.js";
import {
  leafToNodeIndex,
  leafWidth,
  left,
  nodeWidth,
  parent,
  right,
  root,
  sibling,
  toLeafIndex,
  toNodeIndex,
} from "ts-mls/treemath.js";
import { applyUpdatePath, decodeUpdatePath, firstMatchAncestor } from "ts-mls/updatePath.js";
import { decryptGroupInfo, decryptGroupSecrets } from "ts-mls/welcome.js";
import { describe, expect, it } from "vitest";
import { rfcSuite } from "./testing/rfcSuites.ts";
import { webRandom } from "./testing/call.ts";
import { decoded, haveVectors, unhex, vectors } from "./testing/vectors.ts";

type Suited = { readonly cipher_suite: number };

/** Runs `check` on every case of a family in its suite; answers how many there were. */
async function each<T extends Suited>(
  family: string,
  check: (one: T, impl: CiphersuiteImpl) => Promise<void>,
): Promise<number> {
  const all = vectors<T>(family);
  for (const one of all) await check(one, await rfcSuite(one.cipher_suite, webRandom));
  return all.length;
}

type Hex = string;

/** The suites but the first take every eighth treekem case unless PARLEY_FULL=1: their curves are slow in JavaScript. */
const isFull = process.env["PARLEY_FULL"] === "1";

/** Vectors ask for generations far ahead; calls allow a few. */
const farConfig = { ...defaultKeyRetentionConfig, maximumForwardRatchetSteps: 1_000_000 };

/** The vectors hold the bodies of proposals; the type in front is RFC 9420 section 17.4's. */
const proposalTags: Readonly<Record<string, Hex>> = {
  add_proposal: "0001",
  update_proposal: "0002",
  remove_proposal: "0003",
  pre_shared_key_proposal: "0004",
  re_init_proposal: "0005",
  external_init_proposal: "0006",
  group_context_extensions_proposal: "0007",
};

type Private = {
  readonly index: number;
  readonly encryption_priv: Hex;
  readonly path_secrets: readonly { readonly node: number; readonly path_secret: Hex }[];
};
type Path = {
  readonly sender: number;
  readonly update_path: Hex;
  readonly path_secrets: readonly (Hex | null)[];
  readonly commit_secret: Hex;
  readonly tree_hash_after: Hex;
};
type TreeKem = Suited & {
  readonly group_id: Hex;
  readonly epoch: number;
  readonly confirmed_transcript_hash: Hex;
  readonly ratchet_tree: Hex;
  readonly leaves_private: readonly Private[];
  readonly update_paths: readonly Path[];
};

/** The private keys that a member has, by node. */
async function privateKeys(member: Private, impl: CiphersuiteImpl): Promise<ReadonlyMap<number, Uint8Array>> {
  const keys = new Map<number, Uint8Array>([
    [leafToNodeIndex(toLeafIndex(member.index)), unhex(member.encryption_priv)],
  ]);
  for (const { node, path_secret } of member.path_secrets) {
    const pair = await impl.hpke.deriveKeyPair(await deriveSecret(unhex(path_secret), "node", impl.kdf));
    keys.set(node, await impl.hpke.exportPrivateKey(pair.privateKey));
  }
  return keys;
}

/** The group context that path secrets are sealed under: after the path, before the epoch moves. */
const sealingContext = (one: TreeKem, path: Path, impl: CiphersuiteImpl): Uint8Array =>
  encode(groupContextEncoder)({
    version: "mls10",
    cipherSuite: impl.name,
    groupId: unhex(one.group_id),
    epoch: BigInt(one.epoch),
    treeHash: unhex(path.tree_hash_after),
    confirmedTranscriptHash: unhex(one.confirmed_transcript_hash),
    extensions: [],
  });

describe.skipIf(!haveVectors)("official vectors: the parts", () => {
  it("[ML30] crypto-basics", async () => {
    type Case = Suited & {
      readonly ref_hash: { readonly label: string; readonly value: Hex; readonly out: Hex };
      readonly expand_with_label: {
        readonly secret: Hex;
        readonly label: string;
        readonly context: Hex;
        readonly length: number;
        readonly out: Hex;
      };
      readonly derive_secret: { readonly label: string; readonly secret: Hex; readonly out: Hex };
      readonly derive_tree_secret: {
        readonly secret: Hex;
        readonly label: string;
        readonly generation: number;
        readonly length: number;
        readonly out: Hex;
      };
      readonly sign_with_label: {
        readonly priv: Hex;
        readonly pub: Hex;
        readonly content: Hex;
        readonly label: string;
        readonly signature: Hex;
      };
      readonly encrypt_with_label: {
        readonly priv: Hex;
        readonly pub: Hex;
        readonly label: string;
        readonly context: Hex;
        readonly plaintext: Hex;
        readonly kem_output: Hex;
        readonly ciphertext: Hex;
      };
    };
    const n = await each<Case>("crypto-basics", async (one, { hash, kdf, signature, hpke }) => {
      const r = one.ref_hash;
      expect(hex(await refhash(r.label, unhex(r.value), hash))).toBe(r.out);
      const e = one.expand_with_label;
      expect(hex(await expandWithLabel(unhex(e.secret), e.label, unhex(e.context), e.length, kdf))).toBe(e.out);
      const d = one.derive_secret;
      expect(hex(await deriveSecret(unhex(d.secret), d.label, kdf))).toBe(d.out);
      const t = one.derive_tree_secret;
      expect(hex(await deriveTreeSecret(unhex(t.secret), t.label, t.generation, t.length, kdf))).toBe(t.out);
      const s = one.sign_with_label;
      const content = unhex(s.content);
      expect(await verifyWithLabel(unhex(s.pub), s.label, content, unhex(s.signature), signature)).toBe(true);
      const mine = await signWithLabel(unhex(s.priv), s.label, content, signature);
      expect(await verifyWithLabel(unhex(s.pub), s.label, content, mine, signature)).toBe(true);
      const x = one.encrypt_with_label;
      const key = await hpke.importPrivateKey(unhex(x.priv));
      const context = unhex(x.context);
      expect(hex(await decryptWithLabel(key, x.label, context, unhex(x.kem_output), unhex(x.ciphertext), hpke))).toBe(
        x.plaintext,
      );
      const to = await hpke.importPublicKey(unhex(x.pub));
      const sealed = await encryptWithLabel(to, x.label, context, unhex(x.plaintext), hpke);
      expect(hex(await decryptWithLabel(key, x.label, context, sealed.enc, sealed.ct, hpke))).toBe(x.plaintext);
    });
    expect(n).toBe(7);
  });

  it("[ML30] key-schedule, with the exporter", async () => {
    type Epoch = Readonly<Record<string, Hex>> & {
      readonly exporter: {
        readonly label: string;
        readonly context: Hex;
        readonly length: number;
        readonly secret: Hex;
      };
    };
    type Case = Suited & { group_id: Hex; initial_init_secret: Hex; epochs: readonly unknown[] };
    const of = (epoch: Epoch, name: string) => unhex(epoch[name] as Hex);
    await each<Case>("key-schedule", async (one, impl) => {
      let init: Uint8Array = unhex(one.initial_init_secret);
      for (const [n, raw] of one.epochs.entries()) {
        const epoch = raw as Epoch;
        const context = {
          version: "mls10",
          cipherSuite: impl.name,
          groupId: unhex(one.group_id),
          epoch: BigInt(n),
          treeHash: of(epoch, "tree_hash"),
          confirmedTranscriptHash: of(epoch, "confirmed_transcript_hash"),
          extensions: [],
        } as const;
        const secrets = await initializeEpoch(
          init,
          of(epoch, "commit_secret"),
          { ...context, extensions: [] },
          of(epoch, "psk_secret"),
          impl.kdf,
        );
        const k = secrets.keySchedule;
        expect({
          joiner: hex(secrets.joinerSecret),
          welcome: hex(secrets.welcomeSecret),
          encryption: hex(secrets.encryptionSecret),
          sender: hex(k.senderDataSecret),
          exporter: hex(k.exporterSecret),
          external: hex(k.externalSecret),
          confirm: hex(k.confirmationKey),
          membership: hex(k.membershipKey),
          resumption: hex(k.resumptionPsk),
          authenticator: hex(k.epochAuthenticator),
          init: hex(k.initSecret),
        }).toEqual({
          joiner: epoch["joiner_secret"],
          welcome: epoch["welcome_secret"],
          encryption: epoch["encryption_secret"],
          sender: epoch["sender_data_secret"],
          exporter: epoch["exporter_secret"],
          external: epoch["external_secret"],
          confirm: epoch["confirmation_key"],
          membership: epoch["membership_key"],
          resumption: epoch["resumption_psk"],
          authenticator: epoch["epoch_authenticator"],
          init: epoch["init_secret"],
        });
        const { publicKey } = await impl.hpke.deriveKeyPair(k.externalSecret);
        expect(hex(await impl.hpke.exportPublicKey(publicKey))).toBe(epoch["external_pub"]);
        const x = epoch.exporter;
        expect(hex(await mlsExporter(k.exporterSecret, x.label, unhex(x.context), x.length, impl))).toBe(x.secret);
        init = k.initSecret;
      }
    });
  });

  it("[ML30] psk_secret", async () => {
    type Case = Suited & { psks: readonly { psk_id: Hex; psk: Hex; psk_nonce: Hex }[]; psk_secret: Hex };
    await each<Case>("psk_secret", async (one, impl) => {
      const psks = one.psks.map((psk): Parameters<typeof computePskSecret>[0][number] => [
        { psktype: "external", pskId: unhex(psk.psk_id), pskNonce: unhex(psk.psk_nonce) },
        unhex(psk.psk),
      ]);
      expect(hex(await computePskSecret(psks, impl))).toBe(one.psk_secret);
    });
  });

  it("[ML30] secret-tree", async () => {
    type Row = Readonly<Record<string, Hex>> & { readonly generation: number };
    type Case = Suited & {
      encryption_secret: Hex;
      sender_data: { sender_data_secret: Hex; ciphertext: Hex; key: Hex; nonce: Hex };
      leaves: readonly (readonly unknown[])[];
    };
    await each<Case>("secret-tree", async (one, impl) => {
      const s = one.sender_data;
      const secret = unhex(s.sender_data_secret);
      expect(hex(await expandSenderDataKey(impl, secret, unhex(s.ciphertext)))).toBe(s.key);
      expect(hex(await expandSenderDataNonce(impl, secret, unhex(s.ciphertext)))).toBe(s.nonce);
      const tree = await createSecretTree(one.leaves.length, unhex(one.encryption_secret), impl.kdf);
      for (const [leaf, rows] of one.leaves.entries()) {
        const node = tree[2 * leaf];
        if (node === undefined) throw new Error("a leaf without secrets");
        for (const raw of rows) {
          const row = raw as Row;
          for (const kind of ["handshake", "application"] as const) {
            const [at] = await ratchetUntil(node[kind], row.generation, farConfig, impl.kdf);
            expect(hex(await deriveKey(at.secret, row.generation, impl))).toBe(row[`${kind}_key`]);
            expect(hex(await deriveNonce(at.secret, row.generation, impl))).toBe(row[`${kind}_nonce`]);
          }
        }
      }
    });
  });

  it("[ML30] tree-validation", async () => {
    type Case = Suited & { tree: Hex; group_id: Hex; tree_hashes: readonly Hex[]; resolutions: readonly number[][] };
    await each<Case>("tree-validation", async (one, impl) => {
      const tree = decoded(decodeRatchetTree, one.tree);
      expect(hex(encodeRatchetTree(tree))).toBe(one.tree);
      for (const [i, expected] of one.tree_hashes.entries()) {
        expect(hex(await treeHash(tree, toNodeIndex(i), impl.hash))).toBe(expected);
        expect(resolution(tree, toNodeIndex(i))).toEqual(one.resolutions[i]);
      }
      expect(await verifyParentHashes(tree, impl.hash)).toBe(true);
    });
  });

  it("[ML30] tree-operations", async () => {
    type Case = Suited & {
      tree_before: Hex;
      tree_hash_before: Hex;
      proposal: Hex;
      proposal_sender: number;
      tree_after: Hex;
      tree_hash_after: Hex;
    };
    await each<Case>("tree-operations", async (one, impl) => {
      const before = decoded(decodeRatchetTree, one.tree_before);
      expect(hex(await treeHashRoot(before, impl.hash))).toBe(one.tree_hash_before);
      const proposal = decoded(decodeProposal, one.proposal);
      const after =
        proposal.proposalType === "add"
          ? addLeafNode(before, proposal.add.keyPackage.leafNode)[0]
          : proposal.proposalType === "remove"
            ? removeLeafNode(before, toLeafIndex(proposal.remove.removed))
            : proposal.proposalType === "update"
              ? updateLeafNode(before, proposal.update.leafNode, toLeafIndex(one.proposal_sender))
              : before;
      expect(hex(encodeRatchetTree(after))).toBe(one.tree_after);
      expect(hex(await treeHashRoot(after, impl.hash))).toBe(one.tree_hash_after);
    });
  });

  it("[ML30] treekem: every receiver finds the path secrets and the commit secret", async () => {
    let n = 0;
    let taken = 0;
    const all = await each<TreeKem>("treekem", async (one, impl) => {
      if (!isFull && one.cipher_suite > 1 && n++ % 8 !== 0) return;
      taken++;
      const tree = decoded(decodeRatchetTree, one.ratchet_tree);
      for (const path of one.update_paths) {
        const sender = toLeafIndex(path.sender);
        const update = decoded(decodeUpdatePath, path.update_path);
        const after = await applyUpdatePath(tree, sender, update, impl.hash);
        expect(hex(await treeHashRoot(after, impl.hash))).toBe(path.tree_hash_after);
        for (const receiver of one.leaves_private) {
          const expected = path.path_secrets[receiver.index];
          if (receiver.index === path.sender || expected === null || expected === undefined) continue;
          const at = firstMatchAncestor(tree, toLeafIndex(receiver.index), sender, update);
          const nodes = await privateKeys(receiver, impl);
          const place = at.resolution.findIndex((node) => nodes.has(node));
          const sealed = at.updateNode?.encryptedPathSecret[place];
          const holder = at.resolution[place];
          if (sealed === undefined || holder === undefined) throw new Error("no key for the path");
          const context = sealingContext(one, path, impl);
          const secret = await decryptWithLabel(
            await impl.hpke.importPrivateKey(nodes.get(holder) as Uint8Array),
            "UpdatePathNode",
            context,
            sealed.kemOutput,
            sealed.ciphertext,
            impl.hpke,
          );
          expect(hex(secret)).toBe(expected);
          expect(hex(await getCommitSecret(after, at.nodeIndex, secret, impl.kdf))).toBe(path.commit_secret);
          expect(Object.keys(await pathToRoot(after, at.nodeIndex, secret, impl.kdf)).length).toBeGreaterThan(0);
        }
      }
    });
    console.log(`treekem: ${taken} of ${all} cases`);
  }, 600_000);

  it("[ML30] welcome", async () => {
    type Case = Suited & { init_priv: Hex; key_package: Hex; signer_pub: Hex; welcome: Hex };
    await each<Case>("welcome", async (one, impl) => {
      const keyPackage = decoded(decodeMlsMessage, one.key_package);
      const welcome = decoded(decodeMlsMessage, one.welcome);
      if (keyPackage.wireformat !== "mls_key_package" || welcome.wireformat !== "mls_welcome") throw new Error("kinds");
      const secrets = await decryptGroupSecrets(
        await impl.hpke.importPrivateKey(unhex(one.init_priv)),
        await makeKeyPackageRef(keyPackage.keyPackage, impl.hash),
        welcome.welcome,
        impl.hpke,
      );
      if (secrets === undefined) throw new Error("no group secrets");
      const noPsk = new Uint8Array(impl.kdf.size);
      const info = await decryptGroupInfo(welcome.welcome, secrets.joinerSecret, noPsk, impl);
      if (info === undefined) throw new Error("no group info");
      expect(await verifyGroupInfoSignature(info, unhex(one.signer_pub), impl.signature)).toBe(true);
      expect(await verifyGroupInfoConfirmationTag(info, secrets.joinerSecret, noPsk, impl)).toBe(true);
    });
  });

  it("[ML30] transcript-hashes", async () => {
    type Case = Suited & {
      confirmation_key: Hex;
      authenticated_content: Hex;
      interim_transcript_hash_before: Hex;
      confirmed_transcript_hash_after: Hex;
      interim_transcript_hash_after: Hex;
    };
    await each<Case>("transcript-hashes", async (one, impl) => {
      const { wireformat, content, auth } = decoded(decodeAuthenticatedContent, one.authenticated_content);
      if (content.contentType !== "commit" || auth.contentType !== "commit") throw new Error("not a commit");
      const input = { wireformat, content, signature: auth.signature };
      const confirmed = await createConfirmedHash(unhex(one.interim_transcript_hash_before), input, impl.hash);
      expect(hex(confirmed)).toBe(one.confirmed_transcript_hash_after);
      expect(await impl.hash.verifyMac(unhex(one.confirmation_key), auth.confirmationTag, confirmed)).toBe(true);
      const interim = await createInterimHash(confirmed, auth.confirmationTag, impl.hash);
      expect(hex(interim)).toBe(one.interim_transcript_hash_after);
      expect(hex(encode(authenticatedContentEncoder)({ wireformat, content, auth }))).toBe(one.authenticated_content);
    });
  });

  it("[ML30] message-protection: what others protected opens, and is what it should be", async () => {
    type Case = Suited & Readonly<Record<string, Hex>> & { readonly epoch: number };
    await each<Case>("message-protection", async (one, impl) => {
      const of = (name: string) => unhex(one[name] as Hex);
      const context = {
        version: "mls10",
        cipherSuite: impl.name,
        groupId: of("group_id"),
        epoch: BigInt(one.epoch),
        treeHash: of("tree_hash"),
        confirmedTranscriptHash: of("confirmed_transcript_hash"),
        extensions: [],
      } satisfies GroupContext;
      const key = of("signature_pub");
      for (const kind of ["proposal", "commit", "application"] as const) {
        const opened: AuthenticatedContent[] = [];
        const hidden = decoded(decodeMlsMessage, one[`${kind}_priv`] as Hex);
        if (hidden.wireformat !== "mls_private_message") throw new Error("kinds");
        const secrets = await createSecretTree(2, of("encryption_secret"), impl.kdf);
        const { privateMessage } = hidden;
        const senderSecret = of("sender_data_secret");
        opened.push(
          (await unprotectPrivateMessage(senderSecret, privateMessage, secrets, [], context, farConfig, impl, key))
            .content,
        );
        if (kind !== "application") {
          const shown = decoded(decodeMlsMessage, one[`${kind}_pub`] as Hex);
          if (shown.wireformat !== "mls_public_message") throw new Error("kinds");
          opened.push(await unprotectPublicMessage(of("membership_key"), context, [], shown.publicMessage, impl, key));
        }
        for (const { content } of opened) {
          const bytes =
            content.contentType === "proposal"
              ? encodeProposal(content.proposal)
              : content.contentType === "commit"
                ? encode(commitEncoder)(content.commit)
                : content.applicationData;
          expect(hex(bytes)).toBe(one[kind]);
        }
      }
    });
  });

  it("[ML30] messages: each decodes whole and encodes back to the same bytes", () => {
    type Case = Readonly<Record<string, Hex>>;
    const back = <T>(text: Hex, decoder: Decoder<T>, encoder: (value: T) => Uint8Array) =>
      expect(hex(encoder(decoded(decoder, text)))).toBe(text);
    const misses: string[] = [];
    const all = vectors<Case>("messages");
    for (const [n, one] of all.entries()) {
      for (const [name, text] of Object.entries(one)) {
        try {
          if (name === "ratchet_tree") back(text, decodeRatchetTree, encodeRatchetTree);
          else if (name === "group_secrets") back(text, decodeGroupSecrets, encodeGroupSecrets);
          else if (name === "commit") back(text, decodeCommit, encode(commitEncoder));
          else if (name in proposalTags) back(proposalTags[name] + text, decodeProposal, encodeProposal);
          else back(text, decodeMlsMessage, encodeMlsMessage);
        } catch {
          misses.push(`${n} ${name}`);
        }
      }
    }
    console.log(`messages: ${all.length} cases, ${misses.length} misses`);
    expect(misses).toEqual([]);
  });

  it("[ML30] deserialization of lengths, and tree-math", () => {
    for (const one of vectors<{ vlbytes_header: Hex; length: number }>("deserialization"))
      expect(determineLength(unhex(one.vlbytes_header)).length).toBe(one.length);
    type Math = { n_leaves: number; n_nodes: number; root: number } & Record<
      "left" | "right" | "parent" | "sibling",
      readonly (number | null)[]
    >;
    for (const one of vectors<Math>("tree-math")) {
      expect(nodeWidth(one.n_leaves)).toBe(one.n_nodes);
      expect(root(one.n_leaves)).toBe(one.root);
      const width = leafWidth(one.n_nodes);
      for (let i = 0; i < one.n_nodes; i++) {
        const at = toNodeIndex(i);
        if (one.left[i] !== null) expect(left(at)).toBe(one.left[i]);
        if (one.right[i] !== null) expect(right(at)).toBe(one.right[i]);
        if (one.parent[i] !== null) expect(parent(at, width)).toBe(one.parent[i]);
        if (one.sibling[i] !== null) expect(sibling(at, width)).toBe(one.sibling[i]);
      }
    }
  });
});
