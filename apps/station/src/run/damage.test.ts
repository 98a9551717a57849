// What lies on a station's disk as documents, as it was written, as older versions wrote it, and damaged.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, fromUtf8, utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { openCall } from "@parley/call/state";
import { z } from "zod/v4";
import { noLink } from "../duty/calls/port.ts";
import { openStore } from "../openStore.ts";
import type { Store } from "../store/port.ts";
import { memoryDisk, openMemory } from "../store/memory.ts";
import { callsDoc } from "./callsDoc.ts";
import { callsDocKinds } from "./callsRun.ts";
import { refuseDamage } from "./damage.ts";
import { fromDoc, toDoc } from "./json.ts";
import { linkDoc, secretsDoc } from "./linkDocs.ts";
import { linkKind } from "./linksRun.ts";
import { recordDoc } from "./recordDoc.ts";
import { recordDocKind } from "./recordRun.ts";
import { sealSecret } from "./secrets.ts";
import { makeSites } from "../testing.ts";
import { begin, callAndAnswer, deskOf, generations, settle } from "./testing/records.ts";
import { type Half, linkText } from "./testing/twoStations.ts";

const schemas: Readonly<Record<string, z.ZodType>> = {
  [linkKind]: linkDoc,
  [callsDocKinds.talk]: callsDoc,
  [recordDocKind]: recordDoc,
};
const jsonKinds = Object.keys(schemas);

/** Two stations in the middle of a call, one after another at its end: documents of every kind. */
async function documents() {
  const { a, b } = await begin();
  const call = await callAndAnswer(a, b);
  const seen: { kind: string; key: string; bytes: Bytes }[] = [];
  const look = async (half: Half) => {
    for (const kind of jsonKinds) {
      const docs = certain((await half.life?.store.docs(kind)) ?? { ok: true, value: [] });
      seen.push(...docs.map(({ key, bytes }) => ({ kind, key, bytes })));
    }
  };
  await look(a);
  await look(b);
  await a.say(deskOf(a), { type: "hangUp", call });
  await look(a);
  await b.take(a, true);
  await look(b);
  await settle(a, b);
  return seen;
}

async function judge(kind: string, key: string, bytes: Bytes): Promise<string> {
  const store: Store = openMemory(memoryDisk());
  certain(await store.transaction((tx) => tx.put(kind, key, bytes)));
  const judged = await refuseDamage(store);
  await store.close();
  return judged.ok ? "sound" : `${judged.error.code} ${judged.error.detail}`;
}

/** Every way to leave one member out or to put something else in its place. */
function* spoilt(value: unknown): Generator<unknown> {
  for (const other of [null, -1, "x", [], {}, true]) yield other;
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    const rest = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    if (!Array.isArray(value)) yield rest;
    for (const other of spoilt(part))
      yield Array.isArray(value) ? value.toSpliced(Number(key), 1, other) : { ...rest, [key]: other };
  }
}

