// The way that a connection's packets take, read from the browser's own statistics: which pair of candidates is in use,
// whether a relay is on it, and its round trip (W3C webrtc-stats sections 8.18, 8.21).

export type Route =
  { readonly at: "searching" } | { readonly at: "direct" | "relay"; readonly roundTrip: number | null };

/** One entry of a browser's report. */
export type Entry = { readonly type: string; readonly id: string } & Readonly<Record<string, unknown>>;

/** The route in `entries`, as `RTCStatsReport.values()` gives them; round trip in milliseconds. */
export function routeOf(entries: Iterable<unknown>): Route {
  const byId = new Map<string, Entry>();
  for (const entry of entries as Iterable<Entry>) byId.set(entry.id, entry);
  const chosen = chosenPair(byId);
  if (chosen === undefined) return { at: "searching" };
  const kinds = ["localCandidateId", "remoteCandidateId"].map(
    (end) => byId.get(String(chosen[end]))?.["candidateType"],
  );
  const seconds = chosen["currentRoundTripTime"];
  return {
    at: kinds.includes("relay") ? "relay" : "direct",
    roundTrip: typeof seconds === "number" ? seconds * 1000 : null,
  };
}

/** The pair of candidates in use, of a report's entries by their ids. */
export function chosenPair(byId: ReadonlyMap<string, Entry>): Entry | undefined {
  const transport = [...byId.values()].find(({ type }) => type === "transport");
  return byId.get(String(transport?.["selectedCandidatePairId"])) ?? nominated(byId);
}

/** Firefox names no pair in its transport, and marks the one in use. */
const nominated = (byId: ReadonlyMap<string, Entry>): Entry | undefined =>
  [...byId.values()].find(
    ({ type, nominated: is, state }) => type === "candidate-pair" && is === true && state === "succeeded",
  );
