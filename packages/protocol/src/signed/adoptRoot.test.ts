import { describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { type Result, certain } from "@parley/base/result";
import { type Instant, after, ms } from "@parley/base/time";
import type { ParleyError } from "../errorCodes.ts";
import type { TerminalId } from "../ids.ts";
import {
  type Adopted,
  adoptCard,
  adoptCertificate,
  adoptRevocation,
  adoptRuling,
  adoptSuccession,
  holdRoot,
  releaseRoot,
} from "./adopt.ts";
import { adoptCatchUp } from "./catchUp.ts";
import type { Digest } from "./hash.ts";
import { testSigner, testVerify } from "./testing/keys.ts";
import { epoch, month, testParty } from "./testing/party.ts";
import { type Pin, proveBundle, refuseStanding } from "./pin.ts";
import { type OfficerId, type Revocation, revocationHash, signRevocation, signRuling } from "./revocation.ts";
import { keyIdOf } from "./root.ts";
import { type HybridSigner, type Unproven } from "./signature.ts";
import { type StationCertificate, signStationCertificate } from "./stationCertificate.ts";

const party = testParty(3);
const root = party.roots[0] as HybridSigner;
const secondRoot = party.roots[1] as HybridSigner;
const at = (months: number): Instant => after(epoch, ms(months * month));
const pinAt = (n: number): Pin => certain(certain(proveBundle(party.bundle(n), at(n))).prove(testVerify));
const thief = testSigner(999_999);

const settle = (claim: Result<Unproven<Adopted>, ParleyError>): Result<Adopted, ParleyError> =>
  claim.ok ? claim.value.prove(testVerify) : claim;
const codeOf = (result: Result<unknown, ParleyError>): string => (result.ok ? "ok" : result.error.code);
const adopted = (claim: Result<Unproven<Adopted>, ParleyError>): Pin => certain(settle(claim)).pin;

const certify = (change: Partial<StationCertificate>, by: HybridSigner = root) =>
  signStationCertificate({ ...party.certificate.body, serial: 2, ...change }, by);

describe("a root that is replaced", () => {
  const card = party.card({ serial: 1, issued: at(1) }, 1);
  const key = testSigner(60);
  const certificate = signStationCertificate(
    {
      party: party.id,
      generation: 1,
      serial: 1,
      key: key.publicKey,
      nextKey: keyIdOf(testSigner(61).publicKey),
      issued: at(1),
    },
    secondRoot,
  );
  const officers = [1, 2].map((n) => ({
    officer: new Uint8Array(16).fill(n) as OfficerId,
    assertion: new Uint8Array(32) as Digest,
  }));
  it("[ID8] the pre-committed root is a full stop, which two officers release; the old root is nothing then", () => {
    const held = adopted(holdRoot(pinAt(3), card, certificate, at(4)));
    expect(refuseStanding(held)?.code).toBe("ID_LINE_FROZEN");
    expect(codeOf(releaseRoot(held, officers.slice(1), at(4)))).toBe("ID_SECOND_OFFICER_DUE");
    const [one] = officers;
    if (one === undefined) throw new Error("no officer");
    expect(codeOf(releaseRoot(held, [one, one], at(4)))).toBe("ID_SAME_OFFICER");
    const next = certain(releaseRoot(held, officers, at(4)));
    expect(refuseStanding(next)).toBe(null);
    expect(equal(next.line.key, key.publicKey)).toBe(true);
    expect(codeOf(settle(adoptCertificate(next, certify({ serial: 9 }), at(5))))).toBe("ID_CERTIFICATE_STALE");
    expect(codeOf(settle(adoptCard(next, party.card({ serial: 9 }))))).toBe("ID_CARD_STALE");
    expect(codeOf(settle(adoptSuccession(next, party.succession(4), at(5))))).toBe("ID_SUCCESSION_GAP");
  });
  it("[ID8] any other root is refused, also one that a thief of the old root names highest", () => {
    const high = adopted(adoptCard(pinAt(0), party.card({ serial: 0xffffffff })));
    const high2 = adopted(adoptCertificate(high, certify({ serial: 0xffffffff }), at(1)));
    expect(codeOf(settle(holdRoot(high2, card, certificate, at(2))))).toBe("ok");
    const foreign = testParty(4).card({ party: party.id, generation: 1 });
    expect(codeOf(settle(holdRoot(pinAt(0), foreign, certificate, at(2))))).toBe("ID_ROOT_CHANGED");
    expect(codeOf(settle(holdRoot(pinAt(0), party.card({}, 2), certificate, at(2))))).toBe("ID_CARD_INVALID");
    expect(codeOf(adoptCatchUp(pinAt(0), { card, certificate: null, successions: [] }, at(2)))).toBe("ID_ROOT_CHANGED");
  });
  it("[ID5] nobody is a party whose id is not made of their first root", () => {
    const other = testParty(4);
    const posing = signStationCertificate(
      { ...other.certificate.body, party: party.id },
      other.roots[0] as HybridSigner,
    );
    const claim = proveBundle(
      { lineage: [other.card({ party: party.id })], certificate: posing, successions: [] },
      at(1),
    );
    expect(codeOf(claim)).toBe("ID_CARD_INVALID");
  });
  it("[ID5] a party that replaced its root is proven by its lineage, and by no lineage with a break in it", () => {
    const lineage = [party.card({ serial: 4 }), card];
    const good = proveBundle({ lineage, certificate, successions: [] }, at(2));
    expect(equal(certain(certain(good).prove(testVerify)).card.party, party.id)).toBe(true);
    const broken = (cards: typeof lineage) =>
      codeOf(proveBundle({ lineage: cards, certificate, successions: [] }, at(2)));
    expect(broken([card])).toBe("ID_CARD_INVALID");
    expect(broken([])).toBe("ID_CARD_INVALID");
    expect(broken([party.card(), party.card({}, 2)])).toBe("ID_CARD_INVALID");
    expect(broken([party.card({ nextRoot: keyIdOf(thief.publicKey) }), card])).toBe("ID_ROOT_CHANGED");
    expect(broken([testParty(4).card(), card])).toBe("ID_CARD_INVALID");
  });
});

describe("cut-offs", () => {
  const terminal = new Uint8Array(16).fill(7) as TerminalId;
  const two = [1, 2].map((n) => ({
    officer: new Uint8Array(16).fill(n) as OfficerId,
    assertion: new Uint8Array(32) as Digest,
  }));
  const cut = (change: Partial<Revocation>, by: HybridSigner) =>
    signRevocation(
      {
        party: party.id,
        subject: { type: "terminal", terminal },
        by: { type: "station", key: keyIdOf(by.publicKey), officers: two },
        why: "lost",
        issued: at(1),
        ...change,
      },
      by,
    );
  it("[ID19] the station key with two officers removes a terminal, and the root undoes it", () => {
    const pin = pinAt(1);
    const entry = cut({}, party.stationKey(1));
    const next = adopted(adoptRevocation(pin, entry));
    expect(next.removed.length).toBe(1);
    expect(certain(settle(adoptRevocation(next, entry))).outcome).toBe("known");
    const ruling = { party: party.id, generation: 0, revocation: revocationHash(entry), issued: at(1) };
    const confirmed = adopted(adoptRuling(next, signRuling({ ...ruling, verdict: "confirmed" }, root)));
    expect(confirmed.removed.length).toBe(1);
    const undone = adopted(adoptRuling(next, signRuling({ ...ruling, verdict: "undone" }, root)));
    expect(undone.removed.length).toBe(0);
    expect(codeOf(settle(adoptRuling(next, signRuling({ ...ruling, verdict: "undone" }, party.stationKey(1)))))).toBe(
      "SIGNATURE_INVALID",
    );
  });
  it("[ID20] one officer, the same officer twice, another station's key or a station key as the subject: no power", () => {
    const pin = pinAt(1);
    const key = party.stationKey(1);
    const by = (officers: typeof two) => ({ type: "station", key: keyIdOf(key.publicKey), officers }) as const;
    expect(codeOf(adoptRevocation(pin, cut({ by: by(two.slice(1)) }, key)))).toBe("ID_REVOCATION_UNDUE");
    const [one] = two;
    if (one === undefined) throw new Error("no officer");
    expect(codeOf(adoptRevocation(pin, cut({ by: by([one, one]) }, key)))).toBe("ID_REVOCATION_UNDUE");
    expect(codeOf(adoptRevocation(pin, cut({}, thief)))).toBe("ID_REVOCATION_UNDUE");
    const subject = { type: "stationKey", key: keyIdOf(key.publicKey) } as const;
    expect(codeOf(adoptRevocation(pin, cut({ subject }, key)))).toBe("ID_REVOCATION_UNDUE");
    const forged = { ...cut({}, thief), body: cut({}, key).body };
    expect(codeOf(settle(adoptRevocation(pin, forged)))).toBe("SIGNATURE_INVALID");
  });
  it("[ID21] a station key that the root revoked stops the pin, whether it is in use or comes later", () => {
    const later = party.stationKey(2).publicKey;
    const subject = { type: "stationKey", key: keyIdOf(later) } as const;
    const entry = cut({ subject, by: { type: "root", generation: 0 } }, root);
    const early = adopted(adoptRevocation(pinAt(1), entry));
    expect(refuseStanding(early)).toBe(null);
    const then = adopted(adoptSuccession(early, party.succession(2), at(2)));
    expect(refuseStanding(then)?.code).toBe("ID_REVOKED");
    expect(refuseStanding(adopted(adoptRevocation(pinAt(2), entry)))?.code).toBe("ID_REVOKED");
  });
});
