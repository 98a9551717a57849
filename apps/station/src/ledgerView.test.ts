// The ledger as people read it: one row for a call, whatever stands in the ledger about it.
import { certain } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { openCall } from "@parley/call/state";
import { describe, expect, it } from "vitest";
import { nobody } from "./duty/identity/state.ts";
import { callShown, rowOf } from "./ledgerView.ts";
import { type Half, linkText, twoStations } from "./run/testing/twoStations.ts";

const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));
const deskOf = (half: Half): string => half.plan.desks[0]?.terminal ?? "";

async function viewOf({ life }: Half) {
  if (life === null) throw new Error("down");
  const events = certain(await life.store.events(0, 1000));
  return {
    rows: events.flatMap((event) => rowOf(event, nobody, life.record.of) ?? []),
    shown: events.flatMap((event) => callShown(event, life.record.of) ?? []),
  };
}

async function carry(a: Half, b: Half): Promise<void> {
  while ((await a.take(b, true)) || (await b.take(a, true)));
}

describe("a call in the ledger", () => {
  it("[RC13] is one row: ours while their signature is awaited, then the entry of both with both local times", async () => {
    const { a, b, time } = twoStations(random);
    await a.boot();
    await b.boot();
    await a.say(deskOf(a), { type: "place", link: linkText });
    await carry(a, b);
    const call = openCall(b.line()) ?? "";
    await b.say(deskOf(b), { type: "answer", call });
    await carry(a, b);
    time.now += seconds(60);
    await a.say(deskOf(a), { type: "hangUp", call });
    const before = await viewOf(a);
    expect(before.rows.map(({ kind, proof }) => [kind, proof])).toEqual([["call", "waiting"]]);
    expect(before.shown).toMatchObject([{ call, proof: "waiting", beganText: "Began 20:07 UTC (UTC)" }]);
    await carry(a, b);
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
    const { a, b } = twoStations(random);
    await a.boot();
    await b.boot();
    await a.say(deskOf(a), { type: "place", link: linkText });
    await carry(a, b);
    const call = openCall(b.line()) ?? "";
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.say(deskOf(b), { type: "answer", call });
    await carry(a, b);
    expect((await viewOf(b)).rows.map(({ kind, proof }) => [kind, proof])).toEqual([["call", "ours"]]);
    expect((await viewOf(a)).rows.map(({ kind, proof }) => [kind, proof])).toEqual([["rang", "ours"]]);
  });

  it("[CA28] a ring of ours that nobody answered is one row of ours, however it ended and however often the station restarts", async () => {
    const ends = {
      declined: (_: Half, b: Half, call: string) => b.say(deskOf(b), { type: "hangUp", call }),
      cancelled: (a: Half, _: Half, call: string) => a.say(deskOf(a), { type: "hangUp", call }),
    };
    for (const [why, end] of Object.entries(ends)) {
      const { a, b } = twoStations(random);
      await a.boot();
      await b.boot();
      await a.say(deskOf(a), { type: "place", link: linkText });
      await carry(a, b);
      const call = openCall(b.line()) ?? "";
      await b.say(deskOf(b), { type: "rang", call });
      await carry(a, b);
      await end(a, b, call);
      await carry(a, b);
      await a.boot();
      await a.tick();
      const { rows } = await viewOf(a);
      expect(rows).toMatchObject([{ kind: "rang", proof: "ours", link: linkText, facts: { why, reach: "rang" } }]);
      expect((await viewOf(b)).rows.map(({ kind }) => kind)).toEqual(["missed"]);
    }
  });
});
