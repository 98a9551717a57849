import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { after, days, instant, ms } from "@parley/base/time";
import { idText } from "@parley/protocol/ids";
import { verifyChain } from "@parley/protocol/signed/chain";
import { refuseStanding } from "@parley/protocol/signed/pin";
import { keyIdOf } from "@parley/protocol/signed/root";
import { type SignedWitness, signWitness } from "@parley/protocol/signed/witness";
import { signSuccession } from "@parley/protocol/signed/succession";
import { signerOfSeed, testVerify } from "@parley/protocol/signed/testing/keys";
import { officerCodeHash } from "./codes.ts";
import { TestStation, fingerprint, link, pinOf } from "./testing/station.ts";

let one: TestStation;
let two: TestStation;
beforeEach(() => {
  one = new TestStation("Northmark", 1).setUp();
  two = new TestStation("Estovar", 2).setUp();
});
afterEach(() => {
  for (const station of [one, two]) {
    // Whatever a test did, a restart comes to the same.
    expect(fingerprint(station.replay())).toBe(fingerprint(station.state));
  }
});
const later = (by: number) => {
  for (const station of [one, two]) station.now = after(station.now, ms(by));
};

describe("a station's set-up", () => {
  it("[ID9] takes the root's certificate for a key it holds, once", () => {
    const fresh = new TestStation("Fresh", 3);
    const lineage = [fresh.card()];
    const foreign = fresh.certificate(1, 0, { key: one.signer.publicKey, nextKey: keyIdOf(two.signer.publicKey) });
    expect(fresh.codeOf({ type: "setUp", lineage, certificate: foreign })).toBe("KEYS_FILE_MISSING");
    expect(fresh.codeOf({ type: "tick" })).toBe("done");
    expect(fresh.codeOf({ type: "issueCard", card: fresh.card() })).toBe("ID_NOT_SET_UP");
    fresh.setUp();
    expect(fresh.codeOf({ type: "setUp", lineage, certificate: fresh.certificate(1) })).toBe("ID_CERTIFICATE_STALE");
  });
});

describe("what a restart knows", () => {
  it("[ID23] a repeated word changes nothing, and the ledger holds no secret of ours", () => {
    link(one, two);
    later(days(30));
    one.ask({ type: "tick" }, "done");
    const waiting = one.outbox.get(idText(two.home.pin.card.party)) ?? [];
    const [notice] = waiting;
    if (notice === undefined) throw new Error("no notice");
    waiting.push(notice, notice);
    expect(one.deliver(two)).toEqual([]);
    expect(two.eventsOf("peerSucceeded").length).toBe(1);
    expect(fingerprint(one.replay())).toBe(fingerprint(one.state));
    const { code } = one.ask({ type: "awaitFirstOfficer" }, "code");
    const written = Buffer.concat(one.ledger);
    expect(written.includes(code)).toBe(false);
    expect(written.includes(officerCodeHash(code))).toBe(true);
  });
});

