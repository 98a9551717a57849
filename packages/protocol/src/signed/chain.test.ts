import { describe, expect, it } from "vitest";
import { concat, utf8 } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type Result, certain } from "@parley/base/result";
import { type Instant, after, days, hours, minutes, ms } from "@parley/base/time";
import type { ParleyError } from "../errorCodes.ts";
import type { TerminalId } from "../ids.ts";
import { adoptCertificate, adoptRevocation, adoptSuccession } from "./adopt.ts";
import { type Claims, type StationEntry, chain, chainHash, leafIdentityOf, verifyChain, verifyLeaf } from "./chain.ts";
import { testSigner, testVerify } from "./testing/keys.ts";
import { epoch, month, testParty, testTerminal } from "./testing/party.ts";
import { type Pin, proveBundle } from "./pin.ts";
import { signRevocation } from "./revocation.ts";
import { keyIdOf, rootIdOf } from "./root.ts";
import { type HybridSigner, type Unproven, verifyAllAsync } from "./signature.ts";
import { signStationCertificate } from "./stationCertificate.ts";
import { type TerminalCertificate, renewalDue } from "./terminalCertificate.ts";
import { javaScriptMlDsa, makeTerminalKeyPair, terminalKeyOf, webVerify } from "./webCrypto.ts";

const party = testParty(5);
const root = party.roots[0] as HybridSigner;
const at = (months: number): Instant => after(epoch, ms(months * month));
const bundlePin = (n: number): Pin => certain(certain(proveBundle(party.bundle(n), at(n))).prove(testVerify));
const proved = (claim: Result<Unproven<Claims>, ParleyError>) => (claim.ok ? claim.value.prove(testVerify) : claim);
const codeOf = (result: Result<unknown, ParleyError>): string => (result.ok ? "ok" : result.error.code);

const chainAt = (n: number, issued: Instant, change: Partial<TerminalCertificate> = {}, entry?: StationEntry) =>
  encode(chain, {
    root: rootIdOf(root.publicKey),
    station:
      entry ??
      (n === 0 ? { type: "certificate", it: party.certificate } : { type: "succession", it: party.succession(n) }),
    terminal: testTerminal(party, party.stationKey(n), issued, change),
  });

