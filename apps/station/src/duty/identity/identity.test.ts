import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { after, days, hours, minutes, ms } from "@parley/base/time";
import { type TerminalId, idText } from "@parley/protocol/ids";
import { verifyChain } from "@parley/protocol/signed/chain";
import { refuseStanding } from "@parley/protocol/signed/pin";
import { revocationHash, signRevocation, signRuling } from "@parley/protocol/signed/revocation";
import { keyIdOf } from "@parley/protocol/signed/root";
import { signRootOrder } from "@parley/protocol/signed/rootOrder";
import { type SignedWitness, signWitness } from "@parley/protocol/signed/witness";
import { signSuccession } from "@parley/protocol/signed/succession";
import { signerOfSeed, testVerify } from "@parley/protocol/signed/testing/keys";
import { codeOf as codeFrom, codeText, officerCodeHash, terminalCodeHash } from "./codes.ts";
import { TestStation, fingerprint, link, manifest, passkeyOf, pinOf, shown } from "./testing/station.ts";

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

describe("officers", () => {
  it("[ID24] the first comes by the code of init, which works once, within its time, and only while there is none", () => {
    const { code, until } = one.ask({ type: "awaitFirstOfficer" }, "code");
    expect(until - one.now).toBe(minutes(15));
    expect(certain({ ok: true, value: codeFrom(codeText(code)) })).toEqual(code);
    expect(one.eventsOf("officerAwaited").map((e) => equal(e.code, officerCodeHash(code)))).toEqual([true]);
    expect(one.ledger.some((bytes) => Buffer.from(bytes).includes(code))).toBe(false);
    const join = { type: "joinOfficer", code, name: "Officer 1", passkey: passkeyOf(1) } as const;
    expect(one.codeOf({ ...join, code: new Uint8Array(16) })).toBe("ID_CODE_UNKNOWN");
    expect(one.codeOf({ ...join, name: "\u202e1 reciffO" })).toBe("MESSAGE_MALFORMED");
    expect(one.codeOf(join)).toBe("officer");
    expect(one.codeOf({ ...join, name: "Officer 2", passkey: passkeyOf(2) })).toBe("ID_CODE_UNKNOWN");
    expect(one.codeOf({ type: "awaitFirstOfficer" })).toBe("ID_FIRST_OFFICER_DONE");
  });
  it("[ID24] a code that nobody used is dead after fifteen minutes, and forgotten", () => {
    const { code } = one.ask({ type: "awaitFirstOfficer" }, "code");
    later(minutes(15) + 1);
    expect(one.codeOf({ type: "joinOfficer", code, name: "Late", passkey: passkeyOf(1) })).toBe("ID_CODE_UNKNOWN");
    one.ask({ type: "tick" }, "done");
    expect(one.state.officerCodes.size).toBe(0);
  });
  it("[ID25] others are invited by one; a passkey or a name that is here already is refused", () => {
    const first = one.officer(1);
    const { code } = one.ask({ type: "inviteOfficer", by: first }, "code");
    const join = { type: "joinOfficer", code, name: "Officer 2", passkey: passkeyOf(2) } as const;
    expect(one.codeOf({ ...join, passkey: passkeyOf(1) })).toBe("ID_OFFICER_EXISTS");
    expect(one.codeOf({ ...join, name: "Officer 1" })).toBe("ID_OFFICER_EXISTS");
    expect(one.codeOf(join)).toBe("officer");
    expect(one.codeOf({ type: "inviteOfficer", by: shown(9) })).toBe("ID_OFFICER_UNKNOWN");
  });
  it("[ID26] a lost passkey is removed by another officer, and signs in no more", () => {
    const first = one.officer(1);
    const second = one.officer(2, first);
    const lost = [...one.state.officers.values()].find((o) => o.name === "Officer 1");
    if (lost === undefined) throw new Error("no officer");
    const command = { type: "removePasskey", officer: lost.id, credential: first.credential, by: second } as const;
    expect(one.codeOf({ ...command, credential: second.credential })).toBe("ID_OFFICER_UNKNOWN");
    expect(one.codeOf(command)).toBe("done");
    expect(one.codeOf({ type: "inviteOfficer", by: first })).toBe("ID_OFFICER_UNKNOWN");
    expect(one.state.officers.has(idText(lost.id))).toBe(false);
    one.officer(1, second);
    expect(one.codeOf({ type: "inviteOfficer", by: first })).toBe("code");
  });
  it("[ID26] an officer with a second passkey loses one and stays; the last of all cannot be removed", () => {
    const by = one.officer(1);
    expect(one.codeOf({ type: "addPasskey", passkey: passkeyOf(5), by })).toBe("done");
    const [officer] = [...one.state.officers.values()];
    if (officer === undefined) throw new Error("no officer");
    const remove = { type: "removePasskey", officer: officer.id, credential: by.credential } as const;
    expect(one.codeOf({ ...remove, by: shown(5) })).toBe("done");
    expect(one.codeOf({ ...remove, credential: passkeyOf(5).credential, by: shown(5) })).toBe("ID_LAST_PASSKEY");
  });
  it("[ID27] when the only passkey is lost the root orders a new officer in, by its signature", () => {
    const only = one.officer(1);
    const [officer] = [...one.state.officers.values()];
    if (officer === undefined) throw new Error("no officer");
    const code = one.random(16);
    const order = {
      party: one.home.pin.card.party,
      generation: 0,
      order: { type: "admitOfficer", code: officerCodeHash(code), until: after(one.now, minutes(15)) },
      issued: one.now,
    } as const;
    expect(one.codeOf({ type: "order", order: signRootOrder(order, one.signer) })).toBe("SIGNATURE_INVALID");
    expect(one.codeOf({ type: "order", order: signRootOrder({ ...order, generation: 1 }, one.root()) })).toBe(
      "ID_ROOT_CHANGED",
    );
    expect(one.codeOf({ type: "order", order: signRootOrder(order, one.root()) })).toBe("done");
    expect(one.codeOf({ type: "joinOfficer", code, name: "Officer 2", passkey: passkeyOf(2) })).toBe("officer");
    const remove = { type: "removePasskey", officer: officer.id, credential: only.credential } as const;
    expect(one.codeOf({ type: "order", order: signRootOrder({ ...order, order: remove }, one.root()) })).toBe("done");
    expect(one.codeOf({ type: "inviteOfficer", by: only })).toBe("ID_OFFICER_UNKNOWN");
  });
});

