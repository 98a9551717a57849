import { describe, expect, it } from "vitest";
import { after, seconds } from "@parley/base/time";
import type { LinkId } from "../ids.ts";
import type { Digest } from "../signed/hash.ts";
import { decodePairingMessage, encodePairingMessage } from "./messages.ts";
import { matchMessage, pressMatch } from "./people.ts";
import { carry, meansOf, officer, party, seats, seededRandom, start } from "./testing/pair.ts";

const now = after(start, seconds(1));
const his = meansOf(party(3), seededRandom(70_001));
const junk = (n: number) => new Uint8Array(n).fill(1);

describe("a person's word", () => {
  it("[PR17] a word for one side, or without the link's secret, is no word of the other", () => {
    const pair = seats(502);
    carry(pair, now);
    pair.offering.feed({ type: "match", officer: officer(1) }, now);
    const [mine] = pair.offering.out.splice(0);
    if (mine === undefined) throw new Error("no word was sent");
    pair.offering.feed({ type: "message", bytes: mine }, now);
    expect(pair.offering.state.type).toBe("pressed");
    const read = decodePairingMessage(mine);
    if (!read.ok || read.value.body.type !== "matched") throw new Error("not a word");
    const { offer, body } = read.value;
    const forged = [
      { ...body, mac: junk(32) },
      {
        ...body,
        match: { ...body.match, signature: his.signer.sign("parley pair v1 match", junk(9)) },
      },
      { ...body, match: { ...body.match, body: { ...body.match.body, party: party(3).id } } },
    ];
    for (const word of forged) {
      pair.answering.feed({ type: "message", bytes: encodePairingMessage({ offer, body: word }) }, now);
      expect(pair.answering.last("refused").error.code).toBe("PAIR_PROOF_INVALID");
      expect(pair.answering.state).toMatchObject({ type: "comparing", theirs: null });
    }
  });

  it("[PR17] a word that the other side gave in another party's name, for another link or another transcript is none", () => {
    const pair = seats(503);
    carry(pair, now);
    const { state, means } = pair.answering;
    if (state.type !== "comparing") throw new Error("not comparing");
    const { agreed, offer } = state;
    const words = [
      pressMatch(agreed, officer(2), { ...means, party: party(3).id }, now),
      pressMatch({ ...agreed, link: junk(16) as LinkId }, officer(2), means, now),
      pressMatch({ ...agreed, transcript: junk(32) as Digest }, officer(2), means, now),
    ];
    for (const word of words) {
      pair.offering.feed({ type: "message", bytes: matchMessage("matched", offer, agreed, word) }, now);
      expect(pair.offering.last("refused").error.code).toBe("PAIR_PROOF_INVALID");
    }
    const good = pressMatch(agreed, officer(2), means, now);
    pair.offering.feed({ type: "message", bytes: matchMessage("matched", offer, agreed, good) }, now);
    expect(pair.offering.state).toMatchObject({ type: "comparing", theirs: good });
  });
});
