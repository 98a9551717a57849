// Upgrade and rollback of one side while the other stays as it is: two whole stations that speak other versions of the
// protocol than this program's. Nothing but the version changes, since there is one so far.
import { afterAll, describe, expect, it } from "vitest";
import type { Station } from "./station.ts";
import { connectionOf, makeSites, pairStations, until } from "./testing.ts";

const sites = makeSites();
const running = new Set<Station>();
const close = async (station: Station): Promise<void> => {
  running.delete(station);
  await station.close();
};
afterAll(async () => {
  await Promise.all([...running].map((station) => station.close()));
  sites.remove();
});

const versionOf = (station: Station): number | null => {
  const status = connectionOf(station);
  return status.at === "connected" ? status.version : null;
};
const refusedBy = (station: Station): string | null => {
  const status = connectionOf(station);
  return status.at === "trying" ? status.code : null;
};

describe("upgrade and rollback", () => {
  it(
    "[CL16] N speaks with N-1 and refuses N-2, from either side, and a rollback finds everything as it was",
    {
      timeout: 120_000,
    },
    async () => {
      const [here, there] = await Promise.all([sites.make("Northmark"), sites.make("Estovar")]);
      const start = async (site: typeof here, oldest: number, newest: number): Promise<Station> => {
        const station = await site.start({ oldest, newest });
        running.add(station);
        return station;
      };
      let a = await start(here, 1, 2);
      let b = await start(there, 1, 1);
      await pairStations(a, b);
      await until("N speaks with N-1", () => versionOf(a) === 1 && versionOf(b) === 1);
      const entries = a.store.nextIndex();

      // Upgraded too far: two versions apart.
      await close(a);
      a = await start(here, 2, 3);
      await until("both say why", () => refusedBy(a) === "PEER_VERSION" && refusedBy(b) === "PEER_VERSION");
      expect(a.links.all().length).toBe(1);

      // Rolled back: the same link, nothing lost.
      await close(a);
      a = await start(here, 1, 2);
      await until("the rollback connects", () => versionOf(a) === 1 && versionOf(b) === 1);
      expect(a.store.nextIndex()).toBe(entries);

      // The other side follows, past us, and back.
      await close(b);
      b = await start(there, 2, 3);
      await until("the newest common version", () => versionOf(a) === 2 && versionOf(b) === 2);
      await close(b);
      b = await start(there, 3, 4);
      await until(
        "refused from the other side too",
        () => refusedBy(a) === "PEER_VERSION" && refusedBy(b) === "PEER_VERSION",
      );
      await close(a);
      a = await start(here, 2, 3);
      await until("until both are current", () => versionOf(a) === 3 && versionOf(b) === 3);
    },
  );
});
