// What linked stations say of their own identities, and what is made of it here: newer things are adopted, witnessed and
// written down; a second successor freezes the link; another root stops it (rules ID7, ID8, ID10-ID15, ID21).
import { equal } from "@parley/base/bytes";
import type { Instant } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { idText } from "@parley/protocol/ids";
import {
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
import { type SignedCard, checkCard, partyCard } from "@parley/protocol/signed/partyCard";
import { indexOf } from "@parley/protocol/signed/pin";
import { repin } from "@parley/protocol/signed/repin";
import { keyIdOf } from "@parley/protocol/signed/root";
import { labels } from "@parley/protocol/signed/labels";
import { type HybridKey, type SignatureCheck, checkOf } from "@parley/protocol/signed/signature";
import { type SignedStationCertificate, checkStationCertificate } from "@parley/protocol/signed/stationCertificate";
import { type SignedSuccession, succession, successionHash } from "@parley/protocol/signed/succession";
import { type SignedWitness, checkWitness, signWitness } from "@parley/protocol/signed/witness";
import { keyIn } from "./events.ts";
import { Hearing } from "./hearing.ts";
import { homeOf } from "./home.ts";
import { type CommandOf, type Decided, type IdentityContext, type IdentityEffect, decided, refused } from "./port.ts";
import type { Identity } from "./state.ts";

/** The pin that a finished pairing leads to. An active pin of the same party is not overwritten. */
export function pinPeer(state: Identity, command: CommandOf<"pinPeer">, now: Instant): Decided {
  const { pin } = command;
  const { party } = pin.card;
  if (state.home !== null && equal(state.home.pin.card.party, party)) return refused("PAIR_SELF");
  if (state.peers.has(idText(party))) return refused("PAIR_ALREADY_LINKED");
  return decided([{ type: "peerPinned", pin, at: now }]);
}

/** What is pinned moves on to what the party has proven anew, or nothing does. */
export function repinPeer(state: Identity, command: CommandOf<"repinPeer">, now: Instant): Decided {
  const before = state.peers.get(idText(command.pin.card.party));
  if (before === undefined) return refused("ID_PEER_UNKNOWN");
  const next = repin(before, command.pin);
  return next.ok ? decided([{ type: "peerRepinned", pin: next.value, at: now }]) : next;
}

export function dropPeer(state: Identity, command: CommandOf<"dropPeer">): Decided {
  const { party } = command;
  return state.peers.has(idText(party)) ? decided([{ type: "peerDropped", party }]) : refused("ID_PEER_UNKNOWN");
}

export function hearPeer(
  state: Identity,
  command: CommandOf<"fromPeer">,
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
      if (!fresh.ok) return hearing.refuse(fresh.error, null);
      const { subject } = revocation.body;
      const evict: readonly IdentityEffect[] =
        subject.type === "terminal" ? [{ type: "evictTerminal", terminal: subject.terminal }] : [];
      if (fresh.value) hearing.note({ type: "peerRevoked", revocation }, ...evict);
      return hearing.decision();
    }
    case "ruled": {
      const { ruling } = notice;
      const fresh = hearing.settle(adoptRuling(hearing.pin, ruling));
      if (!fresh.ok) return hearing.refuse(fresh.error, null);
      if (fresh.value) hearing.note({ type: "peerRuled", ruling });
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
  const { root, generation } = hearing.pin.card;
  if (card !== null && card.body.generation > generation) return hearRoot(hearing, card, certificate);
  if (card !== null) {
    const fresh = hearing.settle(adoptCard(hearing.pin, card));
    if (!fresh.ok && fresh.error.code !== "ID_CARD_STALE")
      return hearing.refuse(fresh.error, checkOf(labels.card, partyCard, card, root));
    if (fresh.ok && fresh.value) hearing.note({ type: "peerCard", card });
  }
  if (certificate !== null) {
    const fresh = hearing.settle(adoptCertificate(hearing.pin, certificate, hearing.now));
    if (!fresh.ok && fresh.error.code !== "ID_CERTIFICATE_STALE")
      return hearing.refuse(fresh.error, checkStationCertificate(certificate, root));
    if (fresh.ok && fresh.value) hearing.note({ type: "peerCertified", certificate, at: hearing.now });
  }
  for (const entry of it.successions) {
    const refusal = hearSuccession(hearing, entry);
    if (refusal !== null) return hearing.refuse(refusal.error, refusal.proof);
  }
  return hearing.decision();
}

/** Another root. That somebody shows one is worth an alarm whoever signed it, since nobody but the party could be meant to. */
function hearRoot(hearing: Hearing, card: SignedCard, certificate: SignedStationCertificate | null): Decided {
  if (certificate === null) return refused("ID_ROOT_CHANGED", "a new root without a station certificate");
  const fresh = hearing.settle(holdRoot(hearing.pin, card, certificate, hearing.now));
  if (!fresh.ok) return hearing.refuse(fresh.error, checkCard(card));
  if (fresh.value) hearing.note({ type: "peerRootHeld", card, certificate, at: hearing.now });
  return hearing.decision();
}

/** Why an entry counts for nothing, and the signature without which that is no more than noise. */
type Refusal = { readonly error: ParleyError; readonly proof: SignatureCheck | null };

const byOldKey = (entry: SignedSuccession, oldKey: HybridKey): SignatureCheck =>
  checkOf(labels.succession, succession, entry, oldKey);

/** Adopts and witnesses the next key; null when nothing is wrong. */
function hearSuccession(hearing: Hearing, entry: SignedSuccession): Refusal | null {
  const { context, now, party } = hearing;
  const { key } = hearing.pin.line;
  const fresh = hearing.settle(adoptSuccession(hearing.pin, entry, now));
  if (!fresh.ok)
    return fresh.error.code === "ID_SUCCESSION_FORK"
      ? judgeFork(hearing, entry, fresh.error)
      : { error: fresh.error, proof: byOldKey(entry, key) };
  if (!fresh.value) return null;
  const home = homeOf(hearing.state);
  if (!home.ok) return { error: home.error, proof: null };
  const seen = {
    party: entry.body.party,
    index: entry.body.index,
    entry: successionHash(entry),
    by: home.value.pin.card.party,
    byKey: keyIdOf(context.signer.publicKey),
    seen: now,
  };
  const witness = signWitness(seen, context.signer);
  hearing.note(
    { type: "peerSucceeded", succession: entry, witness },
    { type: "tellPeer", party, notice: { type: "witnessed", witness } },
  );
  return null;
}

/** A successor of a key that has one already: a true rival freezes the link, anything less is refused. */
function judgeFork(hearing: Hearing, second: SignedSuccession, error: ParleyError): Refusal | null {
  const { index } = second.body;
  const ground = index === indexOf(hearing.pin.line) ? presentGround(hearing.pin) : earlierGround(hearing, index);
  if (ground === null) return { error, proof: null };
  const fork = hearing.settle(proveFork(hearing.pin, ground, second, hearing.now));
  if (!fork.ok) return { error: fork.error, proof: byOldKey(second, ground.oldKey) };
  const { party, now } = hearing;
  hearing.note(
    { type: "peerForked", first: ground.first, second, at: now },
    { type: "alarm", party, code: "ID_SUCCESSION_FORK", detail: `index ${index}` },
  );
  return null;
}

/** The ground of a fork at an older key, where the ledger has the entries; those from before the pairing it has not. */
function earlierGround(hearing: Hearing, index: number): ForkGround | null {
  const { entries } = hearing.pin.line;
  const [before, pinned] = [entries[index - 1], entries[index]];
  const old = before === undefined ? null : hearing.context.entry(before);
  const first = pinned === undefined ? null : hearing.context.entry(pinned);
  if (old === null || first?.type !== "succession") return null;
  return { oldKey: keyIn(old), first: first.it };
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
