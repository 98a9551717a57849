// What a port showed, as packages/drill judges it.
import type { ServedPort } from "@parley/drill/checkFacts";
import type { StationSeen } from "@parley/protocol/peer/check";
import { type Clock, type Ms, seconds } from "@parley/base/time";
import { type Shown, datesOf, fingerprintOf, fits } from "../probes/served.ts";

/** A certificate of the web's kind; `name` is the one it must be for, null where any will do. */
export function servedOf(shown: Shown | null, name: string | null): ServedPort["shown"] {
  if (shown === null) return null;
  const { certificate } = shown;
  return {
    fingerprint: fingerprintOf(certificate),
    ...datesOf(certificate),
    fits: name === null || fits(certificate, name),
  };
}

/** A station's certificate is its key: the rest of it says nothing. */
export const stationOf = (shown: Shown | null): ServedPort["shown"] =>
  shown === null ? null : { fingerprint: shown.key ?? "", ...datesOf(shown.certificate), fits: true };

/** One address that shows the right key is a way in; a wrong key at any is told. */
export function sightOf(stations: readonly ServedPort[]): StationSeen {
  if (stations.length === 0) return "untried";
  if (stations.some(({ shown, due }) => shown !== null && shown.fingerprint !== due)) return "other";
  return stations.some(({ shown }) => shown !== null) ? "shown" : "silent";
}

/** A key that rolls, or files that are renewed, are taken up a moment after they are there. */
const takesUpWithin: Ms = seconds(5);

/** What ports show, looked at again where one shows something else than it should: only what stays so is a finding. */
export async function settledPorts(
  clock: Clock,
  look: () => Promise<readonly ServedPort[]>,
): Promise<readonly ServedPort[]> {
  const first = await look();
  if (first.every(({ shown, due }) => shown === null || due === null || shown.fingerprint === due)) return first;
  await new Promise<void>((resolve) => clock.wait(takesUpWithin, resolve));
  return look();
}
