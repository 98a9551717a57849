// Our own party's keys: what the root signed, and the monthly hand-over of the station key, which waits for nobody
// (rules ID9-ID14).
import { equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type Instant, between } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type PartyId, idText } from "@parley/protocol/ids";
import { maxSuccessionsAtOnce, noClockBefore, stationKeyPeriodMs } from "@parley/protocol/limits";
import { adoptCard, adoptCertificate, adoptRevocation, adoptRuling } from "@parley/protocol/signed/adopt";
import type { CatchUp } from "@parley/protocol/signed/catchUp";
import { type Bundle, firstEntry, indexOf, proveBundle, refuseStanding } from "@parley/protocol/signed/pin";
import { keyIdOf } from "@parley/protocol/signed/root";
import { signSuccession } from "@parley/protocol/signed/succession";
import type { IdentityEvent } from "./events.ts";
import {
  type CommandOf,
  type Decided,
  type IdentityContext,
  type IdentityEffect,
  decided,
  proven,
  refused,
} from "./port.ts";
import type { Home, Identity } from "./state.ts";

const empty: CatchUp = { card: null, certificate: null, successions: [] };
const changed = (it: Partial<CatchUp>): IdentityEffect => ({
  type: "tellPeers",
  notice: { type: "changed", catchUp: { ...empty, ...it } },
});

/** The home, or that there is none yet. */
export const homeOf = (state: Identity): Result<Home, ParleyError> =>
  state.home === null ? fail(problem("ID_NOT_SET_UP")) : ok(state.home);

export function setUp(state: Identity, command: CommandOf<"setUp">, context: IdentityContext, now: Instant): Decided {
  if (state.home !== null) return refused("ID_CERTIFICATE_STALE", "this station is set up");
  const { lineage, certificate } = command;
  const pin = proven(proveBundle({ lineage, certificate, successions: [] }, now), context.verify);
  if (!pin.ok) return pin;
  const key = keyIdOf(pin.value.line.key);
  if (!context.holds(key)) return refused("KEYS_FILE_MISSING", "the certified key is not at hand");
  return decided([{ type: "setUp", lineage, certificate }], [{ type: "useKey", key, next: certificate.body.nextKey }]);
}

export function issueCard(state: Identity, command: CommandOf<"issueCard">, context: IdentityContext): Decided {
  const home = homeOf(state);
  if (!home.ok) return home;
  const { card } = command;
  const adopted = proven(adoptCard(home.value.pin, card), context.verify);
  if (!adopted.ok) return adopted;
  if (adopted.value.outcome === "known") return decided([]);
  return decided([{ type: "cardIssued", card }], [changed({ card })]);
}

/** The root certifies our key anew: after a fork, a restored backup or a stolen key, and before a line grows too long. */
export function certify(
  state: Identity,
  command: CommandOf<"certify">,
  context: IdentityContext,
  now: Instant,
): Decided {
  const home = homeOf(state);
  if (!home.ok) return home;
  const { certificate } = command;
  const adopted = proven(adoptCertificate(home.value.pin, certificate, now), context.verify);
  if (!adopted.ok) return adopted;
  if (adopted.value.outcome === "known") return decided([]);
  const key = keyIdOf(certificate.body.key);
  if (!context.holds(key)) return refused("KEYS_FILE_MISSING", "the certified key is not at hand");
  return decided(
    [{ type: "certified", certificate }],
    [{ type: "useKey", key, next: certificate.body.nextKey }, changed({ certificate }), { type: "renewTerminals" }],
  );
}

/** The root's own cut-off, which needs no officer: a terminal, or a station key that was stolen. */
export function rootRevoke(state: Identity, command: CommandOf<"rootRevoke">, context: IdentityContext): Decided {
  const home = homeOf(state);
  if (!home.ok) return home;
  const { revocation } = command;
  if (revocation.body.by.type !== "root") return refused("ID_REVOCATION_UNDUE", "not the root's");
  const adopted = proven(adoptRevocation(home.value.pin, revocation), context.verify);
  if (!adopted.ok) return adopted;
  if (adopted.value.outcome === "known" && revocation.body.subject.type !== "party") return decided([]);
  return decided([{ type: "revoked", revocation, act: null }], cutOff(revocation));
}

