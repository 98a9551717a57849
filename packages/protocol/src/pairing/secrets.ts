// What both sides of a pairing compute from its messages (rules PR5-PR8): the commitment, the words, the transcript,
// the link's first secret and the MACs under it. Only values that M1 and M2 had fixed go into the words: with a
// ciphertext or the secret in them, a man in the middle could try ciphertexts until both sides' words agree.
import { type Bytes, concat, equal, utf8 } from "@parley/base/bytes";
import { encode, struct } from "@parley/base/codec";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { LinkId } from "../ids.ts";
import { type Digest, labelled, sha256Of } from "../signed/hash.ts";
import { labels } from "../signed/labels.ts";
import type { HybridSignature } from "../signed/signature.ts";
import type { KemCiphertext } from "./kem.ts";
import { type Half, half } from "./messages.ts";
import { type Offer, offer } from "./offer.ts";

/** M1: what the offering side binds itself to before it has seen the other's half. */
export const commitmentTo = (own: Half): Digest => sha256Of(labelled(labels.pairCommit, encode(half, own)));

const halves = struct({ offering: half, answering: half });

/** What the words are read from, and what a QR code carries whole. */
export const wordsDigest = (offering: Half, answering: Half): Digest =>
  sha256Of(labelled(labels.pairWords, encode(halves, { offering, answering })));

/** Digest of M1 to M4's ciphertext: what the answering side signs. */
export function answerTranscript(
  made: Offer,
  offering: Half,
  answering: Half,
  toAnswering: KemCiphertext,
  toOffering: KemCiphertext,
): Digest {
  const parts = [encode(offer, made), encode(halves, { offering, answering }), toAnswering, toOffering];
  return sha256Of(labelled(labels.pairTranscript, concat(...parts)));
}

/** Digest of all of M1 to M4: what the offering side signs, and what names the pairing afterwards. */
export const finishTranscript = (answer: Digest, signature: HybridSignature, mac: Bytes): Digest =>
  sha256Of(labelled(labels.pairTranscript, concat(answer, signature, mac)));

/** The first secret of the link, 32 bytes: both encapsulated secrets, bound to the transcript. */
export const firstSecret = (toAnswering: Bytes, toOffering: Bytes, answer: Digest): Bytes =>
  concat(hkdf(sha512, concat(toAnswering, toOffering), answer, utf8(labels.pairLink), 32));

export const linkIdOf = (answer: Digest): LinkId => {
  const id: Bytes = sha256Of(labelled(labels.pairLinkId, answer)).slice(0, 16);
  return id as LinkId;
};

/** Who speaks under the link's secret, and for what; no MAC of one can stand for another. */
export type MacUse = "answer" | "finish" | "offering match" | "answering match";

export function macOf(secret: Bytes, use: MacUse, message: Uint8Array): Bytes {
  const key = hkdf(sha512, secret, undefined, utf8(`${labels.pairMac} ${use}`), 32);
  return concat(hmac(sha512, key, message).subarray(0, 32));
}

export const macHolds = (secret: Bytes, use: MacUse, message: Uint8Array, mac: Bytes): boolean =>
  equal(macOf(secret, use, message), mac);
