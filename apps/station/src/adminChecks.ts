// What the command line may ask about checks: what the last ones found, one now, and what has a date. Changes nothing about who may
// take part, so the socket's owner is enough.
import { standsOf } from "@parley/drill/horizon";
import { errorTable } from "@parley/protocol/errorCodes";
import type { Station } from "./station.ts";
import { systemClock } from "./systemPorts.ts";

/** What is said of key packages: a call's group is made anew from what its terminals bring, so none lie anywhere and none run out. */
const keyPackages = "none by design";

const partyOf = (station: Station, link: string): string => {
  const party = station.links.of(link)?.party ?? "";
  return station.identity.state().peers.get(party)?.card.name ?? party;
};

export const checksShown = (station: Station) =>
  station.checks.shown().map(({ link, at, findings, history, time, versions }) => ({
    link,
    party: partyOf(station, link),
    at,
    findings: findings.map((it) => ({ ...it, say: errorTable[it.code].say, cure: errorTable[it.code].cure })),
    history,
    time,
    versions,
    keyPackages,
  }));

export async function checkNow(station: Station) {
  await station.checks.round();
  return checksShown(station);
}

/** Of every line: all its dates, earliest first, how each stands now, and the first that counts. */
export const horizons = (station: Station) =>
  station.checks.shown().map(({ link, at, dated, horizon }) => ({
    link,
    party: partyOf(station, link),
    at,
    horizon,
    dated: dated.map((it) => ({ ...it, stands: standsOf(it, systemClock.now()) })),
  }));
export type HorizonShown = ReturnType<typeof horizons>[number];