/** What a cut-off sets going. */
export function cutOff(revocation: CommandOf<"rootRevoke">["revocation"]): readonly IdentityEffect[] {
  const { subject } = revocation.body;
  const tell: IdentityEffect = { type: "tellPeers", notice: { type: "revoked", revocation } };
  switch (subject.type) {
    case "terminal":
      return [{ type: "evictTerminal", terminal: subject.terminal }, tell];
    case "party":
      return [{ type: "cutOffParty", party: subject.other }];
    case "stationKey":
      return [tell];
  }
  subject satisfies never;
  return [];
}

/** The root confirms or undoes what the station and two officers removed. */
export function rule(state: Identity, command: CommandOf<"rule">, context: IdentityContext): Decided {
  const home = homeOf(state);
  if (!home.ok) return home;
  const { ruling } = command;
  const known = state.revocations.get(idText(ruling.body.revocation));
  if (known === undefined) return refused("ID_ACT_UNKNOWN", "no such cut-off");
  const adopted = proven(adoptRuling(home.value.pin, ruling), context.verify);
  if (!adopted.ok) return adopted;
  if (known.verdict === ruling.body.verdict) return decided([]);
  return decided([{ type: "ruled", ruling }], [{ type: "tellPeers", notice: { type: "ruled", ruling } }]);
}

/** When the station key in use is to hand over; never under the date of a clock that has lost its time ([ID36]). */
export const handOverDue = (home: Home, now: Instant): boolean =>
  now >= noClockBefore &&
  (between(home.pin.line.since, now) >= stationKeyPeriodMs || home.pin.line.since > now + stationKeyPeriodMs);

const hasLapsed = <V>(map: ReadonlyMap<string, V>, until: (value: V) => Instant, now: Instant): boolean =>
  [...map.values()].some((value) => until(value) < now);

/** Codes, enrolments and acts whose time is over. */
const someLapsed = ({ officerCodes, enrolments, pending }: Identity, now: Instant): boolean =>
  hasLapsed(officerCodes, (until) => until, now) ||
  hasLapsed(enrolments, (it) => it.until, now) ||
  hasLapsed(pending, (it) => it.until, now);

/** Whether `tick` may come to anything: nearly every hour of a line that stands idle it does not. */
export const tickDue = (state: Identity, now: Instant): boolean =>
  someLapsed(state, now) || (state.home !== null && handOverDue(state.home, now));

/** Hands the key over when that is due, and forgets codes and acts that nobody used. */
export function tick(state: Identity, context: IdentityContext, now: Instant): Decided {
  const events: IdentityEvent[] = [];
  const effects: IdentityEffect[] = [];
  if (someLapsed(state, now)) events.push({ type: "lapsed", at: now });
  const { home } = state;
  if (home !== null && !context.holdKey && handOverDue(home, now) && refuseStanding(home.pin) === null) {
    const next = context.nextKey();
    if (next !== null) {
      const { line, card } = home.pin;
      if (!equal(keyIdOf(next.signer.publicKey), line.nextKey))
        throw new Error("the next key is not the one committed to");
      const body = {
        party: card.party,
        certificate: firstEntry(line),
        index: indexOf(line) + 1,
        oldKey: keyIdOf(line.key),
        newKey: next.signer.publicKey,
        nextKey: next.after,
        issued: now,
      };
      const succession = signSuccession(body, context.signer, next.signer);
      events.push({ type: "succeeded", succession });
      effects.push(
        { type: "useKey", key: keyIdOf(body.newKey), next: body.nextKey },
        changed({ successions: [succession] }),
      );
      effects.push({ type: "renewTerminals" });
    }
  }
  return decided(events, effects);
}

/** What this party shows to be paired. */
export const bundleOf = (home: Home): Bundle => ({
  lineage: home.lineage,
  certificate: home.certificate,
  successions: home.successions,
});

/**
 * What our station shows when it greets a peer: all that came after the entry that the peer saw last. Null when the peer has seen the present
 * one. Who has missed more than fits (14 years) waits until the root certifies the station anew.
 */
export function greetingFor(state: Identity, party: PartyId): CatchUp | null {
  const { home } = state;
  if (home === null) return null;
  const { entries } = home.pin.line;
  const seen = state.seen.get(idText(party));
  const at = seen === undefined ? -1 : entries.findIndex((entry) => equal(entry, seen));
  const successions = home.successions.slice(Math.max(at, 0), Math.max(at, 0) + maxSuccessionsAtOnce);
  if (at >= 0) return successions.length === 0 ? null : { ...empty, successions };
  return { card: home.lineage.at(-1) ?? null, certificate: home.certificate, successions };
}
