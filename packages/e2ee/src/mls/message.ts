// What the keepers of a call's keys say to each other, over the data channel and through the stations alike; a message that
// comes twice does no harm. A ballot is signed by its terminal, so that what a member said about an epoch can be shown to
// others; commits, Welcomes and group infos prove themselves.
import { type Bytes, fromHex, hex } from "@parley/base/bytes";
import {
  type Codec,
  type Of,
  decode,
  encode,
  fixed,
  mapped,
  opaque,
  optional,
  struct,
  uint32,
  uint48,
  variant,
} from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { callId, terminalId } from "@parley/protocol/ids";
import { maxMlsMessageBytes } from "@parley/protocol/limits";
import { labelled } from "@parley/protocol/signed/hash";
import type { Head } from "./ballot.ts";

/** A confirmed transcript hash; empty in the epoch a group is founded in. */
const head: Codec<Head> = mapped(opaque(64), hex, (text) => fromHex(text) ?? new Uint8Array(0));

/**
 * The MLS group id of a call. A later group of the same call has a higher lineage, and of two with one lineage the greater
 * nonce holds. `firstEpoch` is added to the MLS epoch to number the epochs of frames, so that a new group's first keys do not
 * take the key ids of the last one's.
 */
const groupId = struct({ call: callId, lineage: uint48, firstEpoch: uint32, nonce: fixed(8) });
export type GroupName = Of<typeof groupId>;

export const encodeGroupId = (name: GroupName): Bytes => encode(groupId, name);

/** The name that a group id spells, or null. */
export function readGroupId(bytes: Uint8Array): GroupName | null {
  const read = decode(groupId, bytes);
  return read.ok ? read.value : null;
}

const noFields = struct({});
const accepted = struct({ term: uint32, id: head });

const ballot = struct({
  group: opaque(64),
  /** Where the speaker is. */
  epoch: uint48,
  head,
  by: terminalId,
  saying: variant({
    prepare: [1, struct({ term: uint32 })],
    promise: [2, struct({ term: uint32, accepted: optional(accepted) })],
    refusal: [3, struct({ term: uint32 })],
    propose: [4, accepted],
    vote: [5, accepted],
    nack: [6, struct({ id: head })],
    need: [7, noFields],
    status: [8, noFields],
  }),
});
export type Ballot = Of<typeof ballot>;

const signedBallot = struct({ ballot: opaque(512), signature: fixed(64) });
export type SignedBallot = Of<typeof signedBallot>;

const mls = opaque(maxMlsMessageBytes, 1);

/** Two ballots of one group and epoch with different heads. */
const evidence = struct({ one: signedBallot, other: signedBallot });
export type Evidence = Of<typeof evidence>;

export const encodeEvidence = (value: Evidence): Bytes => encode(evidence, value);

const message = variant({
  /** Let me in, to a group of a lineage above `above`; `evidence` says why not to that one. */
  knock: [1, struct({ keyPackage: mls, above: uint48, evidence: optional(evidence) })],
  welcome: [2, struct({ welcome: mls })],
  info: [3, struct({ groupInfo: mls })],
  /** A commit from outside. */
  join: [4, struct({ commit: mls })],
  ballot: [5, struct({ signed: signedBallot, commit: optional(mls) })],
  /** What moved the group on from the epoch that you are in. */
  decided: [6, struct({ commit: mls })],
  /** I am a member and cannot follow; tell me where you are. */
  lost: [7, noFields],
});
export type KeysMessage = Of<typeof message>;

export const encodeKeysMessage = (value: KeysMessage): Bytes => encode(message, value);

/** Room for one MLS message, two ballots and the frame around them. */
const maxKeysMessageBytes = maxMlsMessageBytes + 4096;

export function decodeKeysMessage(bytes: Uint8Array): Result<KeysMessage, ParleyError> {
  if (bytes.length > maxKeysMessageBytes) return fail(problem("MESSAGE_TOO_LARGE", `${bytes.length} bytes about keys`));
  const read = decode(message, bytes);
  return read.ok ? ok(read.value) : fail(problem("MLS_MALFORMED", read.error.reason));
}

export const encodeBallot = (value: Ballot): Bytes => encode(ballot, value);

export function decodeBallot(signed: SignedBallot): Result<Ballot, ParleyError> {
  const read = decode(ballot, signed.ballot);
  return read.ok ? ok(read.value) : fail(problem("MLS_MALFORMED", read.error.reason));
}

/** What a terminal signs when it speaks about an epoch: a label, a zero byte, the ballot. */
const ballotLabel = "parley keys v1";
export const ballotToSign = (encoded: Bytes): Bytes => labelled(ballotLabel, encoded);
