import { describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { type Result, certain } from "@parley/base/result";
import { type Instant, after, days, ms } from "@parley/base/time";
import type { ParleyError } from "../errorCodes.ts";
import {
  type Adopted,
  adoptCard,
  adoptCertificate,
  adoptSuccession,
  freeze,
  presentGround,
  proveFork,
} from "./adopt.ts";
import { adoptCatchUp, decodeCatchUp, refuseGreeting } from "./catchUp.ts";
import type { Digest } from "./hash.ts";
import { testSigner, testVerify } from "./testing/keys.ts";
import { epoch, month, testParty } from "./testing/party.ts";
import { type Pin, indexOf, lineAfter, pin as pinCodec, proveBundle, refuseStanding } from "./pin.ts";
import { keyIdOf } from "./root.ts";
import { type HybridSigner, type Unproven, ed25519Half } from "./signature.ts";
import { type StationCertificate, signStationCertificate, stationCertificateHash } from "./stationCertificate.ts";
import { type Succession, signSuccession } from "./succession.ts";

const party = testParty(3);
const root = party.roots[0] as HybridSigner;
const at = (months: number): Instant => after(epoch, ms(months * month));
const pinAt = (n: number): Pin => certain(certain(proveBundle(party.bundle(n), at(n))).prove(testVerify));
const thief = testSigner(999_999);

const settle = (claim: Result<Unproven<Adopted>, ParleyError>): Result<Adopted, ParleyError> =>
  claim.ok ? claim.value.prove(testVerify) : claim;
const codeOf = (result: Result<unknown, ParleyError>): string => (result.ok ? "ok" : result.error.code);
const adopted = (claim: Result<Unproven<Adopted>, ParleyError>): Pin => certain(settle(claim)).pin;

const certify = (change: Partial<StationCertificate>, by: HybridSigner = root) =>
  signStationCertificate({ ...party.certificate.body, serial: 2, ...change }, by);

/** Successor `n` with something changed, signed by whom the test says. */
const rival = (n: number, change: Partial<Succession>, oldKey: HybridSigner, newKey: HybridSigner) =>
  signSuccession({ ...party.succession(n).body, ...change }, oldKey, newKey);

describe("a line of station keys", () => {
  it("[ID11] a succession that its predecessor committed to moves the pin, once", () => {
    const pin = pinAt(2);
    const next = adopted(adoptSuccession(pin, party.succession(3), at(3)));
    expect(indexOf(next.line)).toBe(3);
    expect(equal(next.line.key, party.stationKey(3).publicKey)).toBe(true);
    expect(certain(settle(adoptSuccession(next, party.succession(3), at(4)))).outcome).toBe("known");
    expect(codeOf(settle(adoptSuccession(pin, party.succession(4), at(4))))).toBe("ID_SUCCESSION_GAP");
  });
  it("[ID11] an entry for another certificate, another place in the line or another old key does not follow", () => {
    const pin = pinAt(2);
    const [key, next] = [party.stationKey(2), party.stationKey(3)];
    const elsewhere = [
      { certificate: keyIdOf(thief.publicKey) },
      { index: 8 },
      { oldKey: keyIdOf(thief.publicKey) },
    ] satisfies readonly Partial<Succession>[];
    for (const change of elsewhere)
      expect(codeOf(settle(adoptSuccession(pin, rival(3, change, key, next), at(3))))).toBe("ID_SUCCESSION_GAP");
    expect(codeOf(settle(adoptSuccession(pin, rival(3, {}, key, next), at(3))))).toBe("ok");
  });
  it("[ID12] a thief of the key in use cannot roll first: to a key of their own, or to the true one with another after it", () => {
    const pin = pinAt(2);
    const stolen = party.stationKey(2);
    const own = rival(3, { newKey: thief.publicKey, nextKey: keyIdOf(thief.publicKey) }, stolen, thief);
    expect(codeOf(settle(adoptSuccession(pin, own, at(3))))).toBe("ID_SUCCESSION_UNCOMMITTED");
    const bent = rival(3, { nextKey: keyIdOf(thief.publicKey) }, stolen, thief);
    expect(codeOf(settle(adoptSuccession(pin, bent, at(3))))).toBe("SIGNATURE_INVALID");
    const next = adopted(adoptSuccession(pin, party.succession(3), at(3)));
    expect(indexOf(next.line)).toBe(3);
  });
  it("[ID12] a thief of an old key cannot branch either: neither is evidence of a fork", () => {
    const pin = pinAt(3);
    const ground = {
      oldKey: party.stationKey(2).publicKey,
      first: party.succession(3),
    };
    const own = rival(3, { newKey: thief.publicKey }, party.stationKey(2), thief);
    expect(codeOf(settle(adoptSuccession(pin, own, at(4))))).toBe("ID_SUCCESSION_FORK");
    expect(codeOf(settle(proveFork(pin, ground, own, at(4))))).toBe("ID_SUCCESSION_UNCOMMITTED");
    const bent = rival(3, { nextKey: keyIdOf(thief.publicKey) }, party.stationKey(2), thief);
    expect(codeOf(settle(proveFork(pin, ground, bent, at(4))))).toBe("SIGNATURE_INVALID");
    expect(codeOf(settle(proveFork(pin, ground, party.succession(3), at(4))))).toBe("ID_SUCCESSION_GAP");
  });
  it("[ID13] a pin has the ground of a fork at hand, but for a key that the root certified", () => {
    expect(presentGround(pinAt(0))).toBe(null);
    expect(presentGround(pinAt(3))).toEqual({ oldKey: party.stationKey(2).publicKey, first: party.succession(3) });
  });
  it("[ID13] a true second successor freezes the pin with both branches, and only the root thaws it", () => {
    const pin = pinAt(3);
    const second = rival(3, { nextKey: keyIdOf(thief.publicKey) }, party.stationKey(2), party.stationKey(3));
    const ground = {
      oldKey: party.stationKey(2).publicKey,
      first: party.succession(3),
    };
    const frozen = adopted(proveFork(pin, ground, second, at(4)));
    expect(frozen.standing.type).toBe("frozen");
    expect(refuseStanding(frozen)?.code).toBe("ID_LINE_FROZEN");
    expect(codeOf(settle(adoptSuccession(frozen, party.succession(4), at(4))))).toBe("ID_LINE_FROZEN");
    const fresh = testSigner(50);
    const certificate = certify({ key: fresh.publicKey, nextKey: keyIdOf(testSigner(51).publicKey), issued: at(5) });
    const thawed = adopted(adoptCertificate(frozen, certificate, at(5)));
    expect(refuseStanding(thawed)).toBe(null);
    expect(equal(thawed.line.key, fresh.publicKey)).toBe(true);
    expect(thawed.line.previous).toBe(null);
  });
  it("[ID10] a certificate of the root wins over any branch; an older one, a rival one and another's are refused", () => {
    const pin = pinAt(5);
    const certificate = certify({
      issued: at(5),
      key: party.stationKey(5).publicKey,
      nextKey: keyIdOf(party.stationKey(6).publicKey),
    });
    const next = adopted(adoptCertificate(pin, certificate, at(5)));
    expect(indexOf(next.line)).toBe(0);
    expect(equal(next.line.previous?.key ?? thief.publicKey, party.stationKey(5).publicKey)).toBe(true);
    expect(codeOf(settle(adoptSuccession(next, party.succession(6), at(6))))).toBe("ID_SUCCESSION_GAP");
    expect(codeOf(settle(adoptCertificate(next, party.certificate, at(5))))).toBe("ID_CERTIFICATE_STALE");
    expect(codeOf(settle(adoptCertificate(next, certify({ issued: at(6) }), at(6))))).toBe("ID_CERTIFICATE_CONFLICT");
    expect(codeOf(settle(adoptCertificate(next, certify({ serial: 3 }, thief), at(6))))).toBe("SIGNATURE_INVALID");
    const again = signStationCertificate(certificate.body, root);
    expect(certain(settle(adoptCertificate(next, again, at(6)))).outcome).toBe("known");
  });
  it("[ID14] who comes back after years is brought up to date by one greeting, and an old key shown alone is refused", () => {
    const pin = pinAt(0);
    const now = at(25);
    expect(refuseGreeting(pin, ed25519Half(party.stationKey(0).publicKey), now)?.code).toBe("ID_STATION_KEY_STALE");
    const catchUp = { card: null, certificate: null, successions: party.bundle(25).successions };
    const next = certain(certain(adoptCatchUp(pin, catchUp, now)).prove(testVerify));
    expect(refuseGreeting(next, ed25519Half(party.stationKey(25).publicKey), now)).toBe(null);
    expect(refuseGreeting(next, ed25519Half(party.stationKey(24).publicKey), now)?.code).toBe("ID_CREDENTIAL_FOREIGN");
    const torn = { ...catchUp, successions: catchUp.successions.filter((_, i) => i !== 10) };
    expect(codeOf(adoptCatchUp(pin, torn, now))).toBe("ID_SUCCESSION_GAP");
    const repeated = { ...catchUp, successions: party.bundle(3).successions };
    expect(codeOf(adoptCatchUp(next, repeated, now))).toBe("ok");
  });
  it("[ID14] no bytes are a greeting that brings nothing; junk and too much are refused", () => {
    expect(certain(decodeCatchUp(new Uint8Array())).successions).toEqual([]);
    expect(codeOf(decodeCatchUp(new Uint8Array(9).fill(3)))).toBe("MESSAGE_MALFORMED");
    expect(codeOf(decodeCatchUp(new Uint8Array(2 ** 21)))).toBe("MESSAGE_TOO_LARGE");
  });
  it("a line is as long as a pin may hold and no longer", () => {
    const pin = pinAt(0);
    const entries = Array.from({ length: 1025 }, () => new Uint8Array(32) as Digest);
    const first = stationCertificateHash(party.certificate);
    const long = { ...pin.line, entries: [first, ...entries.slice(1)] };
    const body = { ...party.succession(1).body, index: 1025 };
    const entry = signSuccession(body, party.stationKey(0), party.stationKey(1));
    expect(codeOf(lineAfter(long, entry, at(1)))).toBe("ID_SUCCESSION_GAP");
  });
});

describe("a party's card", () => {
  it("[ID6] a newer card of the same root is adopted; an older one, a rival one and another's are refused", () => {
    const pin = pinAt(0);
    const moved = party.card({ serial: 2, stations: [{ host: "192.0.2.7", port: 443 }] });
    const next = adopted(adoptCard(pin, moved));
    expect(next.card.stations[0]?.host).toBe("192.0.2.7");
    expect(codeOf(settle(adoptCard(next, party.card())))).toBe("ID_CARD_STALE");
    expect(codeOf(settle(adoptCard(next, party.card({ serial: 2, place: "Elsewhere" }))))).toBe("ID_CARD_CONFLICT");
    expect(certain(settle(adoptCard(next, party.card({ serial: 2, stations: moved.body.stations })))).outcome).toBe(
      "known",
    );
    expect(codeOf(settle(adoptCard(next, testParty(4).card({ serial: 9 }))))).toBe("ID_CARD_INVALID");
    const forged = { ...party.card({ serial: 3 }), signature: moved.signature };
    expect(codeOf(settle(adoptCard(next, forged)))).toBe("SIGNATURE_INVALID");
  });
  it("[ID7] the root that was named first stays the only one that may follow, whatever a stolen root signs", () => {
    const pin = pinAt(0);
    const redirected = party.card({ serial: 2, nextRoot: keyIdOf(thief.publicKey) });
    expect(codeOf(settle(adoptCard(pin, redirected)))).toBe("ID_ROOT_CHANGED");
  });
});

describe("a pin", () => {
  it("comes back from its encoding, also frozen and held", () => {
    const pin = pinAt(2);
    const frozen = freeze(pin, party.succession(1), party.succession(2), at(3));
    const held = {
      ...pin,
      standing: { type: "rootHeld", card: party.card({}, 1), certificate: party.certificate, at: at(3) } as const,
    };
    for (const entry of [pin, frozen, held])
      expect(decode(pinCodec, encode(pinCodec, entry))).toEqual({ ok: true, value: entry });
    const size = encode(pinCodec, pinAt(1)).length;
    console.log(`a pin: ${size} bytes, and 32 more for each month`);
    expect(size).toBeLessThan(13_000);
  });
  it("nothing older than the grace of a hand-over is left of the key before", () => {
    const pin = pinAt(2);
    expect(pin.line.previous?.until).toBe(after(at(2), days(7)));
  });
});
