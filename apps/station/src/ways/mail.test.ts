import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { instant } from "@parley/base/time";
import { readConfig } from "../config.ts";
import { condition } from "../duty/alarms/conditions.ts";
import type { Alarm } from "../duty/alarms/port.ts";
import { makeCertificate } from "../relay/turn/test/certificate.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { openWays } from "./ways.ts";

type Got = { readonly from: string; readonly to: readonly string[]; readonly text: string; readonly secure: boolean };

let stop: (() => void)[] = [];
afterEach(() => {
  for (const one of stop) one();
  stop = [];
});

/** A real mail server that keeps what it takes; `refuses` are addresses it does not know. */
async function mailServer({
  tls,
  refuses = [],
}: {
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly refuses?: readonly string[];
}) {
  const got: Got[] = [];
  const server = new SMTPServer({
    ...(tls === undefined ? { disabledCommands: ["STARTTLS", "AUTH"] } : tls),
    authOptional: tls === undefined,
    onAuth: ({ username, password }, _session, done) =>
      username === "parley" && password === "right"
        ? done(null, { user: username })
        : done(new Error("wrong password")),
    onRcptTo: ({ address }, _session, done) => done(refuses.includes(address) ? new Error("no such person") : null),
    onData: (stream, { envelope, secure }, done) => {
      let text = "";
      stream.setEncoding("utf8");
      stream.on("data", (part: string) => (text += part));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        got.push({ from, to: rcptTo.map(({ address }) => address), text, secure });
        done();
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  stop.push(() => server.close(() => undefined));
  return { port: (server.server.address() as AddressInfo).port, got };
}

const alarm: Alarm = {
  ...condition("CHECK_ENDS_SOON", {
    lines: ["L"],
    whose: "ours",
    about: "webCertificate",
    value: "2027-02-01",
    rank: 1,
  }),
  id: "CHECK_ENDS_SOON x",
  origin: "lasts",
  since: instant(1_800_000_000_000),
  last: instant(1_800_000_000_000),
  times: 2,
  standing: { at: "open", told: "first", until: null },
  reached: ["first"],
};
const said = { id: "one", what: "raised", to: "first", alarm, at: alarm.since } as const;

function waysOf(mail: object) {
  const config = certain(
    readConfig(
      JSON.stringify({
        alarms: { mail: { host: "127.0.0.1", from: "parley@northmark.example", tls: "none", ...mail } },
      }),
    ),
  );
  const { clock } = clockByHand();
  return certain(openWays({ config, clock, us: () => "Nórthmark\r\nBcc: x@y", themOf: () => "Estovar" }));
}

const header = ({ text }: Got, name: string): string =>
  new RegExp(`^${name}: ((?:.*)(?:\\r\\n[ \\t].*)*)`, "im")
    .exec(text.slice(0, text.indexOf("\r\n\r\n")))?.[1]
    ?.replace(/\r\n[ \t]/g, " ") ?? "";

describe("alarms by mail", () => {
  it("[AL11] says what is so, whose side, and what to do; first persons and second ones are ways of their own", async () => {
    const { port, got } = await mailServer({});
    const [first, second] = waysOf({
      port,
      first: ["ada@northmark.example", "b@northmark.example"],
      second: ["jonas@northmark.example"],
    });
    if (first === undefined || second === undefined) throw new Error("no ways");
    expect([first.name, first.to, second.name, second.to]).toEqual(["mail first", "first", "mail second", "second"]);
    expect(await first.send(said)).toBe(null);
    expect(await second.send({ ...said, id: "two", to: "second" })).toBe(null);
    const [one, two] = got;
    if (one === undefined || two === undefined) throw new Error("nothing came");
    expect([one.from, one.to, two.to]).toEqual([
      "parley@northmark.example",
      ["ada@northmark.example", "b@northmark.example"],
      ["jonas@northmark.example"],
    ]);
    const body = one.text.slice(one.text.indexOf("\r\n\r\n")).replaceAll("=\r\n", "");
    for (const words of [
      "Something on the line ends soon and does not renew itself (webCertificate",
      "Side: our side",
      "Priority: 1",
      "Since: 2027-01-15 08:00 UTC, 2 times",
      "What to do: Renew it before its date (parley horizon lists all).",
    ])
      expect(body).toContain(words);
    expect(two.text.replaceAll("=\r\n", "")).toContain("Those who were told first have not taken it up.");
    // A party's name is somebody's text: it makes no line of its own.
    expect([header(one, "bcc"), /^Bcc/m.test(one.text)]).toEqual(["", false]);
    expect(header(one, "auto-submitted")).toBe("auto-generated");
  });

  it("[AL11] a mail keeps its id over tries, another has another, and all of one alarm stand together", async () => {
    const { port, got } = await mailServer({});
    const [way] = waysOf({ port, first: ["ada@northmark.example"] });
    await way?.send(said);
    await way?.send(said);
    await way?.send({ ...said, id: "three", what: "ended" });
    const ids = got.map((mail) => header(mail, "message-id"));
    expect(ids[0]).toMatch(/^<[\w-]{22}@localhost>$/);
    expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false]);
    expect(new Set(got.map((mail) => header(mail, "references"))).size).toBe(1);
  });

  it("[AL11] speaks TLS and shows its password only then; a server whose certificate nobody vouches for gets nothing", async () => {
    const tls = await makeCertificate("a mail server");
    const folder = mkdtempSync(join(tmpdir(), "parley-mail-"));
    stop.push(() => rmSync(folder, { recursive: true }));
    const authority = join(folder, "authority.pem");
    writeFileSync(authority, tls.cert);
    const { port, got } = await mailServer({ tls });
    const mail = { port, tls: "starttls", user: "parley", first: ["ada@northmark.example"] };
    const [trusted] = waysOf({ ...mail, password: "right", authority });
    expect(await trusted?.send("trial")).toBe(null);
    expect(got.map(({ secure }) => secure)).toEqual([true]);
    const [wrong] = waysOf({ ...mail, password: "wrong", authority });
    expect(await wrong?.send("trial")).toMatch(/wrong password/);
    const [stranger] = waysOf({ ...mail, password: "right" });
    expect(await stranger?.send("trial")).toMatch(/certificate|self.signed/i);
    // A server that offers no TLS gets no password and no mail.
    const plain = await mailServer({});
    const [insecure] = waysOf({ ...mail, port: plain.port, password: "right", authority });
    expect(await insecure?.send("trial")).toMatch(/STARTTLS|TLS/i);
    expect([got.length, plain.got.length]).toEqual([1, 0]);
  });

  it("[AL7] an address that is refused keeps the mail from nobody else; none taken, and it has failed", async () => {
    const { port, got } = await mailServer({ refuses: ["gone@northmark.example"] });
    const [both] = waysOf({ port, first: ["gone@northmark.example", "ada@northmark.example"] });
    expect(await both?.send(said)).toBe(null);
    expect(got[0]?.to).toEqual(["ada@northmark.example"]);
    const [none] = waysOf({ port, first: ["gone@northmark.example"] });
    expect(await none?.send(said)).toMatch(/no such person|rejected/i);
    const [away] = waysOf({ port: 1, first: ["ada@northmark.example"] });
    expect(await away?.send(said)).toMatch(/ECONNREFUSED/);
  });
});