describe("a terminal's chain", () => {
  it("[ID17] proves party, terminal, key, role and code against the pin, and fits its leaf of 81 bytes", () => {
    const bytes = chainAt(2, at(2));
    const claims = certain(proved(verifyChain(bytes, bundlePin(2), after(at(2), days(1)))));
    expect([claims.role, claims.name]).toEqual(["principal", "Desk"]);
    const identity = leafIdentityOf(claims);
    expect(identity.length).toBe(81);
    const leaf = (id: Uint8Array, key: Uint8Array, whole = bytes) =>
      codeOf(verifyLeaf(id, key, whole, bundlePin(2), at(2)));
    expect(leaf(identity, claims.key)).toBe("ok");
    expect(leaf(identity, new Uint8Array(32))).toBe("ID_CREDENTIAL_FOREIGN");
    expect(leaf(identity, claims.key, chainAt(2, after(at(2), hours(1))))).toBe("ID_CREDENTIAL_FOREIGN");
    for (let i = 0; i < identity.length; i++) {
      const bent = identity.slice();
      bent[i] = (bent[i] as number) ^ 1;
      expect([i, leaf(bent, claims.key)]).not.toEqual([i, "ok"]);
    }
  });
  it("[ID18] holds for its dates and five minutes of clock skew, and for seven days at most", () => {
    const bytes = chainAt(0, at(0));
    const pin = bundlePin(0);
    const when = (t: Instant) => codeOf(proved(verifyChain(bytes, pin, t)));
    expect(when(after(at(0), ms(-300_000)))).toBe("ok");
    expect(when(after(at(0), ms(-300_001)))).toBe("ID_CREDENTIAL_EARLY");
    expect(when(after(at(0), ms(days(7) + minutes(5))))).toBe("ok");
    expect(when(after(at(0), ms(days(7) + minutes(5) + 1)))).toBe("ID_CREDENTIAL_EXPIRED");
    const long = chainAt(0, at(0), { notAfter: after(at(0), ms(days(7) + 1)) });
    expect(codeOf(proved(verifyChain(long, pin, at(0))))).toBe("ID_CREDENTIAL_TOO_LONG");
    const never = chainAt(0, at(0), { notAfter: at(0) });
    expect(codeOf(proved(verifyChain(never, pin, at(0))))).toBe("ID_CREDENTIAL_TOO_LONG");
    const { body } = testTerminal(party, party.stationKey(0), at(0));
    expect(renewalDue(body)).toBe(after(at(0), hours(56)));
  });
  it("[ID16] another party's, another root's, another station key's chain is foreign; a later key's waits for its succession", () => {
    const pin = bundlePin(1);
    const now = at(1);
    const code = (bytes: Uint8Array) => codeOf(proved(verifyChain(bytes, pin, now)));
    expect(code(chainAt(1, now, { party: testParty(6).id }))).toBe("ID_CREDENTIAL_FOREIGN");
    const entry = { type: "succession", it: party.succession(1) } as const;
    const terminal = testTerminal(party, party.stationKey(1), now);
    expect(code(encode(chain, { root: rootIdOf(testSigner(9).publicKey), station: entry, terminal }))).toBe(
      "ID_CREDENTIAL_FOREIGN",
    );
    const stranger = testTerminal(party, testSigner(9), now);
    expect(code(encode(chain, { root: rootIdOf(root.publicKey), station: entry, terminal: stranger }))).toBe(
      "ID_CREDENTIAL_FOREIGN",
    );
    const named = testTerminal(party, testSigner(9), now, { stationKey: keyIdOf(party.stationKey(1).publicKey) });
    expect(code(encode(chain, { root: rootIdOf(root.publicKey), station: entry, terminal: named }))).toBe(
      "SIGNATURE_INVALID",
    );
    expect(code(chainAt(2, now))).toBe("ID_SUCCESSION_GAP");
    expect(code(chainAt(1, now))).toBe("ok");
    expect(code(concat(chainAt(1, now), new Uint8Array(1)))).toBe("MESSAGE_MALFORMED");
    expect(code(new Uint8Array(20_000))).toBe("MESSAGE_TOO_LARGE");
  });
  it("[ID14] credentials of the key before hold for a week after the hand-over, so that a call under way is not cut", () => {
    const before = bundlePin(1);
    const signed = after(at(2), ms(-3_600_000));
    const bytes = chainAt(1, signed);
    const pin = certain(certain(adoptSuccession(before, party.succession(2), at(2))).prove(testVerify)).pin;
    expect(codeOf(proved(verifyChain(bytes, pin, after(at(2), days(6)))))).toBe("ok");
    const renewed = chainAt(1, after(at(2), days(6)));
    expect(codeOf(proved(verifyChain(renewed, pin, after(at(2), ms(days(7) + 1)))))).toBe("ID_CREDENTIAL_EXPIRED");
    expect(codeOf(proved(verifyChain(chainAt(0, at(2)), pin, at(2))))).toBe("ID_CREDENTIAL_EXPIRED");
  });
  it("[ID10] after the root certified another key nothing of the old one holds; after the same key, everything does", () => {
    const pin = bundlePin(1);
    const sign = (key: HybridSigner) =>
      signStationCertificate(
        { ...party.certificate.body, serial: 2, key: key.publicKey, nextKey: keyIdOf(testSigner(81).publicKey) },
        root,
      );
    const other = certain(certain(adoptCertificate(pin, sign(testSigner(80)), at(1))).prove(testVerify)).pin;
    expect(codeOf(proved(verifyChain(chainAt(1, at(1)), other, at(1))))).toBe("ID_SUCCESSION_GAP");
    const same = certain(certain(adoptCertificate(pin, sign(party.stationKey(1)), at(1))).prove(testVerify)).pin;
    expect(codeOf(proved(verifyChain(chainAt(1, at(1)), same, at(1))))).toBe("ok");
    const anew = chainAt(1, at(1), {}, { type: "certificate", it: sign(party.stationKey(1)) });
    expect(codeOf(proved(verifyChain(anew, same, at(1))))).toBe("ok");
  });
  it("[ID19] what was cut off is refused: the terminal, or the station key that signed it", () => {
    const pin = bundlePin(1);
    const by = { type: "root", generation: 0 } as const;
    const cut = (subject: Parameters<typeof signRevocation>[0]["subject"]) =>
      certain(
        certain(
          adoptRevocation(pin, signRevocation({ party: party.id, subject, by, why: "", issued: at(1) }, root)),
        ).prove(testVerify),
      ).pin;
    const terminal = new Uint8Array(16).fill(7) as TerminalId;
    const check = (p: Pin) => codeOf(proved(verifyChain(chainAt(1, at(1)), p, at(1))));
    expect(check(cut({ type: "terminal", terminal }))).toBe("ID_REVOKED");
    expect(check(cut({ type: "stationKey", key: keyIdOf(party.stationKey(1).publicKey) }))).toBe("ID_REVOKED");
    expect(check(cut({ type: "terminal", terminal: new Uint8Array(16) as TerminalId }))).toBe("ok");
  });
  it("is named by all its bytes", () => {
    const one = chainAt(0, at(0));
    const two = one.slice();
    two[two.length - 1] = (two[two.length - 1] as number) ^ 1;
    expect(chainHash(one)).not.toEqual(chainHash(two));
  });
});

