// What lies on a station's disk after calls: entries of the ledger, and secrets that are sealed.
import { describe, expect, test } from "vitest";
import { hex } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { decodeEntry } from "@parley/ledger/entry";
import { idText } from "@parley/protocol/ids";
import { callEntry } from "@parley/protocol/signed/callEntry";
import { openMemory } from "../store/memory.ts";
import { callKind } from "./callFacts.ts";
import { linkSecretKind } from "./continuityRun.ts";
import { openSecret } from "./secrets.ts";
import {
  begin,
  callAndAnswer,
  deskOf,
  entriesOf,
  exportedIn,
  generations,
  jointOf,
  settle,
} from "./testing/records.ts";
import { type Half, linkText } from "./testing/twoStations.ts";

const sealingKey = new Uint8Array(32).fill(3);
const secretsOf = (half: Half) => half.life?.links.generations(linkText).map(({ secret }) => hex(secret)) ?? [];

async function oneCall() {
  const world = await begin();
  const { a, b, time } = world;
  const call = await callAndAnswer(a, b);
  time.now += seconds(60);
  await a.say(deskOf(a), { type: "hangUp", call });
  await settle(a, b);
  return { ...world, call };
}

describe("what a station keeps", () => {
  test("[RC1] every event is a ledger entry at its place: its own word, or what both parties signed", async () => {
    const { a, b } = await oneCall();
    for (const half of [a, b]) {
      const events = certain((await half.life?.store.events(0, 1000)) ?? { ok: true, value: [] });
      expect(events.length).toBeGreaterThan(3);
      for (const { index, kind, bytes } of events) {
        const entry = certain(decodeEntry(bytes));
        expect([entry.index, entry.kind]).toEqual([index, kind]);
        expect([kind, entry.type]).toEqual([kind, kind === linkSecretKind ? "joint" : entry.type]);
        if (entry.type === "joint") expect(entry.signatures.length).toBe(2);
      }
      expect(jointOf(await entriesOf(half), callKind).length).toBe(1);
      expect(jointOf(await entriesOf(half), linkSecretKind).length).toBe(1);
    }
  });

  test("[RC3] the account is what the station saw: who sat where, the highest epoch, the receipts; names from the pinned cards", async () => {
    const { a, b } = await oneCall();
    const [joint] = jointOf(await entriesOf(a), callKind);
    const entry = certain(decode(callEntry, joint?.body ?? new Uint8Array(0)));
    expect(entry.caller).toMatchObject({ name: "Northmark", timeZone: "America/Chicago", epochs: 3 });
    expect(entry.called).toMatchObject({ name: "Estovar", timeZone: "Europe/Istanbul", epochs: 3 });
    expect([entry.caller, entry.called].map(({ terminals }) => terminals.map((it) => idText(it)))).toEqual([
      [deskOf(a)],
      [deskOf(b)],
    ]);
    expect(entry.receipts.length).toBe(3);
    expect(entry.called.ended - entry.called.began).toBeGreaterThanOrEqual(seconds(60));
  });

  test("[RC32] secrets, and what may become one, are sealed: none lies in clear, and none opens as another link's or for another purpose", async () => {
    const { a, b, call } = await oneCall();
    const next = await callAndAnswer(a, b);
    // The world's first secret looks like a party's id; the one that the call led to does not.
    const [newest = "", ...older] = secretsOf(a);
    const plain = [newest, hex(exportedIn(call)), hex(exportedIn(next))];
    expect([newest.length, older.length]).toEqual([64, 1]);
    const store = openMemory(a.disk);
    const kinds = ["linkSecret", "continuity"] as const;
    const sealed = { linkSecret: new Uint8Array(0), continuity: new Uint8Array(0) };
    for (const kind of kinds) {
      const [doc] = certain(await store.docs(kind));
      if (doc === undefined) throw new Error(`nothing kept as ${kind}`);
      sealed[kind] = doc.bytes;
      for (const secret of plain) expect(hex(doc.bytes)).not.toContain(secret);
    }
    for (const event of certain(await store.events(0, 1000)))
      for (const secret of plain) expect(hex(event.bytes)).not.toContain(secret);
    const asContinuity = `continuity ${linkText}`;
    expect(openSecret(sealed.linkSecret, linkText, sealingKey)).not.toBe(null);
    expect(openSecret(sealed.continuity, asContinuity, sealingKey)).not.toBe(null);
    expect(openSecret(sealed.linkSecret, asContinuity, sealingKey)).toBe(null);
    expect(openSecret(sealed.continuity, linkText, sealingKey)).toBe(null);
    expect(openSecret(sealed.linkSecret, idText(new Uint8Array(16)), sealingKey)).toBe(null);
    expect(openSecret(sealed.linkSecret, linkText, new Uint8Array(32))).toBe(null);

    // One put in the other's place is no secret, and that is said.
    certain(await store.transaction((tx) => tx.put("linkSecret", linkText, sealed.continuity)));
    await a.boot();
    expect(generations(a)).toEqual([]);
    expect(a.reports.map(({ code }) => code)).toContain("SECRET_UNREADABLE");
  });
});
