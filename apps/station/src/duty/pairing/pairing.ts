// The duty of pairing: which offers are out, which pairings are under way, and who pressed what. The exchange itself is
// protocol/pairing; here is what spans several. States hold secrets, so they are documents kept sealed and not ledger
// events; what the ledger gets are the facts. docs/spec/pairing.md has the rules.
import { type Bytes, compare, equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant, Ms } from "@parley/base/time";
import { decodeAs } from "@parley/protocol/decodeAs";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type LinkId, type PartyId, idText } from "@parley/protocol/ids";
import type { Means, PairingEffect, PairingEvent } from "@parley/protocol/pairing/event";
import { type PairingBody, decodePairingMessage } from "@parley/protocol/pairing/messages";
import { proveAsk } from "@parley/protocol/pairing/ask";
import { type Offer, type OfferId, encodeOffer } from "@parley/protocol/pairing/offer";
import { fitsPairing, importOffer, makeOffer } from "@parley/protocol/pairing/start";
import { type Pairing, pairing } from "@parley/protocol/pairing/state";
import { deadlineOf, step } from "@parley/protocol/pairing/step";
import type { Bundle } from "@parley/protocol/signed/pin";
import type { Presence } from "@parley/protocol/signed/revocation";
import { ed25519Half } from "@parley/protocol/signed/signature";
import type { PairingLedgerEvent } from "./events.ts";

/** All pairings that have not been forgotten, by offer id. */
export type Pairings = ReadonlyMap<IdText, Pairing>;
export const noPairings: Pairings = new Map();

export type PairingCommand =
  | { readonly type: "offer"; readonly lifetime: Ms; readonly by: Presence }
  /** The text of a link, a QR code or a file. */
  | { readonly type: "import"; readonly text: string; readonly by: Presence }
  /** Bytes that came over a pairing connection. */
  | { readonly type: "message"; readonly bytes: Bytes }
  | { readonly type: "connected" | "proven"; readonly offer: OfferId }
  | { readonly type: "match" | "differ" | "cancel"; readonly offer: OfferId; readonly by: Presence }
  /** Two officers want the link with this party keyed again: answers its station's ask, or asks it. */
  | { readonly type: "rekey"; readonly party: PartyId; readonly lifetime: Ms }
  /** Time passed: asked for at `nextDeadline`, harmless at any other time. */
  | { readonly type: "tick" }
  /** An ended or active pairing has been looked at and may go from the list. */
  | { readonly type: "forget"; readonly offer: OfferId };

export type PairingContext = Means & {
  /** What our party shows to be paired; null before `parley init`. */
  readonly bundle: Bundle | null;
};

export type PairingDecision = {
  readonly pairings: Pairings;
  readonly events: readonly PairingLedgerEvent[];
  /** With the offer that each belongs to, which names its connection. */
  readonly effects: readonly {
    readonly offer: OfferId;
    readonly effect: Exclude<PairingEffect, { type: "refused" }>;
  }[];
  /** The offer's id and text where one was made or imported; null otherwise. */
  readonly reply: { readonly offer: OfferId; readonly text: string } | null;
};
export type PairingDecided = Result<PairingDecision, ParleyError>;

const refused = (code: ErrorCode, detail = "") => fail(problem(code, detail));

/** When `tick` is due next; null when nothing waits. */
export function nextDeadline(pairings: Pairings): Instant | null {
  let first: Instant | null = null;
  for (const it of pairings.values()) {
    const until = deadlineOf(it);
    if (until !== null && (first === null || until < first)) first = until;
  }
  return first;
}

/** Whether our station key must not be handed over yet: some other side has been shown it and is not done. */
export const holdsKey = (pairings: Pairings): boolean =>
  [...pairings.values()].some((it) => it.type !== "invited" && deadlineOf(it) !== null);

/** Whether something is still due in the pairing of this offer, so that its importing side should be connected. */
export const isWaiting = (pairings: Pairings, offer: OfferId): boolean => {
  const it = pairings.get(idText(offer));
  return it !== undefined && it.type !== "invited" && deadlineOf(it) !== null;
};

/** Whether a connection that names this offer is to be taken: an active one still answers who waits for our word. */
export const isLive = (pairings: Pairings, offer: Uint8Array): boolean => {
  const it = [...pairings.values()].find((p) => equal(p.offer.id, offer));
  return it !== undefined && it.type !== "ended" && it.type !== "invited";
};

/** What a hello says that is signed for its connection: `party`'s station, with this Ed25519 key, holds this link. */
export type LinkHeld = { readonly link: LinkId; readonly party: PartyId; readonly key: Bytes };

/**
 * The pairing in which our person pressed and that this proves to be done on the other side: a station holds a link only after
 * both people pressed ([PR15]). Null for any other.
 */
