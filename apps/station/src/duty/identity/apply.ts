// `apply` is the only way in which the identities of a station change. It replays what was verified when it was
// decided, so it checks no signature again; a ledger that does not follow from itself throws.
import { type Result, certain } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import {
  adoptCard,
  adoptCertificate,
  adoptRevocation,
  adoptRuling,
  adoptSuccession,
  freeze,
  holdRoot,
  releaseRoot,
} from "@parley/protocol/signed/adopt";
import { type Pin, lastEntry, proveBundle } from "@parley/protocol/signed/pin";
import { revocationHash } from "@parley/protocol/signed/revocation";
import type { Unproven } from "@parley/protocol/signed/signature";
import { applyOfficers, applyTerminals } from "./applyPeople.ts";
import type { EventOf, IdentityEvent } from "./events.ts";
import { type Home, type Identity, alarmKey, set, still, without } from "./state.ts";

/** What an event that was verified when it was written comes to. A throw means that the ledger does not follow from itself. */
const replayed = <T>(it: Result<Unproven<T>, ParleyError>): T => certain(certain(it).prove(() => true));

const homeOf = (state: Identity): Home => {
  if (state.home === null) throw new Error("an event of a station that is not set up");
  return state.home;
};

function peer(state: Identity, party: PartyId, next: (pin: Pin) => Pin): Identity {
  const key = idText(party);
  const pin = state.peers.get(key);
  if (pin === undefined) throw new Error("an event of a party that is not pinned");
  return { ...state, peers: set(state.peers, key, next(pin)) };
}

export function apply(state: Identity, event: IdentityEvent): Identity {
  switch (event.type) {
    case "setUp": {
      const { lineage, certificate } = event;
      const bundle = { lineage, certificate, successions: [] };
      return { ...state, home: { pin: replayed(proveBundle(bundle, certificate.body.issued)), ...bundle } };
    }
    case "cardIssued":
    case "certified":
    case "succeeded":
      return { ...state, home: applyHome(homeOf(state), event) };
    case "rootReplaced": {
      const pending = without(state.pending, idText(event.act));
      return { ...state, pending, home: applyHome(homeOf(state), event) };
    }
    case "officerAwaited":
    case "rootOrdered":
    case "officerJoined":
    case "passkeyAdded":
    case "passkeyRemoved":
      return applyOfficers(state, event);
    case "terminalAwaited":
    case "terminalAsked":
    case "terminalRefused":
    case "terminalEnrolled":
    case "terminalCertified":
      return applyTerminals(state, event);
    case "actProposed": {
      const { id, act, by, until } = event;
      return { ...state, pending: set(state.pending, idText(id), { act, by, until }) };
    }
    case "revoked":
      return applyRevoked(state, event);
    case "ruled":
      return applyRuled(state, event);
    case "lapsed": {
      const { at } = event;
      return {
        ...state,
        officerCodes: still(state.officerCodes, (until) => until >= at),
        enrolments: still(state.enrolments, (it) => it.until >= at),
        pending: still(state.pending, (it) => it.until >= at),
      };
    }
    case "rekeyAllowed":
      return { ...state, pending: without(state.pending, idText(event.act)) };
    case "peerRepinned":
    case "peerPinned":
      return {
        ...state,
        peers: set(state.peers, idText(event.pin.card.party), event.pin),
        seen: set(state.seen, idText(event.pin.card.party), lastEntry(homeOf(state).pin.line)),
      };
    case "peerDropped":
      return forget(state, idText(event.party));
    case "peerCard":
      return peer(state, event.card.body.party, (pin) => replayed(adoptCard(pin, event.card)).pin);
    case "peerCertified": {
      const { certificate, at } = event;
      return peer(state, certificate.body.party, (pin) => replayed(adoptCertificate(pin, certificate, at)).pin);
    }
    case "peerSucceeded": {
      const { succession, witness } = event;
      return peer(state, succession.body.party, (p) => replayed(adoptSuccession(p, succession, witness.body.seen)).pin);
    }
    case "peerForked":
      return peer(state, event.second.body.party, (pin) => freeze(pin, event.first, event.second, event.at));
    case "peerRootHeld": {
      const { card, certificate, at } = event;
      return peer(state, card.body.party, (pin) => replayed(holdRoot(pin, card, certificate, at)).pin);
    }
    case "peerRootReleased": {
      const { party, officers, at } = event;
      const released = peer(state, party, (pin) => certain(releaseRoot(pin, officers, at)));
      return { ...released, pending: without(released.pending, idText(event.act)) };
    }
    case "peerRevoked":
      return peer(state, event.revocation.body.party, (p) => replayed(adoptRevocation(p, event.revocation)).pin);
    case "peerRuled":
      return peer(state, event.ruling.body.party, (pin) => replayed(adoptRuling(pin, event.ruling)).pin);
    case "witnessed": {
      const { by, entry } = event.witness.body;
      return { ...state, seen: set(state.seen, idText(by), entry) };
    }
    case "alarmed":
      return { ...state, alarms: set(state.alarms, alarmKey(event.party, event.code), event.at) };
  }
  event satisfies never;
}

