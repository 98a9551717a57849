import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { after, minutes, ms } from "@parley/base/time";
import { idText } from "@parley/protocol/ids";
import { signRootOrder } from "@parley/protocol/signed/rootOrder";
import { codeOf as codeFrom, codeText, officerCodeHash } from "./codes.ts";
import { TestStation, fingerprint, passkeyOf, shown } from "./testing/station.ts";

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
