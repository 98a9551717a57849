import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { instant, minutes, ms, seconds } from "@parley/base/time";
import { attributeType } from "./attributeTypes.ts";
import { readText, text, valueOf } from "./attributes.ts";
import { decodeUsername, passwordOf, turnCredentials } from "./credentials.ts";
import { encodeMessage, longTermKey } from "./integrity.ts";
import { encodeNonce, nonceHolds } from "./nonce.ts";
import type { Field } from "./stun.ts";
import { overUdp } from "./test/client.ts";
import { answerIn, createPerson, createRig, peer, realm, secret, transaction } from "./test/rig.ts";

describe("credentials", () => {
  it("[TN6] name their end in seconds and their purpose, and the password is what coturn computes", () => {
    const made = turnCredentials("north", "call:desk", instant(1_700_000_000_500), seconds(60));
    expect(made.username).toBe("1700000061:call:desk");
    expect(made.credential).toBe(createHmac("sha1", "north").update("1700000061:call:desk").digest("base64"));
    expect([made.expires, made.renewAt]).toEqual([1_700_000_061_000, 1_700_000_030_500]);
    // Computed with `openssl dgst -sha1 -hmac north -binary | base64`.
    expect(passwordOf("north", "1700000061:call:desk")).toBe("HrqyPU/zniE2iW7LoLiUWezJWGo=");
  });
  it("[TN6] never end before the lifetime that was asked for", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.nat(10 ** 8), (now, lifetime) => {
        const made = turnCredentials("s", "n", instant(now), ms(lifetime + 1));
        expect(made.expires).toBeGreaterThanOrEqual(now + lifetime + 1);
        expect(decodeUsername(made.username)).toEqual({ expires: made.expires, name: "n" });
      }),
    );
  });
  it("[TN6] a username of any other form is none", () => {
    for (const bad of [
      "",
      "1",
      "1:",
      ":a",
      "01:a",
      "-1:a",
      "1.5:a",
      "1234567890123:a",
      "1:a b",
      "1:é",
      `1:${"a".repeat(129)}`,
    ])
      expect([bad, decodeUsername(bad)]).toEqual([bad, null]);
    expect(() => turnCredentials("s", "two words", instant(0), seconds(1))).toThrow(RangeError);
  });
});

describe("the nonce", () => {
  const key = new Uint8Array(32).fill(7);
  it("[TN8] holds for the client it was given to, until its end, under its key", () => {
    const nonce = encodeNonce(key, "0 1.2.3.4 5", ms(1000));
    expect(nonce).toHaveLength(24);
    expect(nonceHolds(key, "0 1.2.3.4 5", ms(999), nonce)).toBe(true);
    expect(nonceHolds(key, "0 1.2.3.4 5", ms(1000), nonce)).toBe(false);
    expect(nonceHolds(key, "0 1.2.3.4 6", ms(999), nonce)).toBe(false);
    expect(nonceHolds(new Uint8Array(32), "0 1.2.3.4 5", ms(999), nonce)).toBe(false);
  });
  it("[TN8] of any other text is none", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (made) => {
        expect(nonceHolds(key, "c", ms(0), made)).toBe(false);
      }),
    );
  });
});

describe("who asks", () => {
  const fieldsOf = (username: string, nonce: string, of = realm): readonly Field[] => [
    overUdp,
    text("username", username),
    text("realm", of),
    text("nonce", nonce),
  ];
  function setUp() {
    const rig = createRig();
    const person = createPerson(rig, "call", 1);
    person.learn();
    const nonce = person.nonce() ?? expect.fail("no nonce");
    const ask = (fields: readonly Field[], key: Uint8Array | null) => {
      const head = { class: "request", method: "allocate", transaction: transaction() } as const;
      return answerIn(person.put(encodeMessage(head, fields, { key, fingerprint: false })));
    };
    const { username, credential } = person.credential();
    return { rig, person, nonce, ask, username, key: longTermKey(username, realm, credential) };
  }
  it("[TN7] a request without integrity is challenged with realm and nonce, in at most 128 bytes", () => {
    const { ask } = setUp();
    const { code, message } = ask([overUdp], null);
    expect(code).toBe(401);
    expect(readText(valueOf(message ?? expect.fail(), "realm") ?? utf8(""), 99)).toBe(realm);
    expect(message?.bytes.length).toBeLessThanOrEqual(128);
  });
  it.each(["username", "realm", "nonce"] as const)("[TN7] integrity without %s is a bad request", (absent) => {
    const { ask, username, nonce, key } = setUp();
    const fields = fieldsOf(username, nonce).filter(({ type }) => type !== attributeType[absent]);
    expect(ask(fields, key).code).toBe(400);
  });
  it("[TN7] a wrong password, realm or form of username is challenged, and opens nothing", () => {
    const { rig, ask, username, nonce, key } = setUp();
    expect(ask(fieldsOf(username, nonce), new Uint8Array(16)).code).toBe(401);
    expect(ask(fieldsOf(username, nonce, "else"), key).code).toBe(401);
    const someone = longTermKey("someone", realm, passwordOf(secret, "someone"));
    expect(ask(fieldsOf("someone", nonce), someone).code).toBe(401);
    const early = `${Math.floor(rig.clock.now() / 1000) - 1}:call`;
    expect(ask(fieldsOf(early, nonce), longTermKey(early, realm, passwordOf(secret, early))).code).toBe(401);
    expect(rig.openSockets()).toBe(0);
    expect(ask(fieldsOf(username, nonce), key).code).toBe(0);
  });
  it("[TN8] a nonce that is another client's, over, or made up is stale, and the answer brings a good one", () => {
    const { rig, person, ask, username, key } = setUp();
    const other = createPerson(rig, "call", 2);
    other.learn();
    const theirs = other.nonce() ?? expect.fail("no nonce");
    for (const nonce of [theirs, "", "made up"]) expect(ask(fieldsOf(username, nonce), key).code).toBe(438);
    const old = person.nonce() ?? "";
    rig.pass(minutes(60));
    person.use(rig.credential("call"));
    expect(person.ask("allocate", overUdp).code).toBe(438);
    person.learn();
    expect(person.nonce()).not.toBe(old);
    expect(person.ask("allocate", overUdp).code).toBe(0);
  });
  it("[TN8] a signed request with a stale nonce gets a signed answer, so that nobody can send the client in circles", () => {
    const { ask, username, key } = setUp();
    const { message } = ask(fieldsOf(username, "made up"), key);
    expect(valueOf(message ?? expect.fail(), "messageIntegrity")?.length).toBe(20);
  });
});

