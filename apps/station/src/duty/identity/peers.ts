// What linked stations say of their own identities, and what is made of it here: newer things are adopted, witnessed and
// written down; a second successor freezes the link; another root stops it (rules ID7, ID8, ID10-ID15, ID21).
import { equal } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type PartyId, idText } from "@parley/protocol/ids";
import {
  type Adopted,
  type ForkGround,
  adoptCard,
  adoptCertificate,
  adoptRevocation,
  adoptRuling,
  adoptSuccession,
  holdRoot,
  presentGround,
  proveFork,
} from "@parley/protocol/signed/adopt";
import { type CatchUp } from "@parley/protocol/signed/catchUp";
import type { SignedCard } from "@parley/protocol/signed/partyCard";
import { type Pin, indexOf, refuseStanding } from "@parley/protocol/signed/pin";
import { keyIdOf } from "@parley/protocol/signed/root";
import type { Unproven } from "@parley/protocol/signed/signature";
import type { SignedStationCertificate } from "@parley/protocol/signed/stationCertificate";
import { type SignedSuccession, successionHash } from "@parley/protocol/signed/succession";
import { type SignedWitness, checkWitness, signWitness } from "@parley/protocol/signed/witness";
import { apply } from "./apply.ts";
import { type IdentityEvent, isAlarm } from "./events.ts";
import { homeOf } from "./home.ts";
import {
  type Decided,
  type IdentityCommand,
  type IdentityContext,
  type IdentityEffect,
  decided,
  refused,
} from "./port.ts";
import type { Identity } from "./state.ts";

type Command<K extends IdentityCommand["type"]> = Extract<IdentityCommand, { readonly type: K }>;

/** The pin that a finished pairing leads to. An active pin of the same party is not overwritten. */
export function pinPeer(state: Identity, command: Command<"pinPeer">, now: Instant): Decided {
  const { pin } = command;
  const { party } = pin.card;
  if (state.home !== null && equal(state.home.pin.card.party, party)) return refused("PAIR_SELF");
  if (state.peers.has(idText(party))) return refused("PAIR_ALREADY_LINKED");
  return decided([{ type: "peerPinned", pin, at: now }]);
}

export function dropPeer(state: Identity, command: Command<"dropPeer">): Decided {
  const { party } = command;
  return state.peers.has(idText(party)) ? decided([{ type: "peerDropped", party }]) : refused("ID_PEER_UNKNOWN");
}

/** Collects what one notice comes to, one object after the other, each judged by the pin that the ones before it left. */
class Hearing {
  state: Identity;
  readonly party: PartyId;
  readonly context: IdentityContext;
  readonly now: Instant;
  readonly events: IdentityEvent[] = [];
  readonly effects: IdentityEffect[] = [];
  constructor(state: Identity, party: PartyId, context: IdentityContext, now: Instant) {
    this.state = state;
    this.party = party;
    this.context = context;
    this.now = now;
  }
  get pin(): Pin {
    const pin = this.state.peers.get(idText(this.party));
    if (pin === undefined) throw new Error("a hearing of nobody");
    return pin;
  }
  note(event: IdentityEvent, ...effects: readonly IdentityEffect[]): void {
    const before = refuseStanding(this.pin);
    this.state = apply(this.state, event);
    this.events.push(event);
    this.effects.push(...effects);
    const after = refuseStanding(this.pin);
    const { party } = this;
    if (before === null && after !== null) this.effects.push({ type: "peerStopped", party, error: after });
    if (before !== null && after === null) this.effects.push({ type: "peerStands", party });
  }
  /** Whether an adoption stands on its signatures and brings something new. */
  settle(claim: Result<Unproven<Adopted>, ParleyError>): Result<boolean, ParleyError> {
    if (!claim.ok) return claim;
    const adopted = claim.value.prove(this.context.verify);
    return adopted.ok ? { ok: true, value: adopted.value.outcome === "adopted" } : adopted;
  }
  /** An alarm is written down and shown; that something is refused is no event. */
  refuse(error: ParleyError): Decided {
    const { party, now } = this;
    const { code, detail } = error;
    if (!isAlarm(code)) return this.events.length > 0 ? this.decision() : refused(code, detail);
    this.note({ type: "alarmed", party, code, detail, at: now }, { type: "alarm", party, code, detail });
    return this.decision();
  }
  decision(): Decided {
    return decided(this.events, this.effects);
  }
}

export function hearPeer(
  state: Identity,
  command: Command<"fromPeer">,
  context: IdentityContext,
  now: Instant,
): Decided {
  const { party, notice } = command;
  if (!state.peers.has(idText(party))) return refused("ID_PEER_UNKNOWN");
  const hearing = new Hearing(state, party, context, now);
  switch (notice.type) {
    case "changed":
      return hearChange(hearing, notice.catchUp);
    case "revoked": {
      const { revocation } = notice;
      const fresh = hearing.settle(adoptRevocation(hearing.pin, revocation));
      if (!fresh.ok) return hearing.refuse(fresh.error);
      const { subject } = revocation.body;
      const evict: readonly IdentityEffect[] =
        subject.type === "terminal" ? [{ type: "evictTerminal", terminal: subject.terminal }] : [];
      if (fresh.value) hearing.note({ type: "peerRevoked", revocation }, ...evict);
      return hearing.decision();
    }
    case "ruled": {
      const { ruling } = notice;
      const fresh = hearing.settle(adoptRuling(hearing.pin, ruling));
      if (!fresh.ok) return hearing.refuse(fresh.error);
      hearing.note({ type: "peerRuled", ruling });
      return hearing.decision();
    }
    case "witnessed":
      return hearWitness(hearing, notice.witness);
  }
  notice satisfies never;
  return hearing.decision();
}

