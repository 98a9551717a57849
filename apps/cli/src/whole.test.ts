// Two parties from nothing to a restored station, by the command line alone.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Checks,
  type Running,
  type Settings,
  dataOf,
  errorOf,
  makeFolders,
  parley,
  settingsOnLoopback,
  startStation,
} from "./testing.ts";

const folders = makeFolders();
const running: Running[] = [];
const parties = ["Northmark", "Estovar"] as const;
type Party = (typeof parties)[number];
const data = (party: Party): string => folders.path(party.toLowerCase());
const settings = {} as Record<Party, Settings>;

/** What a command that must succeed printed as data. */
async function told<T>(party: Party, ...args: readonly string[]): Promise<T> {
  const ran = await parley([...args, "--data", data(party), "--json"]);
  expect([args, ran.code, ran.err]).toEqual([args, 0, ""]);
  return dataOf<T>(ran);
}

const verdicts = ({ checks }: Checks): Readonly<Record<string, string>> =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));

beforeAll(async () => {
  await Promise.all(
    parties.map(async (party) => {
      settings[party] = await settingsOnLoopback();
      mkdirSync(data(party), { mode: 0o700 });
      writeFileSync(join(data(party), "parley.json"), JSON.stringify(settings[party]));
      const words = folders.path(`${party}.words`);
      const who = ["--name", party, "--place", party, "--zone", "Europe/Istanbul"];
      const made = await parley(["init", "--data", data(party), ...who, "--words-file", words]);
      expect([made.code, made.err]).toEqual([0, ""]);
      running.push(await startStation(data(party), folders.pages));
    }),
  );
}, 120_000);

afterAll(async () => {
  for (const { child } of running) child.kill("SIGTERM");
  await Promise.all(running.map(({ ended }) => ended));
  folders.remove();
});

