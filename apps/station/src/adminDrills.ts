// What the command line may ask about drills: one now, and those that the ledger holds. A drill changes nothing about who may take
// part and disturbs nobody, so the socket's owner is enough.
import { base64url } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { type Result, certain, fail, ok } from "@parley/base/result";
import { sideOf } from "@parley/drill/verdict";
import { decodeEntry } from "@parley/ledger/entry";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import {
  type DrillNumbers,
  type DrillPart,
  type DrillSession,
  type DrillVerdict,
  type StepResult,
  drillReport,
} from "@parley/protocol/signed/drillReport";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import { drillFact, drillKind, drillOwnKind } from "./run/drillFacts.ts";
import type { Station } from "./station.ts";
import type { StoredEvent } from "./store/port.ts";

/** The newest drills, at most. */
const mostShown = 1000;
const page = 500;

export type DrillSide = {
  readonly party: string;
  readonly browser: string;
  readonly steps: readonly StepResult[];
  readonly numbers: DrillNumbers | null;
};

/** A drill as the command line and monitors are told of it. In two ledgers the same drill has equal `body` and `signatures`. */
export type DrillShown = {
  readonly index: number;
  readonly link: IdText;
  readonly party: string;
  readonly at: number;
  readonly session: DrillSession;
  readonly verdict: DrillVerdict["at"] | "missed";
  readonly step: DrillVerdict["step"];
  readonly cause: DrillVerdict["cause"];
  readonly whose: "ours" | "theirs" | "both";
  readonly signedBy: readonly string[];
  readonly sides: readonly DrillSide[];
  readonly body: string;
  readonly signatures: readonly string[];
};

/** Rehearses now; with the verdict of each line. LINK_UNKNOWN, DRILLS_OFF, DRILL_GIVEN_UP. */
export async function drillNow(
  station: Station,
  link: IdText | null,
): Promise<Result<readonly ({ readonly party: string } & NonNullable<LineDrills["verdict"]>)[], ParleyError>> {
  const { drills, links } = station;
  if (drills === null) return fail(problem("DRILLS_OFF"));
  const asked = links.all().filter((it) => link === null || it.link === link);
  if (asked.length === 0) return fail(problem("LINK_UNKNOWN"));
  const found = [];
  for (const it of asked) {
    const verdict = await drills.run.now(it.link);
    if (verdict === null) return fail(problem("DRILL_GIVEN_UP", nameOf(station, it.party)));
    found.push({ party: nameOf(station, it.party), ...verdict });
  }
  return ok(found);
}

/** Newest first. */
export async function drillsSince(
  station: Station,
  since: number,
): Promise<Result<readonly DrillShown[], ParleyError>> {
  const { store } = station;
  const shown: DrillShown[] = [];
  for (let to = store.nextIndex(); to > 0 && shown.length < mostShown; to -= Math.min(page, to)) {
    const from = Math.max(0, to - page);
    const events = await store.events(from, to - from);
    if (!events.ok) return events;
    const rows = events.value.flatMap((event) => drillShown(station, event) ?? []);
    shown.push(...rows.filter(({ at }) => at >= since).toReversed());
    const [oldest] = events.value;
    if (oldest !== undefined && certain(decodeEntry(oldest.bytes)).time < since) break;
  }
  return ok(shown.slice(0, mostShown));
}

const nameOf = (station: Station, party: IdText): string => {
  const { home, peers } = station.identity.state();
  if (home !== null && idText(home.pin.card.party) === party) return home.pin.card.name;
  return peers.get(party)?.card.name ?? party;
};

function drillShown(station: Station, { index, kind, bytes }: StoredEvent): DrillShown | null {
  if (kind !== drillKind && kind !== drillOwnKind) return null;
  const entry = certain(decodeEntry(bytes));
  const us = station.identity.state().home?.pin.card.party;
  const partBy = (part: DrillPart): DrillSide => ({
    party: nameOf(station, idText(part.party)),
    browser: part.browser,
    steps: part.results,
    numbers: part.numbers,
  });
  const partyOn = (link: IdText): string => nameOf(station, station.links.of(link)?.party ?? "");
  if (entry.type === "joint") {
    const it = certain(decode(drillReport, entry.body));
    const role = us !== undefined && idText(it.caller.party) === idText(us) ? "caller" : "called";
    return {
      index,
      link: idText(it.link),
      party: partyOn(idText(it.link)),
      at: entry.time,
      session: it.session,
      verdict: it.verdict.at,
      step: it.verdict.step,
      cause: it.verdict.cause,
      whose: sideOf(it.verdict.whose, role),
      signedBy: entry.signatures.map(({ party }) => nameOf(station, idText(party))),
      sides: [partBy(it.caller), partBy(it.called)],
      body: base64url(entry.body),
      signatures: entry.signatures.map(({ signature }) => base64url(signature)),
    };
  }
  const fact = certain(decode(drillFact, entry.body));
  const common = {
    index,
    link: idText(fact.link),
    party: partyOn(idText(fact.link)),
    at: entry.time,
    signedBy: [],
    body: base64url(entry.body),
    signatures: [],
  };
  if (fact.type === "missed")
    return { ...common, session: "direct", verdict: "missed", step: null, cause: null, whose: "theirs", sides: [] };
  const { verdict, role, part } = fact;
  const { at, step, cause } = verdict;
  const session = fact.type === "alone" ? "direct" : fact.session;
  return { ...common, session, verdict: at, step, cause, whose: sideOf(verdict.whose, role), sides: [partBy(part)] };
}
