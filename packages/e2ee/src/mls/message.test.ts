import { utf8 } from "@parley/base/bytes";
import type { CallId, TerminalId } from "@parley/protocol/ids";
import { maxMlsMessageBytes } from "@parley/protocol/limits";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Ballot,
  type KeysMessage,
  decodeBallot,
  decodeKeysMessage,
  encodeBallot,
  encodeGroupId,
  encodeKeysMessage,
  readGroupId,
} from "./message.ts";

const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((b) => new Uint8Array(b));
const head = bytes(0, 64).map((b) => [...b].map((x) => x.toString(16).padStart(2, "0")).join(""));
const term = fc.nat(2 ** 32 - 1);
const accepted = fc.record({ term, id: head });
const saying: fc.Arbitrary<Ballot["saying"]> = fc.oneof(
  fc.record({ type: fc.constantFrom("prepare" as const, "refusal" as const), term }),
  fc.record({ type: fc.constant("promise" as const), term, accepted: fc.option(accepted) }),
  fc.record({ type: fc.constantFrom("propose" as const, "vote" as const), term, id: head }),
  fc.record({ type: fc.constant("nack" as const), id: head }),
  fc.record({ type: fc.constantFrom("need" as const, "status" as const) }),
);
const ballot: fc.Arbitrary<Ballot> = fc.record({
  group: bytes(0, 64),
  epoch: fc.nat(2 ** 40),
  head,
  by: bytes(16, 16).map((b) => b as TerminalId),
  saying,
});
const signed = fc.record({ ballot: bytes(0, 512), signature: bytes(64, 64) });
const mls = bytes(1, 300);
const message: fc.Arbitrary<KeysMessage> = fc.oneof(
  fc.record({
    type: fc.constant("knock" as const),
    keyPackage: mls,
    above: fc.nat(2 ** 40),
    evidence: fc.option(fc.record({ one: signed, other: signed })),
  }),
  fc.record({ type: fc.constant("welcome" as const), welcome: mls }),
  fc.record({ type: fc.constant("info" as const), groupInfo: mls }),
  fc.record({ type: fc.constantFrom("join" as const, "decided" as const), commit: mls }),
  fc.record({ type: fc.constant("ballot" as const), signed, commit: fc.option(mls) }),
  fc.constant({ type: "lost" as const }),
);

describe("words between keepers", () => {
  it("[ML19] every message and ballot comes back from its encoding", () => {
    fc.assert(
      fc.property(message, (m) => {
        expect(decodeKeysMessage(encodeKeysMessage(m))).toEqual({ ok: true, value: m });
      }),
    );
    fc.assert(
      fc.property(ballot, (b) => {
        const encoded = encodeBallot(b);
        expect(decodeBallot({ ballot: encoded, signature: new Uint8Array(64) })).toEqual({ ok: true, value: b });
      }),
    );
  });

  it("[ML19] any bytes are a message, of one form, or refused", () => {
    fc.assert(
      fc.property(fc.oneof(bytes(0, 200), message.map(encodeKeysMessage)), fc.nat(199), fc.nat(255), (b, at, x) => {
        const bent = b.slice();
        if (bent.length > 0) bent[at % bent.length] = x;
        const read = decodeKeysMessage(bent);
        if (read.ok) expect(encodeKeysMessage(read.value)).toEqual(bent);
      }),
    );
    expect(decodeKeysMessage(new Uint8Array(maxMlsMessageBytes + 5000))).toMatchObject({
      ok: false,
      error: { code: "MESSAGE_TOO_LARGE" },
    });
  });

  it("[ML16] a group id spells call, lineage and first epoch, and nothing else is one", () => {
    const name = { call: new Uint8Array(16).fill(3) as CallId, lineage: 7, firstEpoch: 40, nonce: new Uint8Array(8) };
    expect(readGroupId(encodeGroupId(name))).toEqual(name);
    expect(readGroupId(utf8("not a group id"))).toBe(null);
  });
});
