// Whose signals count: real chains under real pins, real signatures, and whoever bends, repeats or borrows them.
import { describe, expect, test } from "vitest";
import { type Bytes, equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Instant, after, days, hours } from "@parley/base/time";
import { type CallId, type TerminalId, idText } from "@parley/protocol/ids";
import { chain as chainCodec } from "@parley/protocol/signed/chain";
import { labelled } from "@parley/protocol/signed/hash";
import { type Pin, proveBundle } from "@parley/protocol/signed/pin";
import { rootIdOf } from "@parley/protocol/signed/root";
import type { Ed25519Key, Ed25519Signature, HybridSigner } from "@parley/protocol/signed/signature";
import { type Signal, encodeSignal, signalLabel, signedSignal } from "@parley/protocol/signed/signal";
import { signerOfSeed, testVerify } from "@parley/protocol/signed/testing/keys";
import { type TestParty, epoch, testParty, testTerminal } from "@parley/protocol/signed/testing/party";
import { Acquaintance } from "./acquaintance.ts";

const now: Instant = after(epoch, hours(1));
const theCall = new Uint8Array(16).fill(4) as CallId;
const self = new Uint8Array(16).fill(3) as TerminalId;

const [ours, theirs, strangers] = [testParty(1), testParty(2), testParty(3)];
const pinOf = (party: TestParty): Pin => certain(certain(proveBundle(party.bundle(0), epoch)).prove(testVerify));

/** A desk of a party: its key, and the chain that its station gave it. */
function desk(party: TestParty, n: number) {
  const signer = signerOfSeed(new Uint8Array(32).fill(n));
  const id = new Uint8Array(16).fill(n) as TerminalId;
  const key = signer.publicKey.slice(0, 32) as Ed25519Key;
  const terminal = testTerminal(party, party.stationKey(0), epoch, { terminal: id, key });
  const root = rootIdOf(party.card().body.root);
  const chain = encode(chainCodec, { root, station: { type: "certificate", it: party.certificate }, terminal });
  return { id, signer, chain };
}
type Desk = ReturnType<typeof desk>;

const signed = (it: Signal, by: HybridSigner): Bytes => {
  const bytes = encodeSignal(it);
  return encode(signedSignal, { signal: bytes, signature: by.signEd25519(labelled(signalLabel, bytes)) });
};

const life = (n: number): Bytes => new Uint8Array(8).fill(n);
function said(by: Desk, number: number, change: Partial<Signal> = {}, key = by.signer): Bytes {
  const body = { type: "answered" } as const;
  return signed({ call: theCall, from: by.id, to: self, life: life(1), number, body, ...change }, key);
}
const greeting = (by: Desk, number = 0, change: Partial<Signal> = {}, key = by.signer): Bytes =>
  said(by, number, { body: { type: "hello", chain: by.chain, others: [] }, ...change }, key);

const far = desk(theirs, 21);

function acquaintance() {
  const raw = async (key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> =>
    testVerify({
      scheme: "ed25519",
      label: "parley terminal request v1",
      publicKey: key as Ed25519Key,
      message,
      signature: signature as Ed25519Signature,
    });
  const it = new Acquaintance([pinOf(ours), pinOf(theirs)], (check) => Promise.resolve(testVerify(check)), raw);
  const hear = async (bytes: Bytes, at = now): Promise<string> => {
    const taken = await it.take(bytes, self, theCall, at);
    return taken.ok ? (taken.value === null ? "again" : taken.value.body.type) : taken.error.code;
  };
  return { it, hear };
}

describe("whose signals count", () => {
  test("[SG1] only what the named terminal signed, with the key that its chain certifies under a pin of the call's parties", async () => {
    const { it, hear } = acquaintance();
    const other = desk(theirs, 22);
    expect(await hear(greeting(far, 0, {}, other.signer))).toBe("SIGNATURE_INVALID");
    expect(await hear(greeting(far, 0, { body: { type: "hello", chain: other.chain, others: [] } }))).toBe(
      "ID_CREDENTIAL_FOREIGN",
    );
    expect(await hear(greeting(desk(strangers, 23)))).toBe("ID_CREDENTIAL_FOREIGN");
    expect(await hear(greeting(far), after(epoch, days(8)))).toBe("ID_CREDENTIAL_EXPIRED");
    expect(it.of(idText(far.id))).toBe(null);

    expect(await hear(greeting(far))).toBe("hello");
    expect(equal(it.of(idText(far.id))?.chain ?? new Uint8Array(0), far.chain)).toBe(true);
    expect(await hear(said(far, 1, {}, other.signer))).toBe("SIGNATURE_INVALID");
    expect(await hear(said(far, 1, { from: other.id }))).toBe("SIGNAL_EARLY");
    expect(await hear(said(far, 1, { to: other.id }))).toBe("MESSAGE_MALFORMED");
    expect(await hear(said(far, 1, { call: new Uint8Array(16) as CallId }))).toBe("MESSAGE_MALFORMED");
    const bytes = said(far, 1);
    for (let place = 0; place < bytes.length; place++) {
      const bent = bytes.slice();
      bent[place] = (bent[place] ?? 0) ^ 1;
      expect([place, await hear(bent)]).not.toEqual([place, "answered"]);
    }
    expect(await hear(bytes)).toBe("answered");
  });

  test("[SG2] once, however often and in whatever order it comes", async () => {
    const { hear } = acquaintance();
    await hear(greeting(far));
    for (const number of [3, 1, 2]) expect(await hear(said(far, number))).toBe("answered");
    for (const number of [1, 2, 3]) expect(await hear(said(far, number))).toBe("again");
    expect(await hear(said(far, 10_000))).toBe("answered");
    expect(await hear(said(far, 4))).toBe("again");
    expect(await hear(greeting(far))).toBe("again");
  });

  test("[SG3] of a life that is over nothing, and its greeting does not bring it back", async () => {
    const { it, hear } = acquaintance();
    await hear(greeting(far));
    const second = { life: life(2) };
    expect(await hear(greeting(far, 0, second))).toBe("hello");
    expect(await hear(said(far, 7))).toBe("again");
    expect(await hear(greeting(far, 8))).toBe("again");
    expect(it.of(idText(far.id))?.life).toBe("02".repeat(8));
    expect(await hear(said(far, 1, second))).toBe("answered");
  });

  test("[SG4] before its sender's greeting it is early and changes nothing, and after it the same bytes are taken", async () => {
    const { it, hear } = acquaintance();
    const early = said(far, 1);
    expect(await hear(early)).toBe("SIGNAL_EARLY");
    expect(it.of(idText(far.id))).toBe(null);
    expect(await hear(greeting(far))).toBe("hello");
    expect(await hear(early)).toBe("answered");
    const next = said(far, 0, { life: life(2) });
    expect(await hear(next)).toBe("SIGNAL_EARLY");
  });
});