describe("credentials that end during a call", () => {
  function inCall() {
    const rig = createRig();
    const person = createPerson(rig, "call:desk", 1);
    person.use(rig.credential("call:desk", seconds(30)));
    person.allocate();
    return { rig, person };
  }
  it("[TN9] an expired username still refreshes, permits and binds on its own allocation", () => {
    const { rig, person } = inCall();
    rig.pass(minutes(5));
    expect(person.refresh()).toBe(600);
    expect(person.permit(peer("8.8.8.8"))).toBe(0);
    expect(person.bind(0x4000, peer("8.8.8.8"))).toBe(0);
    for (let i = 0; i < 100; i++) {
      rig.pass(minutes(9));
      person.learn();
      expect(person.refresh()).toBe(600);
    }
  });
  it("[TN9] an expired username opens no allocation, also where it had one", () => {
    const { rig, person } = inCall();
    const elsewhere = createPerson(rig, "call:desk", 2);
    elsewhere.use(person.credential());
    rig.pass(minutes(1));
    expect(elsewhere.allocate()).toBe(401);
    expect(person.refresh(0)).toBe(0);
    expect(person.allocate()).toBe(401);
  });
  it("[TN9] an expired username is no use at another client's allocation of the same name", () => {
    const { rig, person } = inCall();
    const newer = createPerson(rig, "call:desk", 2);
    newer.use(rig.credential("call:desk", minutes(30)));
    newer.allocate();
    rig.pass(minutes(1));
    newer.use(person.credential());
    expect(newer.refresh()).toBe(-401);
  });
  it("[TN10] the next username of the same name takes the allocation over, and the one before is spent", () => {
    const { rig, person } = inCall();
    const first = person.credential();
    rig.pass(seconds(20));
    person.use(rig.credential("call:desk", seconds(60)));
    expect(person.refresh()).toBe(600);
    rig.pass(seconds(120));
    expect(person.refresh()).toBe(600);
    person.use(first);
    expect(person.refresh()).toBe(-401);
  });
  it("[TN10] another name's credential is a wrong one here, good as it is", () => {
    const { rig, person } = inCall();
    person.use(rig.credential("call:other"));
    expect(person.refresh()).toBe(-441);
    expect(person.permit(peer("8.8.8.8"))).toBe(441);
    expect(person.bind(0x4000, peer("8.8.8.8"))).toBe(441);
  });
});

describe("cut-off", () => {
  it("[TN11] a name that is not admitted is refused at once, and evicted from what it holds", () => {
    const out = new Set<string>();
    const rig = createRig({ gate: { realm, secret, admits: (name) => !out.has(name) } });
    const [one, two] = [createPerson(rig, "call:one", 1), createPerson(rig, "call:two", 2)];
    one.allocate();
    two.allocate();
    one.permit(peer("8.8.8.8"));
    out.add("call:one");
    expect(one.refresh()).toBe(-401);
    expect(one.send(peer("8.8.8.8"), utf8("x"))).toHaveLength(1);
    rig.settle(rig.core.evict((name) => out.has(name)));
    expect(one.send(peer("8.8.8.8"), utf8("x"))).toHaveLength(0);
    expect(rig.closed).toEqual([one.client.key]);
    expect(one.allocate()).toBe(401);
    expect(two.refresh()).toBe(600);
    expect(rig.core.counters.evicted).toBe(1);
  });
});
