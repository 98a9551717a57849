// A station is restored from a backup, between two whole stations on this machine: the line is dead until two officers on each
// side key it again, and works afterwards.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { decodeEntry } from "@parley/ledger/entry";
import { idOf, idText, type PartyId } from "@parley/protocol/ids";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import { decodeIdentityEvent } from "./duty/identity/events.ts";
import type { Shown } from "./duty/identity/port.ts";
import { decodePairingEvent } from "./duty/pairing/events.ts";
import { viewOf } from "./duty/pairing/view.ts";
import type { Station } from "./station.ts";
import { type Site, makeSites, pairStations, restoreSite, twoOfficers, until } from "./testing.ts";

const sites = makeSites();
const running = new Set<Station>();
afterAll(async () => {
  await Promise.all([...running].map((station) => station.close()));
  sites.remove();
});

class House {
  readonly site: Site;
  station: Station | null = null;
  constructor(site: Site) {
    this.site = site;
  }
  get on(): Station {
    if (this.station === null) throw new Error("not running");
    return this.station;
  }
  async start(): Promise<void> {
    this.station = await this.site.start();
    running.add(this.station);
  }
  async stop(): Promise<void> {
    const station = this.on;
    running.delete(station);
    this.station = null;
    await station.close();
  }
  async backup(name: string): Promise<string> {
    const path = join(this.site.folder, "..", `${this.site.name}-${name}.backup`);
    rmSync(path, { force: true });
    certain(await this.on.store.backup(path));
    return path;
  }
  /** Back to the backup, with the keys that the root makes anew. */
  async restore(path: string): Promise<void> {
    await restoreSite(this.site, path);
    await this.start();
  }
  link(): string {
    const [link, ...others] = this.on.links.all();
    if (link === undefined || others.length > 0) throw new Error("not one link");
    return link.link;
  }
  secrets(): string {
    return this.on.links
      .generations(this.link())
      .map(({ n, secret }) => `${n} ${idText(secret)}`)
      .join();
  }
  peer(): PartyId {
    const party = idOf<PartyId>(this.on.links.all()[0]?.party ?? "", 32);
    if (party === null) throw new Error("no peer");
    return party;
  }
  /** Both officers agree that the link is keyed again. */
  async agree(officers: readonly [Shown, Shown]): Promise<void> {
    const { identity } = this.on;
    const act = { type: "rekey", party: this.peer() } as const;
    const proposed = certain(await identity.command({ type: "proposeAct", act, by: officers[0] }));
    if (proposed.type !== "pending") throw new Error("nothing pends");
    certain(await identity.command({ type: "confirmAct", id: proposed.id, by: officers[1] }));
  }
  at(): readonly string[] {
    return [...this.on.pairing.state().values()].map(({ type }) => type);
  }
  async ledger(): Promise<readonly string[]> {
    const events = certain(await this.on.store.events(0, 10_000));
    return events.flatMap(({ kind, bytes }) => {
      const { body } = certain(decodeEntry(bytes));
      if (kind === "identity") return [certain(decodeIdentityEvent(body)).type];
      return kind === "pairing" ? [certain(decodePairingEvent(body)).type] : [];
    });
  }
}

async function paired(a: string, b: string): Promise<readonly [House, House]> {
  const houses = [new House(await sites.make(a)), new House(await sites.make(b))] as const;
  for (const house of houses) await house.start();
  await pairStations(houses[0].on, houses[1].on);
  return houses;
}

const rekeyed = (house: House): boolean => house.at().includes("wordsDue") && house.secrets() !== "";

async function bothAgreed(a: House, b: House): Promise<void> {
  await until("both links are keyed again", () => rekeyed(a) && rekeyed(b));
  expect(a.link()).toBe(b.link());
  expect(a.secrets()).toBe(b.secrets());
  await until("the link is up", () => [a, b].every((house) => house.on.links.reachable(house.link()).up));
}

/** Fills the link with something taken and acknowledged since the backup. */
async function speak(from: House, to: House): Promise<void> {
  for (let n = 0; n < 3; n++) {
    const link = from.link();
    const sent = await from.on.links.peer(link)?.send(99, new Uint8Array([n]));
    expect(sent?.ok).toBe(true);
  }
  const id = from.on.links.peer(from.link())?.id;
  if (id === undefined) throw new Error("no link");
  await until("what was said is taken", () => {
    const { sent, acknowledged } = from.on.store.position(id);
    return sent > 0 && sent === acknowledged;
  });
  expect(to.on.store.position(id).taken).toBeGreaterThan(0);
}

