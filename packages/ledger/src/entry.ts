// A ledger entry in its one encoding: what is hashed into the tree, kept for ever, and shown to whoever verifies. An `own` entry
// is this station's word alone; a `joint` one says what parties did together, its body signed by each of them under the
// label of its kind, so that both ledgers hold the same body and signatures at places of their own ([LG1] [LG2]).
import type { Bytes } from "@parley/base/bytes";
import {
  type Codec,
  type DecodeError,
  type Of,
  decode,
  encode,
  list,
  mapped,
  opaque,
  struct,
  text,
  uint48,
  variant,
} from "@parley/base/codec";
import { type Result, fail } from "@parley/base/result";
import { partyId } from "@parley/protocol/ids";
import { maxEntryBodyBytes, maxEventBytes } from "@parley/protocol/limits";
import { callEntryLabel } from "@parley/protocol/signed/callEntry";
import { drillReportLabel } from "@parley/protocol/signed/drillReport";
import { signedInstant } from "@parley/protocol/signed/fields";
import { linkEntryLabel } from "@parley/protocol/signed/linkEntry";
import { digest, labelled } from "@parley/protocol/signed/hash";
import { ed25519Signature } from "@parley/protocol/signed/signature";

/** The kinds of joint entry, each with the domain label under which the parties' stations sign its body. Append only. */
export const jointKinds = {
  call: callEntryLabel,
  drill: drillReportLabel,
  "link.secret": linkEntryLabel,
} as const;
export type JointKind = keyof typeof jointKinds;

/** The kind of an own entry that holds both accounts of a call, where they differ. */
export const differsKind = "call.differs";

const isJointKind = (kind: string): kind is JointKind => Object.hasOwn(jointKinds, kind);

/** A kind of entry as a dotted word, `terminal.enrolled`; what it means is its duty's business. */
const isKind = (word: string): boolean => /^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/.test(word);

const kind: Codec<string> = mapped(
  text(40),
  (word) => (isKind(word) ? word : null),
  (word) => {
    if (!isKind(word)) throw new RangeError(`${word} is no kind of entry`);
    return word;
  },
);

const jointKind: Codec<JointKind> = mapped(
  kind,
  (word) => (isJointKind(word) ? word : null),
  (word) => word,
);

/** One station's Ed25519 signature over label || 0x00 || body. */
const stationSignature = struct({
  party: partyId,
  /** keyIdOf the station key; not signed, it says where to look. */
  key: digest,
  signature: ed25519Signature,
});
export type StationSignature = Of<typeof stationSignature>;

/** `index` counts from 0; `time` is the wall clock of the station that wrote it, milliseconds UTC. */
const head = { index: uint48, time: signedInstant };

export const entry = variant({
  own: [1, struct({ ...head, kind, body: opaque(maxEntryBodyBytes) })],
  joint: [
    2,
    struct({
      ...head,
      kind: jointKind,
      body: opaque(maxEntryBodyBytes),
      signatures: list(stationSignature, 8, 0xffff),
    }),
  ],
});
export type Entry = Of<typeof entry>;

export const encodeEntry = (value: Entry): Bytes => encode(entry, value);

/** The entry that `bytes` are; whose word it is has not been checked, nor that it stands where its index says. */
export function decodeEntry(bytes: Uint8Array): Result<Entry, DecodeError> {
  if (bytes.length > maxEventBytes) return fail({ reason: `${bytes.length} bytes`, at: maxEventBytes });
  return decode(entry, bytes);
}

/** What each party's station signs of a joint entry. */
export const jointMessage = (of: JointKind, body: Uint8Array): Bytes => labelled(jointKinds[of], body);
