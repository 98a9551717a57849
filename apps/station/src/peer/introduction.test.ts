import { describe, expect, it } from "vitest";
import type { Bytes } from "@parley/base/bytes";
import { fail, ok } from "@parley/base/result";
import { problem } from "@parley/protocol/errorCodes";
import type { LinkId, PartyId } from "@parley/protocol/ids";
import type { End, Hello, UnsignedHello } from "@parley/protocol/peer/hello";
import { type Claim, judgeHello, makeHello } from "./introduction.ts";
import type { PeerConnection } from "./net.ts";
import { recollection } from "./recollection.ts";
import type { LinkPosition, PeerStore } from "./store.ts";
import { newIdentity } from "./testing.ts";
import { verifiedBy } from "./tlsIdentity.ts";

const filled = (n: number, value: number): Bytes => new Uint8Array(n).fill(value);
const link = filled(16, 1) as LinkId;
const here = filled(32, 2) as PartyId;
const peer = filled(32, 3) as PartyId;

const connectionOf = (key: Bytes, binding = filled(32, 4)): PeerConnection => ({
  key,
  binding,
  remote: "test",
  start: () => undefined,
  send: () => undefined,
  waiting: () => 0,
  admit: () => undefined,
  close: () => undefined,
});

const body = (more: Partial<UnsignedHello> = {}): UnsignedHello => ({
  oldest: 1,
  newest: 2,
  link,
  from: peer,
  to: here,
  taken: 5,
  successions: filled(3, 9),
  ...more,
});

async function scene() {
  const identity = await newIdentity();
  const connection = connectionOf(identity.key);
  const claims: Claim[] = [];
  const judge = (hello: Hello, end: End = "answerer", on = connection, known = true) =>
    judgeHello(
      end,
      on,
      hello,
      { link, here, peer },
      { oldest: 1, newest: 1 },
      {
        verifiedBy,
        verifyIntroduction: (claim) => {
          claims.push(claim);
          return Promise.resolve(known ? ok(null) : fail(problem("PEER_KEY_UNKNOWN")));
        },
      },
    );
  return { identity, connection, claims, judge };
}

describe("what both remember", () => {
  const of = (position: LinkPosition) =>
    recollection(link, { position: () => position } satisfies Pick<PeerStore, "position">);

  it("[LK37] once less than was acknowledged may be a hello that crossed an acknowledgement; twice in a row is a restored backup", () => {
    const memory = of({ sent: 9, acknowledged: 5, taken: 0 });
    expect([memory.compare(5), memory.compare(9), memory.compare(4)]).toEqual(["agrees", "agrees", "crossed"]);
    memory.agreed();
    expect([memory.compare(4), memory.compare(4), memory.compare(10)]).toEqual([
      "crossed",
      "PEER_RESTORED",
      "PEER_REMEMBERS_MORE",
    ]);
  });
});

describe("a hello", () => {
  it("[LK10] that is right in all is accepted when its successions are, and settles the version", async () => {
    const { identity, connection, claims, judge } = await scene();
    const hello = makeHello("answerer", connection, body(), identity);
    expect(await judge(hello)).toEqual(ok({ version: 1 }));
    expect(claims).toEqual([{ link, peer, key: identity.key, successions: filled(3, 9) }]);
    expect(await judge(hello, "answerer", connection, false)).toMatchObject({
      error: { reason: "unknown", error: { code: "PEER_KEY_UNKNOWN" } },
    });
  });

  it("[LK8] [LK12] for another link, party, end, connection or key is refused, and nobody is asked about its successions", async () => {
    const { identity, connection, claims, judge } = await scene();
    const other = await newIdentity();
    const right = makeHello("answerer", connection, body(), identity);
    const wrong: Record<string, [Hello, End?, PeerConnection?]> = {
      "another link": [makeHello("answerer", connection, body({ link: filled(16, 7) as LinkId }), identity)],
      "another sender": [makeHello("answerer", connection, body({ from: filled(32, 7) as PartyId }), identity)],
      "another reader": [makeHello("answerer", connection, body({ to: peer }), identity)],
      "the other end": [right, "dialler"],
      "another connection": [right, "answerer", connectionOf(identity.key, filled(32, 5))],
      "another key's certificate": [right, "answerer", connectionOf(other.key)],
      "another key's signature": [makeHello("answerer", connection, body(), other)],
      "successions put in later": [{ ...right, successions: filled(3, 8) }],
      "a count put in later": [{ ...right, taken: 6 }],
      "versions put in later": [{ ...right, newest: 1 }],
    };
    for (const [what, [hello, end, on]] of Object.entries(wrong))
      expect([what, await judge(hello, end, on)]).toMatchObject([what, { ok: false, error: { reason: "unknown" } }]);
    expect(claims).toEqual([]);
  });

  it("[LK11] without a common version says so before its successions are looked at", async () => {
    const { identity, connection, claims, judge } = await scene();
    const hello = makeHello("answerer", connection, body({ oldest: 2, newest: 3 }), identity);
    expect(await judge(hello)).toMatchObject({
      error: { reason: "version", error: { code: "PEER_VERSION", detail: "here 1 to 1, there 2 to 3" } },
    });
    expect(claims).toEqual([]);
  });
});