describe("a link whose station was restored", () => {
  it(
    "[RK1] [RK8] [RK9] from an old backup: no call until two officers on each side agree; then one new secret, words due, entries on both sides",
    { timeout: 120_000 },
    async () => {
      const [a, b] = await paired("Northmark", "Estovar");
      await until("the link is up", () => a.on.links.reachable(a.link()).up);
      const path = await a.backup("old");
      await speak(a, b);
      await speak(b, a);
      const [old, secret] = [b.link(), b.secrets()];
      await a.stop();
      await a.restore(path);
      expect(a.secrets()).toBe("");
      expect(a.site.reports.some(({ code }) => code === "STORE_RESTORED")).toBe(false);
      const { since } = a.on.links.all()[0] ?? { since: 0 };

      const [ours, theirs] = [await twoOfficers(a.on), await twoOfficers(b.on)];
      await a.agree(ours);
      await until("the other side is asked", () => b.at().includes("invited"));
      expect(rekeyed(a)).toBe(false);
      expect(b.secrets()).toBe(secret);
      await b.agree(theirs);
      await bothAgreed(a, b);
      expect(a.link()).not.toBe(old);
      expect(a.secrets()).not.toBe(secret);
      expect(a.on.links.all()[0]?.since).toBe(since);

      const words = [a, b].map((house) =>
        [...house.on.pairing.state().values()].map(viewOf).find(({ at }) => at === "wordsDue"),
      );
      expect(words[0]?.compare?.words.length).toBe(4);
      expect(words[0]?.compare).toEqual(words[1]?.compare);
      const offer = words[0]?.offer;
      if (offer === undefined) throw new Error("no words");
      const by = { officer: new Uint8Array(16) as OfficerId, assertion: ours[0].assertion };
      certain(await a.on.pairing.command({ type: "match", offer, by }));
      for (const house of [a, b])
        expect(await house.ledger()).toEqual(expect.arrayContaining(["rekeyAllowed", "rekeyed"]));
      expect(await a.ledger()).toContain("compared");
      expect(await b.ledger()).toContain("invited");

      const kept = a.secrets();
      await a.stop();
      await a.start();
      expect(a.secrets()).toBe(kept);
      await until("the link is up again", () => a.on.links.reachable(a.link()).up);
      certain(await b.on.pairing.command({ type: "differ", offer, by }));
      expect(b.secrets()).toBe("");
    },
  );

  it("[RK7] [RK8] both restored, both ask at once: one exchange, one secret", { timeout: 120_000 }, async () => {
    const [a, b] = await paired("Northmark2", "Estovar2");
    const paths = [await a.backup("a"), await b.backup("b")] as const;
    await speak(a, b);
    for (const [house, path] of [
      [a, paths[0]],
      [b, paths[1]],
    ] as const) {
      await house.stop();
      await house.restore(path);
    }
    expect([a.secrets(), b.secrets()]).toEqual(["", ""]);
    const officers = [await twoOfficers(a.on), await twoOfficers(b.on)] as const;
    await Promise.all([a.agree(officers[0]), b.agree(officers[1])]);
    await bothAgreed(a, b);
    expect([a.at(), b.at()]).toEqual([["wordsDue"], ["wordsDue"]]);
  });

  it("[RK7] one officer, or the same one twice, changes nothing, here and there", { timeout: 120_000 }, async () => {
    const [a, b] = await paired("Northmark3", "Estovar3");
    const [first, second] = await twoOfficers(a.on);
    const { identity } = a.on;
    const act = { type: "rekey", party: a.peer() } as const;
    const proposed = certain(await identity.command({ type: "proposeAct", act, by: first }));
    if (proposed.type !== "pending") throw new Error("nothing pends");
    const again = await identity.command({ type: "confirmAct", id: proposed.id, by: first });
    expect(again).toMatchObject({ ok: false, error: { code: "ID_SAME_OFFICER" } });
    expect(a.at()).not.toContain("offered");
    certain(await identity.command({ type: "confirmAct", id: proposed.id, by: second }));
    await until("the other side is asked", () => b.at().includes("invited"));
    const [one] = await twoOfficers(b.on);
    const there = { type: "rekey", party: b.peer() } as const;
    certain(await b.on.identity.command({ type: "proposeAct", act: there, by: one }));
    expect([rekeyed(a), rekeyed(b)]).toEqual([false, false]);
    expect(a.secrets()).toBe(b.secrets());
    expect(a.secrets()).not.toBe("");
  });
});