describe("a station key that hands over", () => {
  it("[ID11] [ID15] does so after thirty days without a person, tells its peers, and is witnessed by them", () => {
    link(one, two);
    const before = keyIdOf(one.signer.publicKey);
    later(days(30) - 1);
    one.ask({ type: "tick" }, "done");
    expect(equal(keyIdOf(one.signer.publicKey), before)).toBe(true);
    later(1);
    one.ask({ type: "tick" }, "done");
    expect(equal(keyIdOf(one.signer.publicKey), before)).toBe(false);
    one.ask({ type: "tick" }, "done");
    expect(one.eventsOf("succeeded").length).toBe(1);
    expect(one.deliver(two)).toEqual([]);
    expect(equal(pinOf(one, two).line.key, one.signer.publicKey)).toBe(true);
    expect(two.deliver(one)).toEqual([]);
    expect(one.eventsOf("witnessed").length).toBe(1);
  });

  it("[ID36] never does so under the date of a clock that has lost its time, and at once when that is set", () => {
    const before = keyIdOf(one.signer.publicKey);
    const { now } = one;
    one.now = instant(Date.UTC(2000, 0, 1));
    one.ask({ type: "tick" }, "done");
    expect(equal(keyIdOf(one.signer.publicKey), before)).toBe(true);
    one.now = after(now, days(31));
    one.ask({ type: "tick" }, "done");
    expect(equal(keyIdOf(one.signer.publicKey), before)).toBe(false);
    expect(one.home.pin.line.since).toBe(one.now);
  });

  it("[ID15] a witness of another entry, by another station or in another's name counts for nothing", () => {
    link(one, two);
    later(days(30));
    one.ask({ type: "tick" }, "done");
    one.deliver(two);
    const [seen] = two.eventsOf("peerSucceeded");
    if (seen === undefined) throw new Error("nothing was seen");
    const { body } = seen.witness;
    const party = two.home.pin.card.party;
    const tell = (witness: SignedWitness) =>
      one.codeOf({ type: "fromPeer", party, notice: { type: "witnessed", witness } });
    expect(tell(signWitness({ ...body, index: 0 }, two.signer))).toBe("ID_CREDENTIAL_FOREIGN");
    expect(tell(signWitness({ ...body, by: one.home.pin.card.party }, two.signer))).toBe("ID_CREDENTIAL_FOREIGN");
    expect(tell(signWitness(body, one.signer))).toBe("SIGNATURE_INVALID");
    expect(tell(seen.witness)).toBe("done");
  });
  it("[ID11] waits while a pairing has shown it, and not for ever", () => {
    later(days(31));
    one.holdKey = true;
    one.ask({ type: "tick" }, "done");
    expect(one.eventsOf("succeeded").length).toBe(0);
    one.holdKey = false;
    one.ask({ type: "tick" }, "done");
    expect(one.eventsOf("succeeded").length).toBe(1);
  });
  it("[ID12] an attempt with a stolen key raises the alarm at the peer and moves nothing", () => {
    link(one, two);
    const stolen = one.signer;
    later(days(30));
    one.ask({ type: "tick" }, "done");
    one.deliver(two);
    const [true1] = one.eventsOf("succeeded");
    if (true1 === undefined) throw new Error("no succession");
    const before = pinOf(one, two);
    const thief = signerOfSeed(one.random(32));
    const body = { ...true1.succession.body, newKey: thief.publicKey };
    const forged = { body, ...signBoth(body, stolen, thief) };
    const catchUp = { card: null, certificate: null, successions: [forged] };
    two.ask({ type: "fromPeer", party: one.home.pin.card.party, notice: { type: "changed", catchUp } }, "done");
    expect(two.alarms).toEqual(["ID_SUCCESSION_UNCOMMITTED"]);
    expect(pinOf(one, two)).toEqual(before);
    // The same again is no second alarm on that day; on the next it is.
    const said = two.ledger.length;
    const again = { type: "fromPeer", party: one.home.pin.card.party, notice: { type: "changed", catchUp } } as const;
    two.ask(again, "done");
    expect(two.ledger.length).toBe(said);
    later(days(1));
    two.ask(again, "done");
    expect(two.eventsOf("alarmed").length).toBe(2);
    // What the old key did not sign is noise: anybody could send it.
    const noise = { body, ...signBoth(body, thief, thief) };
    const told = two.codeOf({ ...again, notice: { type: "changed", catchUp: { ...catchUp, successions: [noise] } } });
    expect([told, two.eventsOf("alarmed").length]).toEqual(["ID_SUCCESSION_UNCOMMITTED", 2]);
  });
  it("[ID13] two true successors freeze the link with both kept; the root's certificate thaws it", () => {
    link(one, two);
    later(days(30));
    // A backup of the station, restored beside it, hands over as well: with another key after the next one.
    const context = one.context();
    const oldKey = one.signer;
    const next = context.nextKey();
    if (next === null) throw new Error("no next key");
    one.ask({ type: "tick" }, "done");
    one.deliver(two);
    const [first] = one.eventsOf("succeeded");
    if (first === undefined) throw new Error("no succession");
    const body = { ...first.succession.body, nextKey: keyIdOf(signerOfSeed(one.random(32)).publicKey) };
    const second = { body, ...signBoth(body, oldKey, next.signer) };
    const catchUp = { card: null, certificate: null, successions: [second] };
    const party = one.home.pin.card.party;
    two.ask({ type: "fromPeer", party, notice: { type: "changed", catchUp } }, "done");
    expect(refuseStanding(pinOf(one, two))?.code).toBe("ID_LINE_FROZEN");
    expect(two.alarms).toEqual(["ID_SUCCESSION_FORK"]);
    expect(two.effects.some((e) => e.type === "peerStopped")).toBe(true);
    one.ask({ type: "certify", certificate: one.certificate(2) }, "done");
    expect(one.deliver(two)).toEqual([]);
    expect(refuseStanding(pinOf(one, two))).toBe(null);
    expect(equal(pinOf(one, two).line.key, one.signer.publicKey)).toBe(true);
    expect(two.effects.some((e) => e.type === "peerStands")).toBe(true);
  });
  it("[ID10] after a theft of both keys the root certifies new ones, and what the thief signs is nothing", () => {
    link(one, two);
    const terminal = one.enrol(one.officer(1));
    const chain = one.chainOf(terminal);
    one.ask({ type: "certify", certificate: one.certificate(2) }, "done");
    one.deliver(two);
    expect(verifyChain(chain, pinOf(one, two), two.now).ok).toBe(false);
    expect(certain(verifyChain(one.chainOf(terminal), pinOf(one, two), two.now)).prove(testVerify).ok).toBe(true);
  });
});

