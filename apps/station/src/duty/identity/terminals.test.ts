import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { equal } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { after, days, hours, minutes, ms } from "@parley/base/time";
import { type TerminalId } from "@parley/protocol/ids";
import { verifyChain } from "@parley/protocol/signed/chain";
import { revocationHash, signRevocation, signRuling } from "@parley/protocol/signed/revocation";
import { signerOfSeed, testVerify } from "@parley/protocol/signed/testing/keys";
import { officerCodeHash, terminalCodeHash } from "./codes.ts";
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