const forget = (state: Identity, party: IdText): Identity => ({
  ...state,
  peers: without(state.peers, party),
  seen: without(state.seen, party),
});

function applyHome(
  home: Home,
  event: EventOf<"cardIssued"> | EventOf<"certified"> | EventOf<"succeeded"> | EventOf<"rootReplaced">,
): Home {
  switch (event.type) {
    case "cardIssued": {
      const lineage = [...home.lineage.slice(0, -1), event.card];
      return { ...home, lineage, pin: replayed(adoptCard(home.pin, event.card)).pin };
    }
    case "certified": {
      const { certificate } = event;
      const pin = replayed(adoptCertificate(home.pin, certificate, certificate.body.issued)).pin;
      return { ...home, certificate, successions: [], pin };
    }
    case "succeeded": {
      const { succession } = event;
      const pin = replayed(adoptSuccession(home.pin, succession, succession.body.issued)).pin;
      return { ...home, successions: [...home.successions, succession], pin };
    }
    case "rootReplaced": {
      const { card, certificate, officers } = event;
      const at = certificate.body.issued;
      const held = replayed(holdRoot(home.pin, card, certificate, at)).pin;
      const pin = certain(releaseRoot(held, officers, at));
      return { pin, lineage: [...home.lineage, card], certificate, successions: [] };
    }
  }
  event satisfies never;
}

function applyRevoked(state: Identity, event: EventOf<"revoked">): Identity {
  const { revocation: it, act } = event;
  const home = homeOf(state);
  const hash = revocationHash(it);
  const next: Identity = {
    ...state,
    home: { ...home, pin: replayed(adoptRevocation(home.pin, it)).pin },
    pending: act === null ? state.pending : without(state.pending, idText(act)),
    revocations: set(state.revocations, idText(hash), {
      it,
      verdict: it.body.by.type === "root" ? "confirmed" : "open",
    }),
  };
  const { subject } = it.body;
  // Who is cut off comes back by a new pairing alone, so nothing of the old one is kept.
  if (subject.type === "party") return forget(next, idText(subject.other));
  if (subject.type !== "terminal") return next;
  const key = idText(subject.terminal);
  const terminal = state.terminals.get(key);
  if (terminal === undefined) return next;
  const standing = { at: "removed", revocation: hash } as const;
  return { ...next, terminals: set(state.terminals, key, { ...terminal, standing }) };
}

function applyRuled(state: Identity, event: EventOf<"ruled">): Identity {
  const { body } = event.ruling;
  const home = homeOf(state);
  const key = idText(body.revocation);
  const known = state.revocations.get(key);
  if (known === undefined) throw new Error("a ruling on nothing");
  const pin = replayed(adoptRuling(home.pin, event.ruling)).pin;
  const revocations = set(state.revocations, key, { ...known, verdict: body.verdict });
  const next: Identity = { ...state, home: { ...home, pin }, revocations };
  const { subject } = known.it.body;
  if (body.verdict !== "undone" || subject.type !== "terminal") return next;
  const terminal = state.terminals.get(idText(subject.terminal));
  if (terminal === undefined) return next;
  const back = { ...terminal, standing: { at: "enrolled" } as const };
  return { ...next, terminals: set(state.terminals, idText(subject.terminal), back) };
}