describe("terminals", () => {
  it("[ID28] a browser becomes a terminal by a one-time code and an officer's word, and by nothing less", () => {
    const by = one.officer(1);
    const { code } = one.ask({ type: "awaitTerminal", role: "principal", name: "Desk", by }, "code");
    expect(one.eventsOf("terminalAwaited").map((e) => equal(e.code, terminalCodeHash(code)))).toEqual([true]);
    expect(one.codeOf({ type: "joinOfficer", code, name: "X", passkey: passkeyOf(4) })).toBe("ID_CODE_UNKNOWN");
    const terminal = { id: one.random(16) as TerminalId, key: signerOfSeed(one.random(32)) };
    const nonce = one.nonce();
    const asking = { type: "askTerminal", code, request: one.request(terminal, nonce), nonce } as const;
    expect(one.codeOf({ ...asking, code: new Uint8Array(16) })).toBe("ID_CODE_UNKNOWN");
    expect(one.codeOf({ ...asking, nonce: one.nonce() })).toBe("SIGNATURE_INVALID");
    const otherKey = { ...asking.request, signature: signerOfSeed(one.random(32)).signEd25519(new Uint8Array(3)) };
    expect(one.codeOf({ ...asking, request: otherKey })).toBe("SIGNATURE_INVALID");
    const code1 = one.request(terminal, nonce, { manifest: officerCodeHash(code) });
    expect(one.codeOf({ ...asking, request: code1 })).toBe("ID_MANIFEST_UNKNOWN");
    expect(one.codeOf(asking)).toBe("asked");
    expect(one.codeOf(asking)).toBe("asked");
    const thief = { id: one.random(16) as TerminalId, key: signerOfSeed(one.random(32)) };
    expect(one.codeOf({ ...asking, request: one.request(thief, nonce) })).toBe("ID_CODE_UNKNOWN");
    expect(one.renew(terminal)).toMatchObject({ ok: false, error: { code: "ID_TERMINAL_UNKNOWN" } });
    expect(one.codeOf({ type: "approveTerminal", terminal: terminal.id, by: shown(8) })).toBe("ID_OFFICER_UNKNOWN");
    expect(one.codeOf({ type: "approveTerminal", terminal: terminal.id, by })).toBe("done");
    expect(one.codeOf(asking)).toBe("ID_CODE_UNKNOWN");
    const claims = certain(certain(verifyChain(one.chainOf(terminal), one.home.pin, one.now)).prove(testVerify));
    expect([claims.name, claims.role, equal(claims.manifest, manifest)]).toEqual(["Desk", "principal", true]);
  });
  it("[ID28] an officer may refuse, and a code or an approval that comes too late opens nothing", () => {
    const by = one.officer(1);
    const ask = () => {
      const terminal = { id: one.random(16) as TerminalId, key: signerOfSeed(one.random(32)) };
      const { code } = one.ask({ type: "awaitTerminal", role: "principal", name: "Desk", by }, "code");
      const nonce = one.nonce();
      return { terminal, asking: { type: "askTerminal", code, request: one.request(terminal, nonce), nonce } as const };
    };
    const refused = ask();
    one.ask(refused.asking, "asked");
    expect(one.codeOf({ type: "refuseTerminal", terminal: refused.terminal.id, by })).toBe("done");
    expect(one.codeOf({ type: "approveTerminal", terminal: refused.terminal.id, by })).toBe("ID_TERMINAL_UNKNOWN");
    const [slow, asleep] = [ask(), ask()];
    one.ask(slow.asking, "asked");
    later(minutes(15) + 1);
    expect(one.codeOf({ type: "approveTerminal", terminal: slow.terminal.id, by })).toBe("ID_TERMINAL_UNKNOWN");
    expect(one.codeOf(asleep.asking)).toBe("ID_CODE_UNKNOWN");
    one.ask({ type: "tick" }, "done");
    expect(one.state.enrolments.size).toBe(0);
  });
  it("[ID29] a credential renews at a third of its life, and also after a year switched off", () => {
    const terminal = one.enrol(one.officer(1));
    const reply = certain(one.renew(terminal));
    if (reply.type !== "chain") throw new Error("no chain");
    expect([reply.renewAt - one.now, reply.notAfter - one.now]).toEqual([hours(56), days(7)]);
    const old = reply.chain;
    later(days(366));
    expect(verifyChain(old, one.home.pin, one.now)).toMatchObject({ error: { code: "ID_CREDENTIAL_EXPIRED" } });
    one.ask({ type: "tick" }, "done");
    expect(certain(verifyChain(one.chainOf(terminal), one.home.pin, one.now)).prove(testVerify).ok).toBe(true);
  });
  it("[ID30] a terminal that runs code which this station never served gets no credential", () => {
    const terminal = one.enrol(one.officer(1));
    const nonce = one.nonce();
    const request = one.request(terminal, nonce, { manifest: officerCodeHash(new Uint8Array(16)) });
    expect(one.codeOf({ type: "renewTerminal", request, nonce })).toBe("ID_MANIFEST_UNKNOWN");
    expect(one.renew(terminal).ok).toBe(true);
  });
  it("[ID29] another key under an enrolled terminal's name gets nothing", () => {
    const terminal = one.enrol(one.officer(1));
    const copy = { id: terminal.id, key: signerOfSeed(one.random(32)) };
    expect(one.renew(copy)).toMatchObject({ ok: false, error: { code: "ID_TERMINAL_UNKNOWN" } });
  });
  it("[ID19] a lost terminal is cut off by two officers at once, here and at the peer, and the root undoes it", () => {
    link(one, two);
    const first = one.officer(1);
    const second = one.officer(2, first);
    const terminal = one.enrol(first);
    const chain = one.chainOf(terminal);
    const subject = { type: "terminal", terminal: terminal.id } as const;
    const act = { type: "revoke", subject, why: "Left on a train." } as const;
    const { id } = one.ask({ type: "proposeAct", act, by: first }, "pending");
    expect(one.renew(terminal).ok).toBe(true);
    expect(one.codeOf({ type: "confirmAct", id, by: first })).toBe("ID_SAME_OFFICER");
    expect(one.codeOf({ type: "confirmAct", id: one.random(16), by: second })).toBe("ID_ACT_UNKNOWN");
    expect(one.codeOf({ type: "confirmAct", id, by: second })).toBe("done");
    expect(one.codeOf({ type: "confirmAct", id, by: second })).toBe("ID_ACT_UNKNOWN");
    expect(one.effects.some((e) => e.type === "evictTerminal" && equal(e.terminal, terminal.id))).toBe(true);
    expect(one.renew(terminal)).toMatchObject({ error: { code: "ID_TERMINAL_REMOVED" } });
    expect(one.deliver(two)).toEqual([]);
    expect(two.effects.some((e) => e.type === "evictTerminal" && equal(e.terminal, terminal.id))).toBe(true);
    expect(verifyChain(chain, pinOf(one, two), two.now)).toMatchObject({ error: { code: "ID_REVOKED" } });
    const [cut] = one.eventsOf("revoked");
    if (cut === undefined) throw new Error("nothing was cut off");
    const ruling = {
      party: one.home.pin.card.party,
      generation: 0,
      revocation: revocationHash(cut.revocation),
      verdict: "undone",
      issued: one.now,
    } as const;
    expect(one.codeOf({ type: "rule", ruling: signRuling(ruling, one.signer) })).toBe("SIGNATURE_INVALID");
    expect(one.codeOf({ type: "rule", ruling: signRuling(ruling, one.root()) })).toBe("done");
    expect(one.deliver(two)).toEqual([]);
    expect(certain(verifyChain(one.chainOf(terminal), pinOf(one, two), two.now)).prove(testVerify).ok).toBe(true);
  });
  it("[ID20] an act that nobody confirms within the hour never happens", () => {
    const first = one.officer(1);
    const second = one.officer(2, first);
    const terminal = one.enrol(first);
    const subject = { type: "terminal", terminal: terminal.id } as const;
    const { id } = one.ask({ type: "proposeAct", act: { type: "revoke", subject, why: "" }, by: first }, "pending");
    later(minutes(60) + 1);
    expect(one.codeOf({ type: "confirmAct", id, by: second })).toBe("ID_ACT_UNKNOWN");
    expect(one.renew(terminal).ok).toBe(true);
    one.ask({ type: "tick" }, "done");
    expect(one.state.pending.size).toBe(0);
  });
  it("[ID22] a whole party is cut off by two officers, and the root may do either alone", () => {
    link(one, two);
    const first = one.officer(1);
    const second = one.officer(2, first);
    const subject = { type: "party", other: two.home.pin.card.party } as const;
    const act = { type: "revoke", subject, why: "" } as const;
    const { id } = one.ask({ type: "proposeAct", act, by: first }, "pending");
    one.ask({ type: "confirmAct", id, by: second }, "done");
    expect(one.effects.some((e) => e.type === "cutOffParty")).toBe(true);
    const notice = {
      type: "changed",
      catchUp: { card: two.card({ serial: 2 }), certificate: null, successions: [] },
    } as const;
    expect(one.codeOf({ type: "fromPeer", party: two.home.pin.card.party, notice })).toBe("ID_PEER_UNKNOWN");
    const terminal = two.enrol(two.officer(1));
    const revocation = signRevocation(
      {
        party: two.home.pin.card.party,
        subject: { type: "terminal", terminal: terminal.id },
        by: { type: "root", generation: 0 },
        why: "",
        issued: two.now,
      },
      two.root(),
    );
    expect(two.codeOf({ type: "rootRevoke", revocation })).toBe("done");
    expect(two.renew(terminal)).toMatchObject({ error: { code: "ID_TERMINAL_REMOVED" } });
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
    expect(one.codeOf({ type: "issueCard", card: one.card({ serial: 9 }) })).toBe("ID_ROOT_CHANGED");
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
