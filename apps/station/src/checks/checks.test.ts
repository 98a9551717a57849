// Checks between whole stations: real ports, certificates, relays and disks, each broken in turn. What breaks is found by the next
// check of either side, under its own code, and blamed on the side where it is.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { type Clock, instant, seconds } from "@parley/base/time";
import type { Finding } from "@parley/drill/check";
import { makeCertificate } from "../relay/turn/test/certificate.ts";
import type { Station } from "../station.ts";
import { systemClock } from "../systemPorts.ts";
import { type Site, makeSites, pairStations, until } from "../testing.ts";

const sites = makeSites();
const folder = mkdtempSync(join(tmpdir(), "parley-checks-"));
const open: { readonly close: () => unknown }[] = [];
afterEach(async () => {
  for (const station of open.splice(0)) await station.close();
});
afterAll(() => {
  sites.remove();
  rmSync(folder, { recursive: true });
});

async function stop(station: Station): Promise<void> {
  open.splice(open.indexOf(station), 1);
  await station.close();
}

async function start(site: Site, settings?: object): Promise<Station> {
  const station = await site.start(undefined, settings);
  open.push(station);
  return station;
}

/** Both start, pair and see each other. */
async function linked(a: Site, b: Site): Promise<readonly [Station, Station]> {
  const [here, there] = [await start(a), await start(b)];
  await pairStations(here, there);
  await up(here);
  await up(there);
  return [here, there];
}

const up = (station: Station): Promise<void> =>
  until("the link is up", () => station.links.all().every(({ link }) => station.links.reachable(link).up));

type Told = Pick<Finding, "code" | "whose" | "level">;

/** What each finds in one round of both, without what only says that this machine is slow or its disk small. */
async function found(a: Station, b: Station): Promise<readonly [readonly Told[], readonly Told[]]> {
  // Each hears of the other's look at it a moment after its own round.
  await a.checks.round();
  await b.checks.round();
  await a.checks.round();
  return [told(a), told(b)];
}

const ofThisMachine = ["CHECK_DISK_SLOW", "CHECK_DISK_FILLS"];
const told = (station: Station): readonly Told[] =>
  (station.checks.shown()[0]?.findings ?? [])
    .filter(({ code }) => !ofThisMachine.includes(code))
    .map(({ code, whose, level }) => ({ code, whose, level }));

/** The files of a certificate that is valid from and to so many days from now. */
async function certificateFiles(name: string, days?: readonly [number, number]) {
  const made = await makeCertificate("127.0.0.1", days);
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  writeFileSync(files.certificate, made.cert);
  writeFileSync(files.key, made.key);
  return { made, web: { ...files, origin: "https://127.0.0.1:4430" } };
}