describe("two parties by the command line alone", () => {
  it(
    "[CL6] [CL7] are paired: offer to a file, import, the same four words on both sides, match; other words confirm and end nothing",
    { timeout: 120_000 },
    async () => {
      const file = folders.path("offer.txt");
      await told("Northmark", "pair", "offer", "--out", file);
      await told("Estovar", "pair", "import", file);
      type Shown = { readonly pairings: readonly { at: string; offer: string; words: readonly string[] }[] };
      const [ours, theirs] = await Promise.all(
        parties.map((party) => told<Shown>(party, "pair", "show", "--wait", "60")),
      );
      const words = ours?.pairings[0]?.words.join(" ") ?? "";
      expect(words.split(" ").length).toBe(4);
      expect(theirs?.pairings[0]?.words.join(" ")).toBe(words);

      const other = await parley([
        "pair",
        "match",
        "--words",
        "one two three four",
        "--data",
        data("Northmark"),
        "--json",
      ]);
      expect(errorOf(other)).toMatchObject({ exit: 4, code: "WORDS_NOT_THESE" });
      const unasked = await parley(["pair", "match", "--data", data("Northmark")]);
      expect(unasked.code).toBe(2);
      await Promise.all(parties.map((party) => told(party, "pair", "match", "--words", words)));
    },
  );

  it("[CL1] status and enrol tell programs what they tell people", { timeout: 120_000 }, async () => {
    type Status = {
      readonly links: readonly { party: string; reachable: { up: boolean } }[];
      readonly officers: number;
    };
    for (let tries = 0; ; tries++) {
      const { links, officers } = await told<Status>("Northmark", "status");
      expect([links.map(({ party }) => party), officers]).toEqual([["Estovar"], 1]);
      if (links[0]?.reachable.up === true) break;
      if (tries > 20) throw new Error("the link does not come up");
    }
    const { address } = await told<{ address: string }>("Estovar", "enrol", "--role", "desk", "--name", "Desk");
    expect(address).toMatch(/^http:\/\/localhost:\d+\/desk#code=[\w-]+$/);
    const wrong = await parley(["enrol", "--role", "desk", "--name", "D", "--data", data("Estovar"), "--json"], {
      PARLEY_PASSPHRASE: "another passphrase",
    });
    expect(errorOf(wrong)).toMatchObject({ exit: 4, code: "KEYS_PASSPHRASE_WRONG" });
  });

  it(
    "[CL8] [CL14] the doctor tries the relay, the link, and our ports from the other station",
    { timeout: 120_000 },
    async () => {
      const found = await told<Checks>("Northmark", "doctor");
      const { turn } = settings.Northmark;
      expect(verdicts(found)).toMatchObject({
        settings: "ok",
        station: "ok",
        database: "ok",
        keys: "ok",
        "port.web": "ok",
        "port.peer": "ok",
        "port.turnUdp": "ok",
        "port.turnTcp": "ok",
        [`relay turn:127.0.0.1:${String(turn["udpPort"])}?transport=udp`]: "ok",
        [`relay turn:127.0.0.1:${String(turn["tcpPort"])}?transport=tcp`]: "ok",
        "link Estovar": "ok",
        "from Estovar: peer": "ok",
        "from Estovar: turnUdp": "ok",
        "from Estovar: turnTcp": "ok",
      });
    },
  );

  it("[CK1] [CK17] a check and the horizon are there for people and programs", { timeout: 120_000 }, async () => {
    type Status = {
      readonly links: readonly { check: { at: number; keyPackages: string; findings: readonly unknown[] } }[];
    };
    const { links } = await told<Status>("Northmark", "status", "--check");
    expect(links[0]?.check).toMatchObject({ keyPackages: "none by design" });
    expect(links[0]?.check.at).toBeGreaterThan(0);
    const { lines } = await told<{ lines: readonly { party: string; dated: readonly object[] }[] }>(
      "Northmark",
      "horizon",
    );
    expect(lines).toMatchObject([{ party: "Estovar" }]);
    for (const whose of ["ours", "theirs"])
      expect(lines[0]?.dated).toContainEqual(expect.objectContaining({ what: "stationKey", whose, stands: "renews" }));
    const said = await parley(["horizon", "--data", data("Northmark")]);
    expect(said.out).toMatch(/^Estovar: /);
    expect(said.out).toContain("renews itself");
  });

  it(
    "[AL1] [AL14] alarms and a trial of their ways are there for people and programs",
    { timeout: 120_000 },
    async () => {
      const { alarms, ways } = await told<{ alarms: readonly unknown[]; ways: readonly unknown[] }>(
        "Northmark",
        "alarm",
      );
      expect([Array.isArray(alarms), ways]).toEqual([true, []]);
      const tried = await parley(["alarm", "test", "--data", data("Northmark")]);
      expect([tried.code, tried.out]).toEqual([3, expect.stringContaining("No way is set besides the consoles")]);
      expect((await parley(["alarm", "sing", "--data", data("Northmark")])).code).toBe(2);
    },
  );

  it(
    "[CL19] the record is exported while the station runs, cosigned by the other, and verified without either",
    { timeout: 240_000 },
    async () => {
      const files = parties.map((party) => folders.path(`${party}.record`));
      for (const [at, party] of parties.entries())
        expect(await told(party, "export", files[at] ?? "")).toMatchObject({ path: files[at] });
      const [ours = "", theirs = ""] = files;
      type Verdict = { readonly verdict: string; readonly signedBy: readonly string[]; readonly party: { id: string } };
      const nowhere = { PARLEY_DATA: folders.path("nowhere") };
      const one = await parley(["verify", ours, "--json"], nowhere);
      expect([one.code, one.err]).toEqual([0, ""]);
      const { party } = dataOf<Verdict>(one);
      expect(dataOf<Verdict>(one)).toMatchObject({ verdict: "complete", signedBy: ["Northmark", "Estovar"] });
      const said = await parley(
        ["verify", ours, theirs, "--party", party.id, "--csv", folders.path("all.csv")],
        nowhere,
      );
      expect(said.out).toMatch(/^Northmark: complete, both signed, no gaps; /);
      expect(said.out).toContain("The copies agree.");
      expect(said.code).toBe(0);
      expect(readFileSync(folders.path("all.csv"), "utf8").split("\r\n").length).toBeGreaterThan(5);

      expect((await parley(["verify", ours, "--party", party.id.replace(/^./, "_")], nowhere)).code).toBe(1);
      const bent = readFileSync(ours);
      const at = bent.length - 3000;
      bent[at] = (bent[at] ?? 0) ^ 1;
      const broken = folders.path("broken.record");
      writeFileSync(broken, bent);
      const refused = await parley(["verify", broken, "--json"], nowhere);
      expect(refused.code).toBe(4);
      const again = await parley(["export", ours, "--data", data("Northmark"), "--json"]);
      expect(errorOf(again)).toMatchObject({ exit: 4, code: "BACKUP_EXISTS" });
      type Status = { readonly log: { readonly health: string; readonly serial: number } };
      expect((await told<Status>("Northmark", "status")).log).toMatchObject({ health: "good", serial: 1 });
    },
  );

  it(
    "[CL9] a backup is taken while the station runs, and comes back only with new keys",
    { timeout: 240_000 },
    async () => {
      const file = folders.path("northmark.backup");
      await told("Northmark", "backup", file);
      const again = await parley(["backup", file, "--data", data("Northmark"), "--json"]);
      expect(errorOf(again)).toMatchObject({ exit: 4, code: "BACKUP_EXISTS" });
      const busy = await parley(["restore", file, "--data", data("Northmark"), "--json"]);
      expect(busy.code).toBe(3);
      await told("Northmark", "stop");
      await Promise.all(running.filter(({ child }) => child.exitCode !== null).map(({ ended }) => ended));

      const restored = folders.path("restored");
      mkdirSync(restored, { mode: 0o700 });
      writeFileSync(join(restored, "parley.json"), readFileSync(join(data("Northmark"), "parley.json")));
      const done = await parley(["restore", file, "--data", restored, "--json"]);
      expect([done.code, done.err]).toEqual([0, ""]);
      const refused = await parley(["station", "--data", restored, "--pages", folders.pages, "--json"]);
      expect(errorOf(refused)).toMatchObject({ exit: 3, code: "STORE_RESTORED" });
      const sick = await parley(["doctor", "--data", restored, "--json"]);
      expect([sick.code, verdicts(dataOf(sick))["database"]]).toEqual([3, "fail"]);

      const stranger = ["rekey", "--data", restored, "--words-file", folders.path("Estovar.words"), "--json"];
      expect((await parley(stranger)).code).toBe(4);
      const rekeyed = await parley([
        "rekey",
        "--data",
        restored,
        "--words-file",
        folders.path("Northmark.words"),
        "--json",
      ]);
      expect([rekeyed.code, rekeyed.err]).toEqual([0, ""]);
      expect(dataOf<unknown>(rekeyed)).toMatchObject({ party: "Northmark", wasRestored: true, links: 1 });
      running.push(await startStation(restored, folders.pages));
      const status = await parley(["status", "--data", restored, "--json"]);
      expect(dataOf<unknown>(status)).toMatchObject({
        party: { name: "Northmark" },
        links: [{ party: "Estovar", generations: [] }],
      });
      expect(dataOf<{ log: { serial: number } }>(status).log.serial).toBeGreaterThan(1);
      const enrolled = await parley(["enrol", "--role", "officer", "--name", "Officer", "--data", restored, "--json"]);
      expect([enrolled.code, enrolled.err]).toEqual([0, ""]);
      const after = await parley(["doctor", "--data", restored, "--json"]);
      expect([after.code, verdicts(dataOf(after))["link Estovar"]]).toEqual([3, "fail"]);
      expect(existsSync(join(restored, "root.sealed"))).toBe(false);
    },
  );
});