export function provenBy(pairings: Pairings, { link, party, key }: LinkHeld): OfferId | null {
  for (const it of pairings.values()) {
    if (it.type !== "pressed" && it.type !== "unconfirmed") continue;
    const { agreed } = it;
    const same = equal(agreed.link, link) && equal(agreed.peer.card.party, party);
    if (same && equal(ed25519Half(agreed.peer.line.key), key)) return it.offer.id;
  }
  return null;
}

export function decide(
  pairings: Pairings,
  command: PairingCommand,
  context: PairingContext,
  now: Instant,
): PairingDecided {
  switch (command.type) {
    case "offer": {
      const ours = ownBundle(context);
      if (!ours.ok) return ours;
      const state = makeOffer(ours.value, command.lifetime, context, now);
      const event = { type: "offered", offer: state.offer.id, until: state.until, by: command.by } as const;
      return begun(pairings, state, event, []);
    }
    case "import": {
      const ours = ownBundle(context);
      if (!ours.ok) return ours;
      const started = importOffer(command.text, ours.value, context, now);
      if (!started.ok) return started;
      const { state, effects } = started.value;
      const { id, name } = state.offer;
      const known = pairings.get(idText(id));
      if (known !== undefined && known.type !== "ended") return refused("PAIR_OFFER_USED", "imported here already");
      return begun(pairings, state, { type: "imported", offer: id, name, by: command.by }, effects);
    }
    case "message": {
      const read = decodePairingMessage(command.bytes);
      if (!read.ok) return read;
      if (read.value.body.type === "ask") return heardAsk(pairings, read.value.body, context, now);
      return forward(pairings, read.value.offer, { type: "message", bytes: command.bytes }, null, context, now);
    }
    case "connected":
    case "proven":
      return forward(pairings, command.offer, { type: command.type }, null, context, now);
    case "match":
      return forward(pairings, command.offer, { type: "match", officer: command.by }, command.by, context, now);
    case "differ":
    case "cancel":
      return forward(pairings, command.offer, { type: command.type }, command.by, context, now);
    case "rekey":
      return rekey(pairings, command.party, command.lifetime, context, now);
    case "tick":
      return passTime(pairings, context, now);
    case "forget": {
      const key = idText(command.offer);
      const it = pairings.get(key);
      if (it === undefined) return refused("PAIR_UNKNOWN");
      if (deadlineOf(it) !== null) return refused("PAIR_OUT_OF_TURN", "it is under way; cancel it");
      const rest = new Map(pairings);
      rest.delete(key);
      return ok({ pairings: rest, events: [], effects: [], reply: null });
    }
  }
  command satisfies never;
  return refused("PAIR_UNKNOWN");
}

/** The re-key with this party that is under way and asks or is asked; null when there is none. */
function openRekey(pairings: Pairings, party: PartyId): Extract<Pairing, { type: "offered" | "invited" }> | null {
  for (const it of pairings.values()) {
    if (it.type === "invited" && equal(it.party, party)) return it;
    if (it.type === "offered" && it.offer.type === "rekey" && equal(it.offer.with, party)) return it;
  }
  return null;
}

/** What two officers asked for: one offer to a party at most is out, and theirs is answered rather than ours made. */
function rekey(
  pairings: Pairings,
  party: PartyId,
  lifetime: Ms,
  context: PairingContext,
  now: Instant,
): PairingDecided {
  const ours = ownBundle(context);
  if (!ours.ok) return ours;
  if (context.pinned(party) === null) return refused("REKEY_UNFIT", "not linked");
  const open = openRekey(pairings, party);
  if (open?.type === "invited") return answerAsk(pairings, open.offer, ours.value, context, now);
  if (open !== null) return ok({ pairings, events: [], effects: [], reply: null });
  const state = makeOffer(ours.value, lifetime, context, now, party);
  const next = new Map(pairings).set(idText(state.offer.id), state);
  return ok({
    pairings: next,
    events: [],
    effects: [],
    reply: { offer: state.offer.id, text: encodeOffer(state.offer) },
  });
}

function answerAsk(
  pairings: Pairings,
  offer: Offer,
  ours: Bundle,
  context: PairingContext,
  now: Instant,
): PairingDecided {
  const started = importOffer(encodeOffer(offer), ours, context, now);
  if (!started.ok) return started;
  const next = new Map(pairings).set(idText(offer.id), started.value.state);
  return ok({ pairings: next, events: [], effects: addressed(offer.id, started.value.effects), reply: null });
}

/**
 * The other station asks. Where both have, the one whose party id comes first makes the offer and the other answers it, since
 * its two officers have agreed already; otherwise ours are asked now.
 */