function hearChange(hearing: Hearing, it: CatchUp): Decided {
  const { card, certificate } = it;
  if (card !== null && card.body.generation > hearing.pin.card.generation) return hearRoot(hearing, card, certificate);
  if (card !== null) {
    const fresh = hearing.settle(adoptCard(hearing.pin, card));
    if (!fresh.ok && fresh.error.code !== "ID_CARD_STALE") return hearing.refuse(fresh.error);
    if (fresh.ok && fresh.value) hearing.note({ type: "peerCard", card });
  }
  if (certificate !== null) {
    const fresh = hearing.settle(adoptCertificate(hearing.pin, certificate, hearing.now));
    if (!fresh.ok) return hearing.refuse(fresh.error);
    if (fresh.value) hearing.note({ type: "peerCertified", certificate, at: hearing.now });
  }
  for (const entry of it.successions) {
    const error = hearSuccession(hearing, entry);
    if (error !== null) return hearing.refuse(error);
  }
  return hearing.decision();
}

function hearRoot(hearing: Hearing, card: SignedCard, certificate: SignedStationCertificate | null): Decided {
  if (certificate === null) return refused("ID_ROOT_CHANGED", "a new root without a station certificate");
  const fresh = hearing.settle(holdRoot(hearing.pin, card, certificate, hearing.now));
  if (!fresh.ok) return hearing.refuse(fresh.error);
  if (fresh.value) hearing.note({ type: "peerRootHeld", card, certificate, at: hearing.now });
  return hearing.decision();
}

/** Adopts and witnesses the next key; null when nothing is wrong. */
function hearSuccession(hearing: Hearing, entry: SignedSuccession): ParleyError | null {
  const { context, now } = hearing;
  const fresh = hearing.settle(adoptSuccession(hearing.pin, entry, now));
  if (!fresh.ok)
    return fresh.error.code === "ID_SUCCESSION_FORK" ? judgeFork(hearing, entry, fresh.error) : fresh.error;
  if (!fresh.value) return null;
  const home = homeOf(hearing.state);
  if (!home.ok) return home.error;
  const seen = {
    party: entry.body.party,
    index: entry.body.index,
    entry: successionHash(entry),
    by: home.value.pin.card.party,
    byKey: keyIdOf(context.signer.publicKey),
    seen: now,
  };
  const witness = signWitness(seen, context.signer);
  const { party } = hearing;
  hearing.note(
    { type: "peerSucceeded", succession: entry, witness },
    { type: "tellPeer", party, notice: { type: "witnessed", witness } },
  );
  return null;
}

/** A successor of a key that has one already: a true rival freezes the link, anything less is refused. */
function judgeFork(hearing: Hearing, second: SignedSuccession, error: ParleyError): ParleyError | null {
  const { index } = second.body;
  const ground = index === indexOf(hearing.pin.line) ? presentGround(hearing.pin) : earlierGround(hearing, index);
  if (ground === null) return error;
  const fork = hearing.settle(proveFork(hearing.pin, ground, second, hearing.now));
  if (!fork.ok) return fork.error;
  const { party } = hearing;
  hearing.note({ type: "peerForked", first: ground.first, second, at: hearing.now });
  hearing.effects.push({ type: "alarm", party, code: "ID_SUCCESSION_FORK", detail: `index ${index}` });
  return null;
}

/** The ground of a fork at an older key, where the ledger has the entries; those from before the pairing it has not. */
function earlierGround(hearing: Hearing, index: number): ForkGround | null {
  const { entries } = hearing.pin.line;
  const [before, pinned] = [entries[index - 1], entries[index]];
  const old = before === undefined ? null : hearing.context.entry(before);
  const first = pinned === undefined ? null : hearing.context.entry(pinned);
  if (old === null || first?.type !== "succession") return null;
  return { oldKey: old.type === "certificate" ? old.it.body.key : old.it.body.newKey, first: first.it };
}

function hearWitness(hearing: Hearing, witness: SignedWitness): Decided {
  const { body } = witness;
  const home = homeOf(hearing.state);
  if (!home.ok) return home;
  const { card, line } = home.value.pin;
  const entry = line.entries[body.index];
  const ours = equal(body.party, card.party) && entry !== undefined && equal(entry, body.entry);
  const { key, previous } = hearing.pin.line;
  const signer = [key, ...(previous === null ? [] : [previous.key])].find((k) => equal(keyIdOf(k), body.byKey));
  if (!ours || !equal(body.by, hearing.party) || signer === undefined)
    return refused("ID_CREDENTIAL_FOREIGN", "a witness of something else");
  if (!hearing.context.verify(checkWitness(witness, signer))) return refused("SIGNATURE_INVALID", "witness");
  return decided([{ type: "witnessed", witness }]);
}
