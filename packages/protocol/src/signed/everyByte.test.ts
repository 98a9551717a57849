// Every byte of every signed struct, bent: nothing of it may pass. A run bends all bytes of the struct and every
// sixteenth of its signature; with PARLEY_FULL=1 all of that too.
import { describe, expect, it } from "vitest";
import type { Bytes } from "@parley/base/bytes";
import { type Codec, decode, encode } from "@parley/base/codec";
import type { LinkId, TerminalId } from "../ids.ts";
import { checkMatch, signMatch, signedMatch } from "../pairing/messages.ts";
import type { Digest } from "./hash.ts";
import { labels } from "./labels.ts";
import { testSigner, testVerify } from "./testing/keys.ts";
import { epoch, testParty, testTerminal } from "./testing/party.ts";
import { partyCard, signedCard } from "./partyCard.ts";
import {
  type OfficerId,
  checkRevocation,
  checkRuling,
  signRevocation,
  signRuling,
  signedRevocation,
  signedRuling,
} from "./revocation.ts";
import { checkRootOrder, signRootOrder, signedRootOrder } from "./rootOrder.ts";
import { keyIdOf } from "./root.ts";
import { type Ed25519Key, type SignatureCheck, checkOf, hybridSignatureBytes } from "./signature.ts";
import { checkStationCertificate, signedStationCertificate } from "./stationCertificate.ts";
import { checkSuccession, signedSuccession } from "./succession.ts";
import {
  type StationNonce,
  checkTerminalCertificate,
  checkTerminalRequest,
  signedTerminalCertificate,
  signedTerminalRequest,
  terminalRequestMessage,
} from "./terminalCertificate.ts";
import { checkLogCertificate, signLogCertificate, signedLogCertificate } from "./logCertificate.ts";
import { checkWitness, signWitness, signedWitness } from "./witness.ts";

const party = testParty(1);
const [root] = party.roots;
const station = party.stationKey(0);
if (root === undefined) throw new Error("a party without a root");
const bytes32 = (n: number) => new Uint8Array(32).fill(n) as Digest;
const presences = [1, 2].map((n) => ({ officer: new Uint8Array(16).fill(n) as OfficerId, assertion: bytes32(n) }));
const terminal = new Uint8Array(16).fill(7) as TerminalId;

/** A struct's bytes, and which checks those that decode call for. */
type Sample = { readonly bytes: Bytes; readonly checks: (bytes: Bytes) => readonly SignatureCheck[] | null };

const sample = <T>(codec: Codec<T>, item: T, checks: (item: T) => readonly SignatureCheck[]): Sample => ({
  bytes: encode(codec, item),
  checks: (bytes) => {
    const read = decode(codec, bytes);
    return read.ok ? checks(read.value) : null;
  },
});

const request = {
  party: party.id,
  terminal,
  key: testSigner(77).publicKey.slice(0, 32) as Ed25519Key,
  manifest: bytes32(3),
  nonce: bytes32(4) as Uint8Array<ArrayBuffer> as StationNonce,
};

const samples: Record<string, Sample> = {
  card: sample(signedCard, party.card(), (item) => [checkOf(labels.card, partyCard, item, root.publicKey)]),
  "station certificate": sample(signedStationCertificate, party.certificate, (item) => [
    checkStationCertificate(item, root.publicKey),
  ]),
  succession: sample(signedSuccession, party.succession(1), (item) => checkSuccession(item, station.publicKey)),
  "terminal certificate": sample(signedTerminalCertificate, testTerminal(party, station, epoch), (item) => [
    checkTerminalCertificate(item, station.publicKey),
  ]),
  "terminal request": sample(
    signedTerminalRequest,
    { body: request, signature: testSigner(77).signEd25519(terminalRequestMessage(request)) },
    (item) => [checkTerminalRequest(item)],
  ),
  "log certificate": sample(
    signedLogCertificate,
    signLogCertificate(
      {
        party: party.id,
        generation: 0,
        serial: 1,
        logKey: testSigner(78).publicKey.slice(0, 32) as Ed25519Key,
        witnessKey: testSigner(79).publicKey.slice(0, 32) as Ed25519Key,
        issued: epoch,
      },
      root,
    ),
    (item) => [checkLogCertificate(item, root.publicKey)],
  ),
  witness: sample(
    signedWitness,
    signWitness(
      { party: party.id, index: 1, entry: bytes32(1), by: party.id, byKey: keyIdOf(station.publicKey), seen: epoch },
      station,
    ),
    (item) => [checkWitness(item, station.publicKey)],
  ),
  revocation: sample(
    signedRevocation,
    signRevocation(
      {
        party: party.id,
        subject: { type: "terminal", terminal },
        by: { type: "station", key: keyIdOf(station.publicKey), officers: presences },
        why: "Left on a train.",
        issued: epoch,
      },
      station,
    ),
    (item) => [checkRevocation(item, station.publicKey)],
  ),
  ruling: sample(
    signedRuling,
    signRuling({ party: party.id, generation: 0, revocation: bytes32(1), verdict: "undone", issued: epoch }, root),
    (item) => [checkRuling(item, root.publicKey)],
  ),
  "root order": sample(
    signedRootOrder,
    signRootOrder(
      {
        party: party.id,
        generation: 0,
        order: { type: "admitOfficer", code: bytes32(2), until: epoch },
        issued: epoch,
      },
      root,
    ),
    (item) => [checkRootOrder(item, root.publicKey)],
  ),
  match: sample(
    signedMatch,
    signMatch(
      {
        link: terminal as Uint8Array<ArrayBuffer> as LinkId,
        transcript: bytes32(1),
        party: party.id,
        officer: presences[0] as (typeof presences)[number],
        at: epoch,
      },
      station,
    ),
    (item) => [checkMatch(item, station.publicKey)],
  ),
};

const holds = (item: Sample, bytes: Bytes): boolean => {
  const checks = item.checks(bytes);
  return checks !== null && checks.every((check) => testVerify(check));
};

const signatureStep = process.env["PARLEY_FULL"] === "1" ? 1 : 16;

describe("signed structs", () => {
  let bent = 0;
  it.each(Object.keys(samples))("[ID1] every bent byte of a %s is refused", (name) => {
    const item = samples[name] as Sample;
    expect(holds(item, item.bytes)).toBe(true);
    const passed: number[] = [];
    const signature = item.bytes.length - hybridSignatureBytes;
    for (let at = 0; at < item.bytes.length; at++) {
      if (at > signature && at % signatureStep !== 0) continue;
      const copy = item.bytes.slice();
      copy[at] = (copy[at] as number) ^ (1 << (at & 7));
      if (holds(item, copy)) passed.push(at);
      bent++;
    }
    expect(passed).toEqual([]);
  });
  it("[ID1] says how many were bent", () => {
    const which = signatureStep === 1 ? "all" : `all of the structs, one in ${signatureStep} of the signatures`;
    console.log(`${bent} bytes bent in ${Object.keys(samples).length} signed structs (${which}), 0 passed`);
    expect(bent).toBeGreaterThan(8_000);
  });
  it("[ID1] one kind of struct never passes for another, though it were signed by the same key", () => {
    const kinds = ["witness", "revocation", "match", "terminal certificate", "succession"];
    for (const from of kinds)
      for (const to of kinds)
        if (from !== to)
          expect([from, to, holds(samples[to] as Sample, (samples[from] as Sample).bytes)]).toEqual([from, to, false]);
  });
});