describe("the same signatures in a browser's cryptography", () => {
  const claim = certain(verifyChain(chainAt(1, at(1)), bundlePin(1), at(1)));
  const all = [...claim.checks, ...certain(proveBundle(party.bundle(1), at(1))).checks];
  it.each([
    ["native", webVerify(crypto.subtle)],
    ["with JavaScript ML-DSA", webVerify(crypto.subtle, javaScriptMlDsa)],
  ] as const)("[ID2] %s: true ones hold, and no bent one does", async (_, verify) => {
    expect(codeOf(await verifyAllAsync(all, verify))).toBe("ok");
    expect((await claim.proveAsync(verify)).ok).toBe(true);
    for (const byte of [0, 63, 64, 3372]) {
      const [check] = claim.checks;
      if (check?.scheme !== "hybrid") throw new Error("a hybrid check was due");
      const signature = check.signature.slice() as typeof check.signature;
      signature[byte] = (signature[byte] as number) ^ 1;
      expect([byte, await verify({ ...check, signature })]).toEqual([byte, false]);
    }
    const [check] = claim.checks;
    if (check?.scheme !== "hybrid") throw new Error("a hybrid check was due");
    expect(await verify({ ...check, label: "parley ruling v1" })).toBe(false);
    expect(await verify({ ...check, publicKey: new Uint8Array(5) as typeof check.publicKey })).toBe(false);
  });
  it("[ID16] a terminal's key signs and cannot be exported", async () => {
    const pair = await makeTerminalKeyPair(crypto.subtle);
    const key = await terminalKeyOf(crypto.subtle, pair);
    const message = utf8("parley terminal request v1\0x");
    const check = {
      scheme: "ed25519",
      label: "parley terminal request v1",
      publicKey: key.publicKey,
      message,
      signature: await key.sign(message),
    } as const;
    expect(testVerify(check)).toBe(true);
    await expect(crypto.subtle.exportKey("pkcs8", pair.privateKey)).rejects.toThrow();
  });
});

describe("figures", () => {
  it("sizes of the chain, and the time to verify it", async () => {
    const pin = bundlePin(1);
    const bytes = chainAt(1, at(1));
    const verify = webVerify(crypto.subtle);
    const time = async (run: () => unknown): Promise<string> => {
      await run();
      const start = performance.now();
      for (let i = 0; i < 50; i++) await run();
      return ((performance.now() - start) / 50).toFixed(2);
    };
    const whole = () => certain(proveBundle(party.bundle(1), at(1)));
    const node = await time(() => proved(verifyChain(bytes, pin, at(1))));
    const web = await time(() => certain(verifyChain(bytes, pin, at(1))).proveAsync(verify));
    const fromRoot = await time(() => whole().prove(testVerify));
    const bundleBytes = encode(chain, {
      root: rootIdOf(root.publicKey),
      station: { type: "certificate", it: party.certificate },
      terminal: testTerminal(party, party.stationKey(0), at(1)),
    }).length;
    console.log(
      `chain ${bundleBytes} B on a certificate, ${bytes.length} B on a succession; verified in ${node} ms (Node), ${web} ms (WebCrypto); ` +
        `card, certificate and one succession from the root up in ${fromRoot} ms`,
    );
    expect(bytes.length).toBeLessThan(11_000);
  });
});