describe("a root that is replaced", () => {
  /** The second root's card and certificate, proposed and confirmed at its own station. */
  function replaced() {
    const first = one.officer(1);
    const second = one.officer(2, first);
    const card = one.card({ serial: 1 }, 1);
    const certificate = one.certificate(1, 1);
    const { id } = one.ask(
      { type: "proposeAct", act: { type: "replaceRoot", card, certificate }, by: first },
      "pending",
    );
    expect(one.codeOf({ type: "confirmAct", id, by: first })).toBe("ID_SAME_OFFICER");
    one.ask({ type: "confirmAct", id, by: second }, "done");
    return { first, second };
  }
  it("[ID8] two officers at each side and no new pairing: the link stops, is released, and the old root is nothing", () => {
    link(one, two);
    const { first } = replaced();
    const terminal = one.enrol(first);
    expect(one.deliver(two)).toEqual([]);
    const stopped = pinOf(one, two);
    expect(stopped.standing.type).toBe("rootHeld");
    expect(verifyChain(one.chainOf(terminal), stopped, two.now)).toMatchObject({ error: { code: "ID_LINE_FROZEN" } });
    const [a] = [two.officer(1)];
    const b = two.officer(2, a);
    const act = { type: "releaseRoot", party: one.home.pin.card.party } as const;
    const { id } = two.ask({ type: "proposeAct", act, by: a }, "pending");
    expect(two.codeOf({ type: "confirmAct", id, by: a })).toBe("ID_SAME_OFFICER");
    two.ask({ type: "confirmAct", id, by: b }, "done");
    expect(two.codeOf({ type: "proposeAct", act, by: a })).toBe("ID_ACT_UNKNOWN");
    expect(certain(verifyChain(one.chainOf(terminal), pinOf(one, two), two.now)).prove(testVerify).ok).toBe(true);
    expect(one.codeOf({ type: "issueCard", card: one.card({ serial: 9 }) })).toBe("ID_CARD_STALE");
    later(days(30));
    one.ask({ type: "tick" }, "done");
    expect(one.deliver(two)).toEqual([]);
    expect(equal(pinOf(one, two).line.key, one.signer.publicKey)).toBe(true);
  });
  it("[ID8] a root that was not named before is refused at home and raises the alarm at the peer", () => {
    link(one, two);
    const first = one.officer(1);
    const card = one.card({}, 2);
    const certificate = one.certificate(1, 2);
    const act = { type: "replaceRoot", card, certificate } as const;
    expect(one.codeOf({ type: "proposeAct", act, by: first })).toBe("ID_CARD_INVALID");
    const posing = one.card({ generation: 1 }, 2);
    const catchUp = { card: posing, certificate: one.certificate(1, 1), successions: [] };
    two.ask({ type: "fromPeer", party: one.home.pin.card.party, notice: { type: "changed", catchUp } }, "done");
    expect(two.alarms).toEqual(["ID_ROOT_CHANGED"]);
    expect(refuseStanding(pinOf(one, two))).toBe(null);
  });
  it("[ID6] a new address goes to the peers on a new card, and one party cannot speak for another", () => {
    link(one, two);
    const card = one.card({ serial: 2, stations: [{ host: "new.example", port: 1 }] });
    one.ask({ type: "issueCard", card }, "done");
    expect(one.deliver(two)).toEqual([]);
    expect(pinOf(one, two).card.stations[0]?.host).toBe("new.example");
    const catchUp = { card: one.card({ serial: 3 }), certificate: null, successions: [] };
    const party = two.home.pin.card.party;
    expect(one.codeOf({ type: "fromPeer", party, notice: { type: "changed", catchUp } })).toBe("ID_CARD_INVALID");
  });
});

function signBoth(
  body: Parameters<typeof signSuccession>[0],
  oldKey: TestStation["signer"],
  newKey: TestStation["signer"],
) {
  const { signature, possession } = signSuccession(body, oldKey, newKey);
  return { signature, possession };
}
