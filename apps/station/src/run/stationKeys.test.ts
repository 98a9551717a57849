import { describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { type Instant, after, days, hours, instant, minutes, ms } from "@parley/base/time";
import { type CallId, type LinkId, idText } from "@parley/protocol/ids";
import { type Receipt, callPayload, encodeReceipt, receiptLabel } from "@parley/protocol/peer/call";
import { encode } from "@parley/base/codec";
import { labelled } from "@parley/protocol/signed/hash";
import { keyIdOf } from "@parley/protocol/signed/root";
import { type HybridSigner, ed25519Half } from "@parley/protocol/signed/signature";
import { decodeIdentityEvent } from "../duty/identity/events.ts";
import { TestStation, link as pinEachOther, pinOf } from "../duty/identity/testing/station.ts";
import { verifiedBy } from "../peer/tlsIdentity.ts";
import { decodeFromPeer } from "./callsWire.ts";
import { stationKeys } from "./stationKeys.ts";

const theLink = new Uint8Array(16).fill(9) as LinkId;

/** Northmark, which knows Estovar; Estovar's key rolls when a test says so. */
function world() {
  const [here, there] = [new TestStation("Northmark", 31).setUp(), new TestStation("Estovar", 32).setUp()];
  pinEachOther(here, there);
  const them = there.home.pin.card.party;
  const known = stationKeys();
  let read = 0;
  /** Lets Northmark hear what Estovar said, and takes in what its ledger holds since. */
  const hear = (): void => {
    there.deliver(here);
    for (const bytes of here.ledger.slice(read)) known.take(certain(decodeIdentityEvent(bytes)));
    read = here.ledger.length;
  };
  hear();
  /** What comes of a receipt that this key signed at that time. */
  const codeOf = (by: HybridSigner, at: Instant): string => {
    const receipt: Receipt = {
      call: new Uint8Array(16) as CallId,
      link: theLink,
      by: them,
      kind: "rang",
      terminal: null,
      at,
    };
    const signature = by.signEd25519(labelled(receiptLabel, encodeReceipt(receipt)));
    const payload = encode(callPayload, { type: "receipt", receipt, signature, generation: null, answerer: null });
    const verify = (message: Uint8Array<ArrayBuffer>, made: Uint8Array<ArrayBuffer>, when: Instant) =>
      known.at(pinOf(there, here), when).some((key) => verifiedBy(ed25519Half(key))(message, made));
    const heard = decodeFromPeer(payload, theLink, them, ms(0), verify);
    return heard.ok ? "taken" : heard.error.code;
  };
  const roll = (): void => {
    for (const station of [here, there]) station.now = after(station.now, days(30));
    there.ask({ type: "tick" }, "done");
    hear();
  };
  return { here, there, known, hear, codeOf, roll };
}

describe("station keys over the years", () => {
  it("[RC16] a receipt signed before the station key rolled holds when it is delivered after, also two rolls later", () => {
    const { there, codeOf, roll } = world();
    const [before, signed] = [there.signer, there.now];
    expect(codeOf(before, signed)).toBe("taken");
    roll();
    expect(there.signer).not.toBe(before);
    expect(codeOf(before, signed)).toBe("taken");
    expect(codeOf(there.signer, there.now)).toBe("taken");
    roll();
    expect(codeOf(before, signed)).toBe("taken");
  });

  it("[RC16] a key that was handed over signs nothing new, and the new one nothing from before it, but for the skew of a clock", () => {
    const { there, codeOf, roll } = world();
    const [before, signed] = [there.signer, there.now];
    roll();
    const rolled = there.now;
    expect(codeOf(before, after(rolled, minutes(4)))).toBe("taken");
    expect(codeOf(before, after(rolled, hours(1)))).toBe("SIGNATURE_INVALID");
    expect(codeOf(there.signer, after(rolled, minutes(-4)))).toBe("taken");
    expect(codeOf(there.signer, signed)).toBe("SIGNATURE_INVALID");
    expect(codeOf(before, after(signed, days(-1)))).toBe("SIGNATURE_INVALID");
  });

  it("[RC16] a new certificate of the root ends what the keys before it signed; one for the key in use does not", () => {
    const { there, codeOf, roll, hear } = world();
    roll();
    const [before, signed] = [there.signer, there.now];
    const { key, nextKey } = there.home.pin.line;
    there.now = after(there.now, days(1));
    there.ask({ type: "certify", certificate: there.certificate(2, 0, { key, nextKey }) }, "done");
    hear();
    expect(codeOf(before, signed)).toBe("taken");
    there.ask({ type: "certify", certificate: there.certificate(3) }, "done");
    hear();
    expect(codeOf(before, signed)).toBe("SIGNATURE_INVALID");
    expect(codeOf(there.signer, there.now)).toBe("taken");
  });

  it("[RC16] what is dated by a clock that has lost its time is the key in use's, and no other's", () => {
    const { there, codeOf, roll } = world();
    const before = there.signer;
    roll();
    const lost = instant(Date.UTC(2000, 0, 1));
    expect(codeOf(there.signer, lost)).toBe("taken");
    expect(codeOf(before, lost)).toBe("SIGNATURE_INVALID");
  });

  it("[RC16] keys are known by their ids for as long as the ledger holds them", () => {
    const { there, known, roll } = world();
    const party = idText(there.home.pin.card.party);
    const before = there.signer.publicKey;
    roll();
    for (const key of [before, there.signer.publicKey]) expect(known.byId(party, idText(keyIdOf(key)))).toEqual(key);
    expect(known.byId(idText(new Uint8Array(32)), idText(keyIdOf(before)))).toBe(null);
  });
});
