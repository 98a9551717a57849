import { describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { after, minutes, seconds } from "@parley/base/time";
import { carry, officer, seats, start } from "./pair.fixture.ts";

describe("a pairing between two stations", () => {
  it("[PR10] ends with one link, one secret and the same words on both sides, once both people have pressed", () => {
    const pair = seats(1);
    carry(pair, after(start, seconds(1)));
    const { offering, answering } = pair;
    if (offering.state.type !== "comparing" || answering.state.type !== "comparing")
      throw new Error(offering.state.type);
    expect(equal(offering.state.agreed.words, answering.state.agreed.words)).toBe(true);
    offering.feed({ type: "match", officer: officer(1) }, after(start, minutes(2)));
    carry(pair, after(start, minutes(2)));
    expect(offering.state.type).toBe("pressed");
    answering.feed({ type: "match", officer: officer(2) }, after(start, minutes(3)));
    carry(pair, after(start, minutes(3)));
    expect([offering.state.type, answering.state.type]).toEqual(["active", "active"]);
    const [one, two] = [offering.last("paired"), answering.last("paired")];
    expect(equal(one.link, two.link) && equal(one.secret, two.secret)).toBe(true);
    expect(one.peer.card.name).toBe("Party 2");
    expect(two.peer.card.name).toBe("Party 1");
  });
});
