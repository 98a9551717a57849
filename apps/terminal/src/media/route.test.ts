import { describe, expect, it } from "vitest";
import { routeOf } from "./route.ts";

const pair = {
  type: "candidate-pair",
  id: "P",
  localCandidateId: "L",
  remoteCandidateId: "R",
  currentRoundTripTime: 0.041,
};
const ends = (local: string, remote: string) => [
  { type: "local-candidate", id: "L", candidateType: local },
  { type: "remote-candidate", id: "R", candidateType: remote },
];

describe("route", () => {
  it("is direct when neither end of the chosen pair is a relay, with its round trip in milliseconds", () => {
    expect(
      routeOf([{ type: "transport", id: "T", selectedCandidatePairId: "P" }, pair, ...ends("host", "srflx")]),
    ).toEqual({ at: "direct", roundTrip: 41 });
  });
  it("is relayed when either end is", () => {
    for (const kinds of [ends("relay", "host"), ends("prflx", "relay")]) {
      expect(routeOf([{ type: "transport", id: "T", selectedCandidatePairId: "P" }, pair, ...kinds]).at).toBe("relay");
    }
  });
  it("is searching while no pair is chosen, and found by its mark where the transport names none", () => {
    expect(routeOf([{ type: "transport", id: "T" }])).toEqual({ at: "searching" });
    expect(routeOf([{ ...pair, nominated: true, state: "succeeded" }, ...ends("host", "host")]).at).toBe("direct");
  });
});
