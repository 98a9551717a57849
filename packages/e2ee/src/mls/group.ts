// The state of one call's MLS group (RFC 9420) as the rest of Parley sees it: an immutable value that a commit replaces, and
// what may be read from it. The library's state is inside and stays there. It is never written to disk: after a reload a
// terminal comes back as a new leaf, so that no counter and no secret is ever used twice.
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type Instant, after, hours } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxMlsMessageBytes } from "@parley/protocol/limits";
import {
  type Capabilities,
  type ClientConfig,
  type ClientState,
  type GroupInfo,
  type KeyPackage,
  type MLSMessage,
  type PrivateKeyPackage,
  createGroup as libraryCreateGroup,
  decodeMlsMessage,
  defaultKeyPackageEqualityConfig,
  encodeMlsMessage,
  generateKeyPackageWithKey,
  mlsExporter,
} from "ts-mls";
import { encode } from "ts-mls/codec/tlsEncoder.js";
import { decodeVarLenData, varLenDataEncoder } from "ts-mls/codec/variableLength.js";
import { createGroupInfo } from "ts-mls/createCommit.js";
import { CodecError, CryptoError, CryptoVerificationError, MlsError } from "ts-mls/mlsError.js";
import { encodeRatchetTree } from "ts-mls/ratchetTree.js";
import { baseKeyBytes, exporterLabel } from "../sframe/schedule.ts";
import { type LeafCredential, readLeafCredential, toMlsCredential } from "./credential.ts";
import type { CallPsk } from "./psk.ts";
import type { KeyHandle, Suite } from "./suite.ts";
import { type Member, membersOf } from "./tree.ts";

/** Whether the chain that `credential` names is good now and ends in `signatureKey`. Asked for every leaf that appears. */
export type ValidateCredential = (credential: LeafCredential, signatureKey: Bytes) => Promise<boolean>;

/** What every group of this terminal shares. */
export type Engine = { readonly suite: Suite; readonly config: ClientConfig };

/** A terminal as a member: its credential and its Ed25519 key, which may be non-extractable. */
export type Identity = {
  readonly credential: LeafCredential;
  readonly signatureKey: CryptoKey;
  readonly signaturePublicKey: Bytes;
};

/** One epoch of one group. Treat it as opaque outside this folder. */
export type Group = { readonly engine: Engine; readonly psk: CallPsk | null; readonly state: ClientState };

/** A key package of ours with its private half; good for one Welcome. */
export type OwnKeyPackage = {
  /** The MLSMessage to hand to whoever adds us. */
  readonly bytes: Bytes;
  readonly publicPackage: KeyPackage;
  readonly privatePackage: PrivateKeyPackage;
};

/**
 * Commits are padded to this many bytes, so that in calls of up to five terminals an add, a removal and a re-key look the
 * same; an update path for five in the X-Wing suite is 11 kB.
 */
const paddedCommitBytes = 14 * 1024;

/** What a leaf of ours says that it can do: exactly what calls use. */
const capabilitiesOf = (suite: Suite): Capabilities => ({
  versions: ["mls10"],
  ciphersuites: [suite.impl.name],
  extensions: [],
  proposals: [],
  credentials: ["basic"],
});

export function makeEngine(suite: Suite, validateCredential: ValidateCredential): Engine {
  return {
    suite,
    config: {
      // 0 would keep every epoch; merge() empties what the library keeps.
      keyRetentionConfig: { retainKeysForEpochs: 1, retainKeysForGenerations: 1, maximumForwardRatchetSteps: 8 },
      lifetimeConfig: { maximumTotalLifetime: 2n ** 63n, validateLifetimeOnReceive: false },
      keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
      paddingConfig: { kind: "padUntilLength", padUntilLength: paddedCommitBytes },
      authService: {
        validateCredential: async (credential, signatureKey) => {
          const read = readLeafCredential(credential);
          return read.ok && validateCredential(read.value, new Uint8Array(signatureKey));
        },
      },
    },
  };
}

/** From when until when others may add us by a key package; whole seconds on the wire (RFC 9420 section 7.2). */
export type Lifetime = { readonly notBefore: Instant; readonly notAfter: Instant };

/** An hour back, for clocks that differ, and a day ahead. */
export const lifetimeFrom = (now: Instant): Lifetime => ({
  notBefore: after(now, hours(-1)),
  notAfter: after(now, hours(24)),
});

export const handleOf = (engine: Engine, identity: Identity): KeyHandle =>
  engine.suite.handleFor(identity.signatureKey);

/** Makes a key package for one Welcome. */
export async function makeKeyPackage(engine: Engine, identity: Identity, lifetime: Lifetime): Promise<OwnKeyPackage> {
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    toMlsCredential(identity.credential),
    capabilitiesOf(engine.suite),
    {
      notBefore: BigInt(Math.floor(lifetime.notBefore / 1000)),
      notAfter: BigInt(Math.floor(lifetime.notAfter / 1000)),
    },
    [],
    { signKey: handleOf(engine, identity), publicKey: identity.signaturePublicKey },
    engine.suite.impl,
  );
  const bytes = toBytes({ version: "mls10", wireformat: "mls_key_package", keyPackage: publicPackage });
  return { bytes, publicPackage, privatePackage };
}

/** A group of one, in epoch 0. `psk` is asked of everyone who joins later; null where a call has more than two parties. */
export async function createGroup(
  engine: Engine,
  identity: Identity,
  groupId: Bytes,
  psk: CallPsk | null,
  now: Instant,
): Promise<Group> {
  const own = await makeKeyPackage(engine, identity, lifetimeFrom(now));
  const state = await libraryCreateGroup(
    groupId,
    own.publicPackage,
    own.privatePackage,
    [],
    engine.suite.impl,
    engine.config,
  );
  own.privatePackage.initPrivateKey.fill(0);
  return { engine, psk, state };
}

