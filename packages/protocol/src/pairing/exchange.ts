// The machines' part of a pairing: M2 to M5 (rules PR10-PR16). Each function takes the state that waits for the
// message and answers with the state after it; every one of them fails closed.
import { type Bytes, concat, equal } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type Instant, after, ms } from "@parley/base/time";
import { type ParleyError, problem } from "../errorCodes.ts";
import { pairingCompareMs, pairingExchangeMs } from "../limits.ts";
import { type Digest, labelled } from "../signed/hash.ts";
import { labels } from "../signed/labels.ts";
import { type Pin, bundle, proveBundle, refuseStaleKey } from "../signed/pin.ts";
import { rootIdOf } from "../signed/root.ts";
import { type HybridKey, type HybridSignature, ed25519Half } from "../signed/signature.ts";
import { repin } from "../signed/repin.ts";
import type { Means } from "./event.ts";
import { type Half, type PairingBody, encodePairingMessage } from "./messages.ts";
import {
  answerTranscript,
  commitmentTo,
  finishTranscript,
  firstSecret,
  linkIdOf,
  macHolds,
  macOf,
  wordsDigest,
} from "./secrets.ts";
import type { Offer } from "./offer.ts";
import type { Agreement, At, EndCode } from "./state.ts";

export type Body<K extends PairingBody["type"]> = Extract<PairingBody, { readonly type: K }>;

/** `stays`: the message is refused and the pairing waits on. `ends`: the pairing is over. */
export type Fault = { readonly pairing: "stays" | "ends"; readonly code: EndCode; readonly detail: string };

const ends = (code: EndCode, detail = "") => fail<Fault>({ pairing: "ends", code, detail });
const stays = (code: EndCode, detail = "") => fail<Fault>({ pairing: "stays", code, detail });

/** Who the other side says it is, proven from its root up; not yet proven is that it holds the station key. */
function provePeer(half: Half, means: Means, now: Instant): Result<Pin, ParleyError> {
  const read = decode(bundle, half.bundle);
  if (!read.ok) return fail(problem("PAIR_BUNDLE_INVALID", `${read.error.reason} at ${read.error.at}`));
  const claim = proveBundle(read.value, now);
  if (!claim.ok) return claim;
  const proven = claim.value.prove(means.verify);
  if (!proven.ok) return proven;
  const stale = refuseStaleKey(proven.value, now);
  return stale === null ? proven : fail(stale);
}

/** Why we will not be paired with this party at all; asked again when the link would come to be. */
export function refuseParty(peer: Pin, offer: Offer, means: Means): EndCode | null {
  const { party, root } = peer.card;
  if (equal(party, means.party)) return "PAIR_SELF";
  const linked = means.pinned(party);
  if (offer.type === "rekey") return refuseRekey(peer, linked, offer, means);
  if (linked === null) return null;
  return equal(rootIdOf(linked.card.root), rootIdOf(root)) ? "PAIR_ALREADY_LINKED" : "PAIR_ROOT_CHANGED";
}

/** Keyed again is only the link of the two parties that the offer is between, under the roots that are pinned ([RK3]). */
function refuseRekey(
  peer: Pin,
  linked: Pin | null,
  offer: Extract<Offer, { type: "rekey" }>,
  means: Means,
): EndCode | null {
  if (linked === null || (!equal(offer.with, peer.card.party) && !equal(offer.with, means.party))) return "REKEY_UNFIT";
  const next = repin(linked, peer);
  if (next.ok) return null;
  return next.error.code === "ID_ROOT_CHANGED" ? "PAIR_ROOT_CHANGED" : "REKEY_UNFIT";
}

const signedAs = (label: typeof labels.pairAnswer | typeof labels.pairFinish, transcript: Digest) =>
  labelled(label, transcript);

function proofHolds(
  use: "answer" | "finish",
  transcript: Digest,
  proof: { readonly signature: HybridSignature; readonly mac: Bytes },
  secret: Bytes,
  key: HybridKey,
  means: Means,
): boolean {
  const label = use === "answer" ? labels.pairAnswer : labels.pairFinish;
  const message = signedAs(label, transcript);
  return (
    macHolds(secret, use, concat(transcript, proof.signature), proof.mac) &&
    means.verify({ scheme: "hybrid", label, publicKey: key, message, signature: proof.signature })
  );
}

function prove(use: "answer" | "finish", transcript: Digest, secret: Bytes, means: Means) {
  const label = use === "answer" ? labels.pairAnswer : labels.pairFinish;
  const signature = means.signer.sign(label, signedAs(label, transcript));
  return { signature, mac: macOf(secret, use, concat(transcript, signature)) };
}

