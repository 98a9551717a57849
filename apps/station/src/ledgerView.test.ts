// The ledger as people read it: one row for a call, whatever stands in the ledger about it.
import { certain } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { openCall } from "@parley/call/state";
import { describe, expect, it } from "vitest";
import { nobody } from "./duty/identity/state.ts";
import { callShown, rowOf } from "./ledgerView.ts";
import { begin, deskOf, settle } from "./run/testing/records.ts";
import { type Half, linkText } from "./run/testing/twoStations.ts";

async function viewOf({ life }: Half) {
  if (life === null) throw new Error("down");
  const events = certain(await life.store.events(0, 1000));
  return {
    rows: events.flatMap((event) => rowOf(event, nobody, life.record.of) ?? []),
    shown: events.flatMap((event) => callShown(event, life.record.of) ?? []),
  };
}

/** Two stations, and a ring from `a` that has come to `b`. */
async function ring() {
  const world = await begin();
  const { a, b } = world;
  await a.say(deskOf(a), { type: "place", link: linkText });
  await settle(a, b);
  return { ...world, call: openCall(b.line()) ?? "" };
}

describe("a call in the ledger", () => {
  it("[RC13] is one row: ours while their signature is awaited, then the entry of both with both local times", async () => {
    const { a, b, time, call } = await ring();
    await b.say(deskOf(b), { type: "answer", call });
    await settle(a, b);
    time.now += seconds(60);
    await a.say(deskOf(a), { type: "hangUp", call });
    const before = await viewOf(a);
    expect(before.rows.map(({ kind, proof }) => [kind, proof])).toEqual([["call", "waiting"]]);
    expect(before.shown).toMatchObject([{ call, proof: "waiting", beganText: "Began 20:07 UTC (UTC)" }]);
    await settle(a, b);
    for (const half of [a, b]) {
      const { rows, shown } = await viewOf(half);
      expect(rows.map(({ kind, proof, link }) => [kind, proof, link])).toEqual([["call", "signedByBoth", linkText]]);
      expect(rows[0]?.facts["beganText"]).toBe("Began 15:07 Northmark (UTC-5), 23:07 Estovar (UTC+3)");
      expect(shown).toMatchObject([
        {
          index: rows[0]?.index,
          proof: "signedByBoth",
          endedText: "Ended 15:08 Northmark (UTC-5), 23:08 Estovar (UTC+3)",
        },
      ]);
    }
  });

  it("[RC11] whose answer crossed with the caller's giving up is a row of the called side alone", async () => {
    const { a, b, call } = await ring();
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.say(deskOf(b), { type: "answer", call });
    await settle(a, b);
    expect((await viewOf(b)).rows.map(({ kind, proof }) => [kind, proof])).toEqual([["call", "ours"]]);
    expect((await viewOf(a)).rows.map(({ kind, proof }) => [kind, proof])).toEqual([["rang", "ours"]]);
  });

  it("[CA28] a ring of ours that nobody answered is one row of ours, however it ended and however often the station restarts", async () => {
    const ends = {
      declined: (_: Half, b: Half, call: string) => b.say(deskOf(b), { type: "hangUp", call }),
      cancelled: (a: Half, _: Half, call: string) => a.say(deskOf(a), { type: "hangUp", call }),
    };
    for (const [why, end] of Object.entries(ends)) {
      const { a, b, call } = await ring();
      await b.say(deskOf(b), { type: "rang", call });
      await settle(a, b);
      await end(a, b, call);
      await settle(a, b);
      await a.boot();
      await a.tick();
      const { rows } = await viewOf(a);
      expect(rows).toMatchObject([{ kind: "rang", proof: "ours", link: linkText, facts: { why, reach: "rang" } }]);
      expect((await viewOf(b)).rows.map(({ kind }) => kind)).toEqual(["missed"]);
    }
  });
});