function heardAsk(
  pairings: Pairings,
  body: Extract<PairingBody, { type: "ask" }>,
  context: PairingContext,
  now: Instant,
): PairingDecided {
  const ours = ownBundle(context);
  if (!ours.ok) return ours;
  const proven = proveAsk(body, context, now);
  if (!proven.ok) return proven;
  const { offer, party } = proven.value;
  const nothing: PairingDecided = ok({ pairings, events: [], effects: [], reply: null });
  if (pairings.has(idText(offer.id))) return nothing;
  const open = openRekey(pairings, party);
  if (open?.type === "offered" && compare(context.party, party) < 0) return nothing;
  const rest = new Map(pairings);
  if (open !== null) rest.delete(idText(open.offer.id));
  if (open?.type === "offered") return answerAsk(rest, offer, ours.value, context, now);
  const { id, name, expires } = offer;
  rest.set(idText(id), { type: "invited", offer, party, until: expires });
  return ok({
    pairings: rest,
    events: [{ type: "invited", offer: id, party, name, at: now }],
    effects: [],
    reply: null,
  });
}

function ownBundle(context: PairingContext): Result<Bundle, ParleyError> {
  if (context.bundle === null) return refused("ID_NOT_SET_UP");
  return fitsPairing(context.bundle) ? ok(context.bundle) : refused("PAIR_LINE_TOO_LONG");
}

function begun(
  pairings: Pairings,
  state: Pairing,
  event: PairingLedgerEvent,
  effects: readonly PairingEffect[],
): PairingDecided {
  const next = new Map(pairings).set(idText(state.offer.id), state);
  const reply = { offer: state.offer.id, text: encodeOffer(state.offer) };
  return ok({ pairings: next, events: [event], effects: addressed(state.offer.id, effects), reply });
}

const addressed = (offer: OfferId, effects: readonly PairingEffect[]) =>
  effects.flatMap((effect) => (effect.type === "refused" ? [] : [{ offer, effect }]));

function forward(
  pairings: Pairings,
  offer: OfferId,
  event: PairingEvent,
  by: Presence | null,
  context: PairingContext,
  now: Instant,
): PairingDecided {
  const key = idText(offer);
  const before = pairings.get(key);
  if (before === undefined) return refused("PAIR_UNKNOWN");
  const [state, effects] = step(before, event, context, now);
  const refusal = effects.find((effect) => effect.type === "refused");
  // A refused event may still have found that a deadline had passed: then the pairing moved, and that is what counts.
  if (refusal !== undefined && state === before) return fail(refusal.error);
  const events = effects.flatMap((effect) => recorded(state, effect, by, now));
  return ok({
    pairings: new Map(pairings).set(key, state),
    events,
    effects: addressed(offer, effects),
    reply: null,
  });
}

function passTime(pairings: Pairings, context: PairingContext, now: Instant): PairingDecided {
  let decision: PairingDecision = { pairings, events: [], effects: [], reply: null };
  for (const it of pairings.values()) {
    const until = deadlineOf(it);
    if (until === null || now < until) continue;
    const next = forward(decision.pairings, it.offer.id, { type: "tick" }, null, context, now);
    if (!next.ok) return next;
    const { pairings: after, events, effects } = next.value;
    decision = {
      pairings: after,
      events: [...decision.events, ...events],
      effects: [...decision.effects, ...effects],
      reply: null,
    };
  }
  return ok(decision);
}

function recorded(
  state: Pairing,
  effect: PairingEffect,
  by: Presence | null,
  at: Instant,
): readonly PairingLedgerEvent[] {
  const offer = state.offer.id;
  switch (effect.type) {
    case "paired": {
      const { link, peer, transcript, ours, theirs } = effect;
      const { party, name } = peer.card;
      return [{ type: "paired", offer, link, party, name, transcript, ours, theirs, at }];
    }
    case "rekeyed": {
      const { link, peer, transcript } = effect;
      const { party, name } = peer.card;
      return [{ type: "rekeyed", offer, link, party, name, transcript, at }];
    }
    case "compared":
      if (by === null) throw new Error("words were compared by nobody");
      return [{ type: "compared", link: effect.link, words: effect.words, by, at }];
    case "recorded":
      return [{ type: "matched", link: effect.link, theirs: effect.theirs }];
    case "ended": {
      const { why, party, detail } = effect;
      return [{ type: "ended", offer, party, why, detail, by, at }];
    }
    case "dial":
    case "send":
    case "refused":
      return [];
  }
  effect satisfies never;
  return [];
}

/** A pairing as it is kept; the bytes hold secrets and must be sealed. */
export const encodePairing = (it: Pairing): Bytes => encode(pairing, it);

/** MESSAGE_MALFORMED for bytes of another version, whose pairing has to be begun anew. */
export function decodePairing(bytes: Uint8Array): Result<Pairing, ParleyError> {
  return decodeAs("pairing", pairing, bytes);
}
