// The one suite that every storage engine must pass ([ST1]-[ST5]); registered for memory, SQLite and PostgreSQL by contract.test.ts.
import { type Bytes, utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { maxDocBytes, maxEventBytes } from "@parley/protocol/limits";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareWithMemory } from "./contractRandom.ts";
import { inboxMemory } from "./engine.ts";
import type { Store } from "./port.ts";
import { envelopeOf, linkOf } from "./testing/ids.ts";

/** One place for data: opened, closed and opened again within a test. */
export type Place = { readonly open: () => Promise<Store>; readonly remove: () => Promise<void> };

export function storageContract(name: string, make: () => Promise<Place>): void {
  describe(`storage contract: ${name}`, () => {
    let place: Place;
    let store: Store;
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await place.open();
    };
    const events = async (): Promise<readonly { index: number; kind: string; bytes: Bytes }[]> =>
      certain(await store.events(0, 10_000));

    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    it("[ST1] a new store is empty, original, and counts from 0 and 1", async () => {
      expect([store.origin(), store.nextIndex()]).toEqual(["original", 0]);
      expect(store.position(linkOf(1))).toEqual({ sent: 0, acknowledged: 0, taken: 0 });
      const first = certain(
        await store.transaction((tx) => [tx.append("a", utf8("x")), tx.send(linkOf(1), utf8("y"))] as const),
      );
      expect(first).toEqual([0, 1]);
    });

    it("[ST1] all that one transaction did is there, also after a restart, byte for byte", async () => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      certain(
        await store.transaction((tx) => {
          tx.append("call.began", (index) => Uint8Array.of(index, ...all));
          tx.append("call.ended", new Uint8Array(0));
          expect(tx.take(linkOf(1), 1, envelopeOf(1))).toBe("fresh");
          tx.send(linkOf(1), (sequence) => Uint8Array.of(sequence, ...all));
          tx.put("terminal", "ü", all);
        }),
      );
      for (let round = 0; round < 2; round++) {
        expect(await events()).toEqual([
          { index: 0, kind: "call.began", bytes: Uint8Array.of(0, ...all) },
          { index: 1, kind: "call.ended", bytes: new Uint8Array(0) },
        ]);
        expect(certain(await store.outbox(linkOf(1), 1, 10))).toEqual([
          { sequence: 1, bytes: Uint8Array.of(1, ...all) },
        ]);
        expect(certain(await store.doc("terminal", "ü"))).toEqual(all);
        expect(store.position(linkOf(1))).toEqual({ sent: 1, acknowledged: 0, taken: 1 });
        await reopen();
      }
    });

    it("[ST2] work that throws leaves no trace, and its numbers are given to the next", async () => {
      const failed = store.transaction((tx) => {
        tx.append("a", utf8("gone"));
        tx.send(linkOf(1), utf8("gone"));
        tx.take(linkOf(1), 1, envelopeOf(1));
        tx.put("k", "gone", utf8("gone"));
        throw new Error("the work failed");
      });
      await expect(failed).rejects.toThrow("the work failed");
      const next = await store.transaction((tx) => [
        tx.append("a", utf8("kept")),
        tx.send(linkOf(1), utf8("kept")),
        tx.take(linkOf(1), 1, envelopeOf(2)),
      ]);
      expect(next).toEqual({ ok: true, value: [0, 1, "fresh"] });
      await reopen();
      expect((await events()).map((e) => e.bytes)).toEqual([utf8("kept")]);
      expect(certain(await store.doc("k", "gone"))).toBe(null);
    });

    it("[ST3] transactions called together take effect in the order of the calls", async () => {
      const results = await Promise.all(
        Array.from({ length: 300 }, (_, i) =>
          store.transaction((tx) => {
            tx.put("last", "n", utf8(String(i)));
            return [tx.append("n", utf8(String(i))), tx.send(linkOf(i % 3), utf8(String(i)))] as const;
          }),
        ),
      );
      expect(results.map(certain)).toEqual(Array.from({ length: 300 }, (_, i) => [i, Math.floor(i / 3) + 1]));
      await reopen();
      expect((await events()).map((e) => e.bytes)).toEqual(Array.from({ length: 300 }, (_, i) => utf8(String(i))));
      expect(certain(await store.doc("last", "n"))).toEqual(utf8("299"));
      expect(store.nextIndex()).toBe(300);
    });

    it("[ST3] reads and positions show nothing that is not yet durable", async () => {
      const under = store.transaction((tx) => {
        tx.append("a", utf8("x"));
        tx.send(linkOf(1), utf8("y"));
      });
      expect([store.nextIndex(), store.position(linkOf(1)).sent]).toEqual([0, 0]);
      certain(await under);
      expect([store.nextIndex(), store.position(linkOf(1)).sent]).toEqual([1, 1]);
    });

    it("events are read in pages", async () => {
      certain(await store.transaction((tx) => Array.from({ length: 25 }, (_, i) => tx.append("n", Uint8Array.of(i)))));
      const pages: number[][] = [];
      for (let from = 0; ;) {
        const page = certain(await store.events(from, 10));
        if (page.length === 0) break;
        pages.push(page.map((e) => e.index));
        from += page.length;
      }
      expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
      expect(pages.flat()).toEqual(Array.from({ length: 25 }, (_, i) => i));
    });

    it("[ST4] each link counts by itself; acknowledged envelopes leave, the rest stay, and counting goes on", async () => {
      for (let i = 1; i <= 5; i++) certain(await store.transaction((tx) => tx.send(linkOf(1), Uint8Array.of(i))));
      certain(await store.transaction((tx) => tx.send(linkOf(2), utf8("other"))));
      certain(await store.acknowledge(linkOf(1), 3));
      certain(await store.acknowledge(linkOf(1), 2));
      await reopen();
      expect(certain(await store.outbox(linkOf(1), 1, 10)).map((e) => e.sequence)).toEqual([4, 5]);
      expect(certain(await store.outbox(linkOf(1), 5, 10)).map((e) => e.sequence)).toEqual([5]);
      expect(certain(await store.outbox(linkOf(1), 1, 1)).map((e) => e.sequence)).toEqual([4]);
      expect(certain(await store.outbox(linkOf(2), 1, 10)).length).toBe(1);
      expect(store.position(linkOf(1))).toEqual({ sent: 5, acknowledged: 3, taken: 0 });
      certain(await store.acknowledge(linkOf(1), 5));
      expect(certain(await store.transaction((tx) => tx.send(linkOf(1), utf8("6"))))).toBe(6);
      await expect(store.acknowledge(linkOf(1), 7)).rejects.toThrow("7 acknowledged of 6 sent");
    });

    it("[ST5] an envelope is fresh once; repeated, early and rewritten ones are told apart, also after a restart", async () => {
      const take = async (sequence: number, id: number): Promise<string> =>
        certain(await store.transaction((tx) => tx.take(linkOf(1), sequence, envelopeOf(id))));
      for (let i = 1; i <= inboxMemory + 3; i++) expect(await take(i, i)).toBe("fresh");
      for (let round = 0; round < 2; round++) {
        expect(await take(inboxMemory + 3, inboxMemory + 3)).toBe("repeat");
        expect(await take(inboxMemory + 3, 999)).toBe("reused");
        expect(await take(4, 999)).toBe("reused");
        expect(await take(3, 999)).toBe("repeat");
        expect(await take(inboxMemory + 5, 5)).toBe("ahead");
        expect(store.position(linkOf(1)).taken).toBe(inboxMemory + 3);
        await reopen();
      }
      expect(await take(inboxMemory + 4, inboxMemory)).toBe("repeat");
      expect(store.position(linkOf(1)).taken).toBe(inboxMemory + 4);
    });

    it("documents are set, replaced, removed and listed by kind in order", async () => {
      certain(
        await store.transaction((tx) => {
          for (const key of ["b", "Z", "a", "ä", "a b"]) tx.put("k", key, utf8(key));
          tx.put("other", "x", utf8("x"));
        }),
      );
      certain(
        await store.transaction((tx) => {
          tx.put("k", "a", utf8("new"));
          tx.remove("k", "b");
          tx.remove("k", "never");
          tx.put("k", "twice", utf8("1"));
          tx.remove("k", "twice");
        }),
      );
      await reopen();
      const listed = certain(await store.docs("k"));
      expect(listed.map((d) => d.key)).toEqual(["Z", "a", "a b", "ä"]);
      expect(listed[1]?.bytes).toEqual(utf8("new"));
      expect(certain(await store.docs("none"))).toEqual([]);
    });

    it("a forgotten link starts again from nothing", async () => {
      certain(
        await store.transaction((tx) => {
          tx.send(linkOf(1), utf8("x"));
          tx.take(linkOf(1), 1, envelopeOf(1));
          tx.send(linkOf(2), utf8("stays"));
        }),
      );
      certain(
        await store.transaction((tx) => {
          tx.forget(linkOf(1));
          tx.take(linkOf(1), 1, envelopeOf(1));
        }),
      );
      await reopen();
      expect(store.position(linkOf(1))).toEqual({ sent: 0, acknowledged: 0, taken: 1 });
      expect(certain(await store.outbox(linkOf(1), 1, 9))).toEqual([]);
      expect(certain(await store.outbox(linkOf(2), 1, 9)).length).toBe(1);
    });

    it("[ST1] [ST4] [ST5] random transactions at once answer and leave what the simulated disk does", async () => {
      await compareWithMemory(store, async () => {
        await reopen();
        return store;
      });
    });

    it("bytes wiped by the caller after the call are stored as they were", async () => {
      const secret = utf8("sealed");
      const done = store.transaction((tx) => tx.put("k", "secret", secret));
      secret.fill(0);
      certain(await done);
      expect(certain(await store.doc("k", "secret"))).toEqual(utf8("sealed"));
    });

    it("what is too large, or used outside its work, is a bug and throws", async () => {
      await expect(store.transaction((tx) => tx.append("a", new Uint8Array(maxEventBytes + 1)))).rejects.toThrow(
        RangeError,
      );
      await expect(store.transaction((tx) => tx.put("a", "k", new Uint8Array(maxDocBytes + 1)))).rejects.toThrow(
        RangeError,
      );
      await expect(store.transaction((tx) => tx.put("", "k", utf8("x")))).rejects.toThrow(RangeError);
      const tx = certain(await store.transaction((inside) => inside));
      expect(() => tx.append("late", utf8("x"))).toThrow("after its work had returned");
      certain(await store.transaction((inside) => inside.put("k", "largest", new Uint8Array(maxDocBytes))));
      expect(store.nextIndex()).toBe(0);
    });

    it("a closed store finishes what was called before, and refuses the rest", async () => {
      const before = store.transaction((tx) => tx.append("a", utf8("x")));
      const closed = store.close();
      const later = await store.transaction((tx) => tx.append("a", utf8("y")));
      expect(later).toMatchObject({ ok: false, error: { code: "STORE_CLOSED" } });
      expect(certain(await before)).toBe(0);
      await closed;
      expect(await store.events(0, 1)).toMatchObject({ ok: false, error: { code: "STORE_CLOSED" } });
      store = await place.open();
      expect(store.nextIndex()).toBe(1);
    });
  });
}
