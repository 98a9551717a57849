import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { type IncomingHttpHeaders, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { type Ms, instant, ms, seconds } from "@parley/base/time";
import { type Config, readConfig } from "../config.ts";
import { condition } from "../duty/alarms/conditions.ts";
import type { Alarm } from "../duty/alarms/port.ts";
import { freePort } from "../testing/freePort.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { openWays } from "./ways.ts";
import { postWebhook } from "./webhook.ts";
import { readWebhookKey } from "./webhookKey.ts";

type Got = { readonly headers: IncomingHttpHeaders; readonly body: string };

let server: Server;
let url: string;
let got: Got[] = [];
/** What the receiver answers, one after the other; 204 once they are used up, 0 for nothing at all. */
let answers: number[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      got.push({ headers: request.headers, body });
      const status = answers.shift() ?? 204;
      if (status === 0) return;
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  got = [];
  answers = [];
});

const secret = Buffer.alloc(32, 7);
const hmac = `whsec_${secret.toString("base64")}`;
const ed25519 = `whsk_${Buffer.alloc(32, 9).toString("base64")}`;

/** As a receiver does it, from the specification and not from our code. */
function holds({ headers, body }: Got, key: "hmac" | Buffer): boolean {
  const of = (name: string): string => String(headers[name]);
  const message = Buffer.from(`${of("webhook-id")}.${of("webhook-timestamp")}.${body}`);
  const [version, signature = ""] = of("webhook-signature").split(",");
  const bytes = Buffer.from(signature, "base64");
  if (key !== "hmac") {
    const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]);
    return (
      version === "v1a" && verify(null, message, createPublicKey({ key: spki, format: "der", type: "spki" }), bytes)
    );
  }
  const due = createHmac("sha256", secret).update(message).digest();
  return version === "v1" && bytes.length === due.length && timingSafeEqual(bytes, due);
}

const alarm: Alarm = {
  ...condition("DRILL_NOT_READY", { link: "L", whose: "theirs", about: "noTerminal", value: "ring" }),
  id: "DRILL_NOT_READY x",
  origin: "lasts",
  since: instant(1_800_000_000_000),
  last: instant(1_800_000_000_000),
  times: 1,
  standing: { at: "open", told: "first", until: null },
  reached: ["first"],
};
const said = { id: "one", what: "raised", to: "first", alarm, at: alarm.since } as const;

function wayOf(given: Partial<Config["alarms"]["webhooks"][number]>) {
  const { clock } = clockByHand();
  const config = certain(readConfig(JSON.stringify({ alarms: { webhooks: [{ url, secret: hmac, ...given }] } })));
  const [way] = certain(openWays({ config, clock, us: () => "Northmark", themOf: () => "Estovar" }));
  if (way === undefined) throw new Error("no way");
  return { way, clock };
}

describe("a webhook", () => {
  it("[AL10] carries the alarm in words, signed with its time by HMAC; whoever gets it once more gets the same id", async () => {
    const { way, clock } = wayOf({});
    expect([await way.send(said), await way.send(said)]).toEqual([null, null]);
    const [first, second] = got;
    if (first === undefined || second === undefined) throw new Error("nothing came");
    expect(JSON.parse(first.body)).toEqual({
      version: 1,
      type: "alarm.raised",
      party: "Northmark",
      alarm: "DRILL_NOT_READY x",
      kind: "DRILL_NOT_READY",
      priority: 1,
      whose: "theirs",
      line: "Estovar",
      say: "The newest rehearsal of the line failed: no desk is open and idle.",
      side: "their side (Estovar)",
      cure: "See the step and its cause with parley drill; where the fault is on the other side, reach its duty officer by telephone.",
      since: "2027-01-15T08:00:00.000Z",
      at: "2027-01-15T08:00:00.000Z",
      times: 1,
      to: "first",
      by: null,
    });
    expect([holds(first, "hmac"), holds(second, "hmac")]).toEqual([true, true]);
    expect(first.headers["webhook-timestamp"]).toBe(String(clock.now() / 1000));
    expect(first.headers["webhook-id"]).toBe(second.headers["webhook-id"]);
    expect(holds({ ...first, body: first.body.replace("theirs", "ours") }, "hmac")).toBe(false);
    const later = { ...first, headers: { ...first.headers, "webhook-timestamp": "1" } };
    expect(holds(later, "hmac")).toBe(false);
    await way.send({ ...said, id: "two", what: "ended" });
    expect(got[2]?.headers["webhook-id"]).not.toBe(first.headers["webhook-id"]);
  });

  it("[AL10] or by Ed25519, which the receiver verifies with the public key alone", async () => {
    const key = readWebhookKey(ed25519);
    if (!key.ok || key.value.by !== "ed25519") throw new Error("no key");
    const { x = "" } = createPublicKey(key.value.key).export({ format: "jwk" });
    await wayOf({ secret: ed25519 }).way.send("trial");
    const [one] = got;
    if (one === undefined) throw new Error("nothing came");
    expect(holds(one, Buffer.from(x, "base64url"))).toBe(true);
    expect(holds(one, Buffer.alloc(32, 1))).toBe(false);
    expect(JSON.parse(one.body)).toMatchObject({ type: "alarm.trial", party: "Northmark" });
  });

  it("[AL10] only an answer of 2xx counts: no other address is followed, no silence waited for, and why it failed is said", async () => {
    answers = [500, 302, 404, 0];
    const { way } = wayOf({});
    expect([await way.send(said), await way.send(said), await way.send(said)]).toEqual([
      "answered 500",
      "answered 302",
      "answered 404",
    ]);
    expect(got.length).toBe(3);
    const key = readWebhookKey(hmac);
    if (!key.ok) throw new Error(key.error);
    const post = { id: "x", at: 1, body: "{}" };
    const wait: Ms = ms(300);
    expect(await postWebhook(url, key.value, post, wait)).toBe("no answer in time");
    expect(await postWebhook(`http://127.0.0.1:${await freePort()}/`, key.value, post, seconds(5))).toMatch(
      /ECONNREFUSED/,
    );
  });

  it("[AL10] [AL15] a secret that is none, or too short, is refused with what would be right", () => {
    for (const wrong of [
      "",
      "secret",
      "whsec_",
      "whsec_c2hvcnQ=",
      `whsk_${Buffer.alloc(31).toString("base64")}`,
      "whsec_*",
    ]) {
      expect(readWebhookKey(wrong)).toMatchObject({ ok: false });
      const read = readConfig(JSON.stringify({ alarms: { webhooks: [{ url, secret: wrong }] } }));
      expect(read.ok ? "" : read.error.detail).toMatch(/alarms.webhooks.0.secret: whsec_ and 24 to 64 bytes/);
    }
  });
});