describe("documents on the disk", () => {
  it("[ST12] what runners write is what they read, at every point of a call", async () => {
    const seen = await documents();
    for (const { kind, key, bytes } of seen) {
      expect(await judge(kind, key, bytes)).toBe("sound");
      const read = certain(fromDoc<unknown>(schemas[kind] ?? z.never(), bytes, ""));
      expect(read).toEqual(JSON.parse(fromUtf8(bytes) ?? ""));
    }
    expect(new Set(seen.map(({ kind }) => kind))).toEqual(new Set(jsonKinds));
    const records = seen
      .filter(({ kind }) => kind === recordDocKind)
      .map(({ bytes }) => certain(fromDoc(recordDoc, bytes, ""))?.at);
    expect(new Set(records)).toEqual(new Set(["open", "proposed", "awaiting"]));
  });

  it("[ST12] a member that is gone or something else is read as an older version's, or named", async () => {
    let named = 0;
    for (const { kind, key, bytes } of await documents()) {
      for (const other of spoilt(JSON.parse(fromUtf8(bytes) ?? ""))) {
        const judged = await judge(kind, key, toDoc(other));
        if (judged !== "sound") {
          expect(judged).toMatch(new RegExp(`^STORE_CORRUPT ${kind} ${key}: `));
          named++;
        }
      }
    }
    expect(named).toBeGreaterThan(500);
  });

  it("[ST12] bytes that nobody wrote are named, whatever they are", async () => {
    const kinds = fc.constantFrom(...jsonKinds, "witnessing", "witnessed");
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), kinds, async (bytes, kind) => {
        expect(await judge(kind, linkText, Uint8Array.from(bytes))).toMatch(new RegExp(`^STORE_CORRUPT ${kind} `));
      }),
      { numRuns: 200 },
    );
  });

  it("[ST12] a call that an older version was in is read, and what that version did not keep is as never known", () => {
    const [call, ours, theirs] = ["A".repeat(22), "B".repeat(21) + "A", "C".repeat(21) + "A"];
    const line = { at: "live", call, side: "calling", ours, theirs, answered: 5, since: 6 };
    const doc = toDoc({ links: { [linkText]: { line, generation: 0, far: { [theirs]: "Desk" }, epoch: 2 } } });
    const { links } = certain(fromDoc(callsDoc, doc, ""));
    expect(links[linkText]).toEqual({ ...noLink, line, generation: 0, far: { [theirs]: "Desk" }, epoch: 2 });
  });

  it("[ST12] a record that an older version had signed by rules that are gone is let go; one that was open goes on", () => {
    const call = "A".repeat(22);
    const kept = { entry: "AAAA", key: "AAAA", signature: "AAAA" };
    const read = (value: unknown) => certain(fromDoc(recordDoc, toDoc(value), ""));
    expect(read({ at: "proposed", link: linkText, call, kept })).toBeNull();
    const terminals = { ours: [], theirs: [] };
    const held = { link: linkText, call, receipts: [], terminals, places: null, hungUp: [] };
    const older = { ...held, lag: { answered: 1, hungUp: 2 } };
    expect(read({ at: "open", held: older, early: kept })).toEqual({
      at: "open",
      held: { ...held, answerLag: 0, theirEnd: null, crossed: false },
      early: null,
    });
  });

  it("[ST12] a secret that opens and is none leaves the link without a way to call, and says so; it is never made up", async () => {
    for (const doc of [{ generations: [{ n: 0, secret: "AAAA" }] }, { generations: [{ n: 0, secret: "é" }] }, "x"]) {
      expect(fromDoc(secretsDoc, toDoc(doc), "").ok).toBe(false);
      const { a } = await begin();
      const sealed = sealSecret(toDoc(doc), linkText, new Uint8Array(32).fill(3), (n) => new Uint8Array(n));
      await a.write((tx) => tx.put("linkSecret", linkText, sealed));
      await a.boot();
      expect(generations(a)).toEqual([]);
      expect(a.reports.map(({ code }) => code)).toContain("SECRET_UNREADABLE");
      await a.say(deskOf(a), { type: "place", link: linkText });
      expect(a.refused).toEqual(["LINK_MUST_REKEY"]);
      expect(openCall(a.line())).toBeNull();
    }
  });

  it("[ST12] a station whose lines are damaged does not start, says which document it is, and starts again once that is whole", async () => {
    const sites = makeSites();
    try {
      const site = await sites.make("Northmark");
      const write = async (text: string) => {
        const store = certain(await openStore(site.folder, null));
        certain(await store.transaction((tx) => tx.put(callsDocKinds.talk, "all", utf8(text))));
        await store.close();
      };
      await write('{"links":{"x":{}}}');
      await expect(site.start()).rejects.toThrow(/"STORE_CORRUPT","detail":"calls all: /);
      await write('{"links":{}}');
      await (await site.start()).close();
    } finally {
      sites.remove();
    }
  });

  it("[ST13] an entry of the ledger that is none keeps the station from starting, as damage of its own data", async () => {
    const sites = makeSites();
    try {
      const site = await sites.make("Northmark");
      const write = (turn: number): number => {
        const file = new DatabaseSync(join(site.folder, "station.db"));
        const newest = file.prepare("select idx, bytes from event order by idx desc limit 1").get();
        const { idx, bytes } = newest as unknown as { readonly idx: number; readonly bytes: Uint8Array };
        file.prepare("update event set bytes = ? where idx = ?").run(
          bytes.map((byte) => byte ^ turn),
          idx,
        );
        file.close();
        return idx;
      };
      const index = write(0x80);
      await expect(site.start()).rejects.toThrow(`"STORE_CORRUPT","detail":"entry ${index}: `);
      write(0x80);
      await (await site.start()).close();
    } finally {
      sites.remove();
    }
  });

  it("[ST12] nothing to read is nothing damaged", async () => {
    expect(await judge("other", "x", utf8("not ours"))).toBe("sound");
  });
});