describe("checks of whole stations", () => {
  it(
    "[CK1] [CK8] [CK14] [CK15] [CK16] two that are well find nothing, echo each other's relay on every transport, and name the first date",
    { timeout: 120_000 },
    async () => {
      const { web } = await certificateFiles("good", [-1, 90]);
      const [a, b] = await linked(await sites.make("Northmark", { web }), await sites.make("Estovar"));
      expect(await found(a, b)).toEqual([[], []]);
      const [shown] = b.checks.shown();
      expect(shown?.horizon).toMatchObject({ what: "turnCertificate", whose: "theirs" });
      expect(shown?.dated.map(({ what, whose }) => `${whose} ${what}`)).toEqual(
        expect.arrayContaining(["ours stationKey", "theirs stationKey", "theirs webCertificate"]),
      );
      expect(shown?.time?.roundTrip).toBeGreaterThanOrEqual(0);
      expect(Math.abs(shown?.time?.offset ?? Infinity)).toBeLessThanOrEqual(shown?.time?.uncertainty ?? 0);
    },
  );

  it(
    "[CK8] a certificate that has ended is found by both sides, and so is one that was renewed and not taken up",
    { timeout: 120_000 },
    async () => {
      const { web } = await certificateFiles("ended", [-90, -1]);
      const [a, b] = await linked(await sites.make("Ended", { web }), await sites.make("Looking"));
      const ended = { code: "CHECK_CERTIFICATE_ENDED", level: "red" };
      const [ours, theirs] = await found(a, b);
      expect(ours).toContainEqual({ ...ended, whose: "ours" });
      expect(theirs).toContainEqual({ ...ended, whose: "theirs" });

      // The relay goes on with a good one that nobody put on the disk.
      certain(a.relay.present((await certificateFiles("other")).made));
      const other = { code: "CHECK_CERTIFICATE_OTHER", level: "red" };
      const [ourNext, theirNext] = await found(a, b);
      expect(ourNext).toContainEqual({ ...other, whose: "ours" });
      expect(theirNext).toContainEqual({ ...other, whose: "theirs" });
      expect(theirNext).not.toContainEqual({ ...ended, whose: "theirs" });
    },
  );

  it("[CK2] [CK3] a clock that steps is red beyond 30 s, on the side that stepped", { timeout: 120_000 }, async () => {
    let ahead = 0;
    const clock: Clock = { ...systemClock, now: () => instant(systemClock.now() + ahead) };
    const [a, b] = await linked(await sites.make("Steady"), await sites.make("Stepped", { clock }));
    ahead = seconds(45);
    const differ = { code: "CHECK_CLOCKS_DIFFER", level: "red" };
    expect(await found(a, b)).toEqual([[{ ...differ, whose: "theirs" }], [{ ...differ, whose: "ours" }]]);
    expect(a.checks.shown()[0]?.findings[0]?.value).toMatch(/^4[45]\.\d s ± \d+\.\d s$/);
    ahead = seconds(5);
    expect(await found(a, b)).toEqual([
      [{ ...differ, level: "warn", whose: "theirs" }],
      [{ ...differ, level: "warn", whose: "ours" }],
    ]);
    ahead = 0;
    expect(await found(a, b)).toEqual([[], []]);
    expect(a.checks.shown()[0]?.history.map(({ code, is }) => `${code} ${is}`)).toEqual([
      "CHECK_CLOCKS_DIFFER found",
      "CHECK_CLOCKS_DIFFER gone",
    ]);
  });

  it(
    "[CK9] a relay port that is not let through is blocked on its owner's side; a relay that is down is silent there",
    { timeout: 120_000 },
    async () => {
      // Others find this party at an address whose firewall lets the relay's TCP through and no UDP.
      const host = "127.0.0.2";
      const walled = await sites.make("Walled", { host });
      const [a, b] = await linked(walled, await sites.make("Free"));
      const port = a.relay.listeners.find(({ transport }) => transport === "tcp")?.port ?? 0;
      open.push(await forwarder(host, port));
      const blocked = { code: "CHECK_RELAY_BLOCKED", level: "red" };
      expect(await found(a, b)).toEqual([[{ ...blocked, whose: "ours" }], [{ ...blocked, whose: "theirs" }]]);
      expect(b.checks.shown()[0]?.findings.map(({ about }) => about)).toEqual([`udp ${port}`]);

      await stop(a);
      const urls = [`turn:${host}:1?transport=udp`];
      const again = await start(walled, { turn: { use: "external", urls, secret: "a secret of nobody" } });
      await up(again);
      await up(b);
      const silent = { code: "CHECK_RELAY_SILENT", level: "red" };
      const [ours, theirs] = await found(again, b);
      expect(ours).toContainEqual({ ...silent, whose: "ours" });
      expect(theirs).toContainEqual({ ...silent, whose: "theirs" });
    },
  );

  it(
    "[CK7] [CK13] what changed is unproven on its side, across a restart; a far side that is away is named, and its dates are kept",
    { timeout: 120_000 },
    async () => {
      const [here, there] = [await sites.make("Same"), await sites.make("Changed")];
      const [a, b] = await linked(here, there);
      expect(await found(a, b)).toEqual([[], []]);
      await stop(b);
      await until("the link is down", () => a.links.all().every(({ link }) => !a.links.reachable(link).up));
      await a.checks.round();
      expect(told(a)).toMatchObject([{ level: "red" }]);
      expect(a.checks.shown()[0]?.dated.some(({ whose }) => whose === "theirs")).toBe(true);

      const ends = "2031-03-14";
      const again = await start(there, { call: { relayOnly: true }, dates: [{ what: "changed.example", ends }] });
      await up(a);
      await up(again);
      const changed = { code: "CHECK_CHANGED", level: "unproven" };
      expect(await found(a, again)).toEqual([[{ ...changed, whose: "theirs" }], [{ ...changed, whose: "ours" }]]);
      expect(a.checks.shown()[0]?.dated).toContainEqual(
        expect.objectContaining({ what: "listed", name: "changed.example", ends: Date.parse(ends), whose: "theirs" }),
      );
    },
  );
});

/** Lets TCP through to this machine's own address, as a firewall that forwards one port. */
function forwarder(host: string, port: number): Promise<{ readonly close: () => void }> {
  const server: Server = createServer((from) => {
    const to = connect({ host: "127.0.0.1", port });
    for (const [one, other] of [[from, to] as const, [to, from] as const]) {
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  return new Promise((resolve) => server.listen(port, host, () => resolve({ close: () => void server.close() })));
}
