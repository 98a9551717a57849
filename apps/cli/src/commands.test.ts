import { chmodSync, existsSync, readFileSync, writeFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { errorTable } from "@parley/protocol/errorCodes";
import { configSchema } from "@parley/station/config";
import { exitCodes, exitOf } from "./exit.ts";
import { type Checks, dataOf, errorOf, makeFolders, parley } from "./testing.ts";

const folders = makeFolders();
afterAll(() => folders.remove());

const names = [
  "init",
  "station",
  "pair",
  "enrol",
  "status",
  "horizon",
  "drill",
  "drills",
  "doctor",
  "backup",
  "restore",
  "export",
  "verify",
  "rekey",
  "log-key",
  "stop",
];

describe("the command line", () => {
  it("[CL1] every command has a help that exits 0 and names its options, and the list has them all", async () => {
    const list = await parley(["--help"]);
    expect(list.code).toBe(0);
    const helps = await Promise.all(names.map((name) => parley([name, "--help"])));
    for (const [at, name] of names.entries()) {
      expect(list.out).toContain(`  ${name} `);
      expect([name, helps[at]?.code]).toEqual([name, 0]);
      expect(helps[at]?.out).toContain("--json");
      expect(helps[at]?.out).toMatch(new RegExp(`^parley ${name}`));
    }
  });

  it("[CL2] wrong use exits 2 and names what was wrong: a command, an option, a word too many, something not given", async () => {
    const wrong = [
      ["dance"],
      ["status", "--loud"],
      ["status", "now"],
      ["enrol", "--role", "king", "--name", "X"],
      ["init", "--name", "A", "--place", "B", "--zone", "Mars/Olympus"],
      ["init", "--name", "A\u202e", "--place", "B", "--zone", "UTC"],
    ];
    const ran = await Promise.all(wrong.map((args) => parley([...args, "--json", "--data", folders.path("none")])));
    expect(ran.map(({ code }) => code)).toEqual(wrong.map(() => 2));
    const [zone] = ran.slice(4).map(errorOf);
    expect(zone?.code).toBe("COMMAND_INCOMPLETE");
    expect(zone?.detail).toContain("Mars/Olympus");
    expect(existsSync(folders.path("none"))).toBe(false);
  });

  it("[CL1] the exit code of every error follows from its row, and none is outside the table", () => {
    for (const code of Object.keys(errorTable)) expect(Object.keys(exitCodes)).toContain(String(exitOf(code)));
    expect([exitOf("PEER_UNREACHABLE"), exitOf("CONFIG_WRONG"), exitOf("KEYS_PASSPHRASE_WRONG")]).toEqual([1, 3, 4]);
  });

  it("[CL3] an unknown setting refuses to start, exits 3 and names it", async () => {
    const data = folders.path("unknown");
    mkdirSync(data);
    writeFileSync(join(data, "parley.json"), JSON.stringify({ web: { prot: 4430 } }));
    const ran = await parley(["station", "--data", data, "--pages", folders.pages]);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain("web.prot is no setting of Parley's");
    const doctor = await parley(["doctor", "--data", data, "--json"]);
    expect(doctor.code).toBe(3);
    const [check] = dataOf<Checks>(doctor).checks;
    expect([check?.name, check?.verdict]).toEqual(["settings", "fail"]);
    expect(check?.say).toContain("web.prot");
  });

  it("[CL11] plain HTTP off this machine refuses to start", async () => {
    const data = folders.path("plain");
    mkdirSync(data);
    writeFileSync(join(data, "parley.json"), JSON.stringify({ web: { host: "0.0.0.0" } }));
    const ran = await parley(["station", "--data", data, "--pages", folders.pages, "--json"]);
    expect(errorOf(ran)).toMatchObject({ exit: 3, code: "WEB_PLAIN_HTTP" });
  });

  it("[CL4] init makes a party once, with settings that have a schema, words in a file of their own, and nothing for others to read", async () => {
    const data = folders.path("once");
    const words = folders.path("words.txt");
    const args = ["init", "--data", data, "--name", "Northmark", "--place", "North", "--zone", "Europe/Istanbul"];
    const made = await parley([...args, "--address", "127.0.0.1:4431", "--words-file", words, "--json"]);
    expect([made.code, made.err]).toEqual([0, ""]);
    expect(dataOf<unknown>(made)).toEqual({ name: "Northmark", place: "North", zone: "Europe/Istanbul", data });
    const settings: unknown = JSON.parse(readFileSync(join(data, "parley.json"), "utf8"));
    expect(configSchema.safeParse(settings).success).toBe(true);
    const schema: unknown = JSON.parse(readFileSync(join(data, "parley.schema.json"), "utf8"));
    expect(schema).toHaveProperty("properties.web.properties.certificate.description");
    const kept = readFileSync(words, "utf8");
    expect(kept.match(/([a-z]+ ){23}[a-z]+/g)?.length).toBe(2);
    for (const path of [data, words, join(data, "root.sealed"), join(data, "officer.sealed"), join(data, "keys")])
      expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);

    const before = readFileSync(join(data, "root.sealed"));
    const again = await parley([...args, "--json"]);
    expect(errorOf(again)).toMatchObject({ exit: 4, code: "PARTY_EXISTS" });
    expect(readFileSync(join(data, "root.sealed")).equals(before)).toBe(true);
  });

  it("[CL8] the doctor looks at a party at rest, and at what has become of its data", async () => {
    const data = folders.path("once");
    const verdictsNow = async () => {
      const { checks } = dataOf<Checks>(await parley(["doctor", "--data", data, "--json"]));
      return Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
    };
    const before = readFileSync(join(data, "station.db"));
    expect(await verdictsNow()).toMatchObject({
      settings: "ok",
      database: "ok",
      keys: "ok",
      root: "warn",
      addresses: "ok",
    });
    expect(readFileSync(join(data, "station.db")).equals(before)).toBe(true);
    chmodSync(data, 0o755);
    writeFileSync(join(data, "station.db"), "no database");
    expect(await verdictsNow()).toMatchObject({ dataFolder: "fail", database: "fail" });
  });

  it("[CL5] a short passphrase is refused, and without one nothing is made", async () => {
    const data = folders.path("short");
    const args = ["init", "--data", data, "--name", "A", "--place", "B", "--zone", "UTC", "--json"];
    const ran = await parley(args, { PARLEY_PASSPHRASE: "short" });
    expect(errorOf(ran)).toMatchObject({ exit: 2, code: "COMMAND_INCOMPLETE" });
    expect(existsSync(join(data, "root.sealed"))).toBe(false);
  });

  it("[CL8] the doctor says that nothing is set up, and what needs a station was not run rather than well", async () => {
    const ran = await parley(["doctor", "--data", folders.path("nowhere"), "--json"]);
    expect(ran.code).toBe(3);
    const { checks } = dataOf<Checks>(ran);
    const verdict = (name: string) => checks.find((check) => check.name === name)?.verdict;
    expect([verdict("dataFolder"), verdict("database"), verdict("relay"), verdict("station")]).toEqual([
      "fail",
      "fail",
      "notRun",
      "notRun",
    ]);
    expect(checks.filter((check) => check.verdict === "fail" && check.cure === "")).toEqual([]);
    expect(existsSync(folders.path("nowhere"))).toBe(false);
  });
});