export const epochOf = (group: Group): bigint => group.state.groupContext.epoch;
export const groupIdOf = (group: Group): Bytes => new Uint8Array(group.state.groupContext.groupId);
/** The leaf this terminal sits at; it keeps it as long as it is a member. */
export const ownLeaf = (group: Group): number => group.state.privatePath.leafIndex;
export const members = (group: Group): readonly Member[] => membersOf(group.state.ratchetTree);
/** Hash over every commit of the group up to this epoch: equal on two members exactly when they share the whole history. */
export const confirmedTranscriptHash = (group: Group): Bytes =>
  new Uint8Array(group.state.groupContext.confirmedTranscriptHash);
export const epochAuthenticator = (group: Group): Bytes => new Uint8Array(group.state.keySchedule.epochAuthenticator);

/** MLS-Exporter(label, context, length) of this epoch (RFC 9420 section 8.5). */
export async function exportSecret(group: Group, label: string, context: Bytes, length: number): Promise<Bytes> {
  const { keySchedule } = group.state;
  return new Uint8Array(await mlsExporter(keySchedule.exporterSecret, label, context, length, group.engine.suite.impl));
}

/** The secret from which all frame keys of this epoch follow (RFC 9605 section 5.2), 32 bytes. */
export const frameBaseKey = (group: Group): Promise<Bytes> =>
  exportSecret(group, exporterLabel, new Uint8Array(0), baseKeyBytes);

/**
 * The signed description of this epoch by which a member that fell out can join again without an invitation. Built here from
 * the library's parts, because the library leaves out the length inside external_pub (RFC 9420 section 12.4.3.2: the
 * extension holds an HPKEPublicKey, which is a vector), and no other implementation reads it then.
 */
export async function groupInfo(group: Group): Promise<Bytes> {
  const { state } = group;
  const { impl } = group.engine.suite;
  const { publicKey } = await impl.hpke.deriveKeyPair(state.keySchedule.externalSecret);
  const info = await createGroupInfo(
    state.groupContext,
    state.confirmationTag,
    state,
    [
      { extensionType: "ratchet_tree", extensionData: encodeRatchetTree(state.ratchetTree) },
      {
        extensionType: "external_pub",
        extensionData: encode(varLenDataEncoder)(await impl.hpke.exportPublicKey(publicKey)),
      },
    ],
    impl,
  );
  return toBytes({ version: "mls10", wireformat: "mls_group_info", groupInfo: info });
}

/** The external public key of a group info, or null. */
export function externalPubOf(info: GroupInfo): Bytes | null {
  const extension = info.extensions.find(({ extensionType }) => extensionType === "external_pub");
  const read = extension === undefined ? undefined : decodeVarLenData(extension.extensionData, 0);
  return read === undefined || read[1] !== extension?.extensionData.length ? null : new Uint8Array(read[0]);
}

export const toBytes = (message: MLSMessage): Bytes => new Uint8Array(encodeMlsMessage(message));

/** Reads one MLS message of one of the kinds wanted: bounded first, nothing left over. */
export function readMessage<K extends MLSMessage["wireformat"]>(
  bytes: Uint8Array,
  kinds: readonly K[],
): Result<Extract<MLSMessage, { wireformat: K }>, ParleyError> {
  if (bytes.length > maxMlsMessageBytes) return fail(problem("MESSAGE_TOO_LARGE", `${bytes.length} bytes of MLS`));
  try {
    const read = decodeMlsMessage(bytes, 0);
    if (read === undefined || read[1] !== bytes.length) return fail(problem("MLS_MALFORMED"));
    const message = read[0];
    const isWanted = (m: MLSMessage): m is Extract<MLSMessage, { wireformat: K }> =>
      kinds.some((kind) => kind === m.wireformat);
    return isWanted(message) ? ok(message) : fail(problem("MLS_MALFORMED", `a ${message.wireformat} here`));
  } catch (error) {
    return fail(problem("MLS_MALFORMED", String(error)));
  }
}

/** Refuses a key package whose lifetime does not hold `now`, give or take `skew` milliseconds of the two clocks. */
export function refuseLifetime(keyPackage: KeyPackage, now: Instant, skew: number): ParleyError | null {
  const { lifetime } = keyPackage.leafNode;
  const seconds = BigInt(Math.floor(now / 1000));
  const slack = BigInt(Math.ceil(skew / 1000));
  if (lifetime.notBefore > seconds + slack || lifetime.notAfter < seconds - slack)
    return problem("MLS_KEY_PACKAGE_STALE", `good from ${lifetime.notBefore} to ${lifetime.notAfter}, now ${seconds}`);
  return null;
}

/**
 * The row of the error table for what the library threw over bytes of others. It throws its own classes by blame, and plain
 * errors where hostile bytes reach an assertion; both are the sender's doing, since our own calls are tested.
 */
export function blamed(error: unknown): ParleyError {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof CodecError) return problem("MLS_MALFORMED", detail);
  if (error instanceof CryptoVerificationError || error instanceof CryptoError)
    return problem("MLS_UNAUTHENTIC", detail);
  if (error instanceof MlsError && /validate (external )?credential/i.test(detail))
    return problem("MLS_CREDENTIAL_REFUSED", detail);
  if (error instanceof MlsError && /pskId/.test(detail)) return problem("MLS_PSK_MISSING", detail);
  return problem("MLS_INVALID", detail);
}