/** Offering side, M2 in, M3 out. What does not hold together is refused without using the offer up. */
export function takeM2(
  state: At<"offered">,
  body: Body<"m2">,
  bytes: Bytes,
  means: Means,
  now: Instant,
): Result<At<"revealed">, Fault> {
  const peer = provePeer(body.half, means, now);
  if (!peer.ok) return stays("PAIR_BUNDLE_INVALID", `${peer.error.code} ${peer.error.detail}`);
  const unwanted = refuseParty(peer.value, state.offer, means);
  if (unwanted !== null) return state.offer.type === "rekey" ? stays(unwanted) : ends(unwanted);
  const sealed = means.kem.encapsulate(body.half.key);
  if (sealed === null) return stays("PAIR_KEY_INVALID");
  const { offer, own, seed } = state;
  const m3 = { type: "m3", half: own, ciphertext: sealed.ciphertext } as const;
  return ok({
    type: "revealed",
    offer,
    own,
    seed,
    until: after(now, ms(pairingExchangeMs)),
    theirs: body.half,
    peer: peer.value,
    toAnswering: sealed.secret,
    ciphertext: sealed.ciphertext,
    last: { taken: bytes, sent: encodePairingMessage({ offer: offer.id, body: m3 }) },
  });
}

/** Answering side, M3 in, M4 out: the other side must be what it had committed to, before anything else is believed. */
export function takeM3(
  state: At<"asked">,
  body: Body<"m3">,
  bytes: Bytes,
  means: Means,
  now: Instant,
): Result<At<"answered">, Fault> {
  const { offer, own, seed, until } = state;
  if (!equal(commitmentTo(body.half), offer.commitment)) return ends("PAIR_COMMIT_MISMATCH");
  const peer = provePeer(body.half, means, now);
  if (!peer.ok) return ends("PAIR_BUNDLE_INVALID", `${peer.error.code} ${peer.error.detail}`);
  const { card, line } = peer.value;
  if (card.name !== offer.name || !equal(ed25519Half(line.key), offer.stationKey))
    return ends("PAIR_BUNDLE_INVALID", "the offer named another party or key");
  const unwanted = refuseParty(peer.value, offer, means);
  if (unwanted !== null) return ends(unwanted);
  const toAnswering = means.kem.decapsulate(seed, body.ciphertext);
  const sealed = means.kem.encapsulate(body.half.key);
  if (toAnswering === null || sealed === null) return ends("PAIR_KEY_INVALID");
  const answer = answerTranscript(offer, body.half, own, body.ciphertext, sealed.ciphertext);
  const secret = firstSecret(toAnswering, sealed.secret, answer);
  const proof = prove("answer", answer, secret, means);
  const agreed: Agreement = {
    side: "answering",
    link: linkIdOf(answer),
    secret,
    words: wordsDigest(body.half, own),
    transcript: finishTranscript(answer, proof.signature, proof.mac),
    peer: peer.value,
  };
  const m4 = { type: "m4", ciphertext: sealed.ciphertext, ...proof } as const;
  const sent = encodePairingMessage({ offer: offer.id, body: m4 });
  return ok({ type: "answered", offer, agreed, last: { taken: bytes, sent }, until });
}

/** Offering side, M4 in, M5 out. */
export function takeM4(
  state: At<"revealed">,
  body: Body<"m4">,
  bytes: Bytes,
  means: Means,
  now: Instant,
): Result<At<"comparing"> | Rekeyed, Fault> {
  const { offer, own, seed, theirs, peer, toAnswering } = state;
  const toOffering = means.kem.decapsulate(seed, body.ciphertext);
  if (toOffering === null) return ends("PAIR_KEY_INVALID");
  const answer = answerTranscript(offer, own, theirs, state.ciphertext, body.ciphertext);
  const secret = firstSecret(toAnswering, toOffering, answer);
  if (!proofHolds("answer", answer, body, secret, peer.line.key, means)) return ends("PAIR_PROOF_INVALID");
  const transcript = finishTranscript(answer, body.signature, body.mac);
  const m5 = { type: "m5", ...prove("finish", transcript, secret, means) } as const;
  const words = wordsDigest(own, theirs);
  const agreed: Agreement = { side: "offering", link: linkIdOf(answer), secret, words, transcript, peer };
  const last = { taken: bytes, sent: encodePairingMessage({ offer: offer.id, body: m5 }) };
  return ok(agreedOn(offer, agreed, last, now));
}

/** A link that was keyed again, with its secret on the way to it: nothing but that and the comparing of words is left. */
export type Rekeyed = { readonly type: "rekeyed"; readonly due: At<"wordsDue">; readonly secret: Bytes };

/** Both have proven their keys: a new link waits for people now, one that is keyed again does not. */
function agreedOn(
  offer: Offer,
  agreed: Agreement,
  last: At<"comparing">["last"],
  now: Instant,
): At<"comparing"> | Rekeyed {
  if (offer.type === "pair")
    return { type: "comparing", offer, agreed, last, theirs: null, until: after(now, ms(pairingCompareMs)) };
  const { secret, words, ...known } = agreed;
  return { type: "rekeyed", secret, due: { type: "wordsDue", offer, agreed: known, words, last } };
}

/** Answering side, M5 in: both sides have proven their keys. */
export function takeM5(
  state: At<"answered"> | At<"unfinished">,
  body: Body<"m5">,
  bytes: Bytes,
  means: Means,
  now: Instant,
): Result<At<"comparing"> | Rekeyed, Fault> {
  const { offer, agreed, last } = state;
  if (!proofHolds("finish", agreed.transcript, body, agreed.secret, agreed.peer.line.key, means))
    return ends("PAIR_PROOF_INVALID");
  return ok(agreedOn(offer, agreed, { taken: bytes, sent: last.sent }, now));
}
