// Who gets how far at the door, and whom our own dial accepts, with real sockets on loopback.
import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import { createServer } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { X509CertificateGenerator } from "@peculiar/x509";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import { maxLinkFrameBytes } from "@parley/protocol/peer/hello";
import { dialler } from "./dial.ts";
import { drained, helloOn, rawPeer, rawTls } from "./rawPeer.ts";
import { type TestStation, newIdentity, newLink, partyOf, realClock, realRandom, station } from "./testing.ts";
import { type PeerIdentity, keyOfCertificate, tlsIdentity } from "./tlsIdentity.ts";

const opened: { readonly close: () => unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function door(): Promise<TestStation & { readonly identity: PeerIdentity }> {
  const identity = await newIdentity();
  const one = await station({ party: partyOf(1), identity });
  opened.push({ close: () => one.port.close() });
  return { ...one, identity };
}

type Name = { readonly name: string; readonly hash?: string; readonly namedCurve?: string };
/** A certificate of any kind, with its key. */
async function makeCertificate(
  algorithm: Name,
  more: { readonly issuer?: string; readonly subject?: string; readonly signer?: CryptoKeyPair } = {},
): Promise<{ readonly cert: string; readonly key: string; readonly pair: CryptoKeyPair }> {
  const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const signer = more.signer ?? pair;
  const made = await X509CertificateGenerator.create({
    serialNumber: "01",
    subject: more.subject ?? "CN=a",
    issuer: more.issuer ?? more.subject ?? "CN=a",
    notBefore: new Date(0),
    notAfter: new Date("9999-12-31T23:59:59Z"),
    publicKey: pair.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: algorithm,
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toString("base64");
  return {
    cert: made.toString("pem"),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    pair,
  };
}
const ed25519: Name = { name: "Ed25519" };
const p256: Name = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

describe("the door", () => {
  it("[LK13] speaks TLS 1.3 with X25519MLKEM768, and nothing else", async () => {
    const { port } = (await door()).port;
    const identity = await newIdentity();
    const offers = {
      "X25519 alone": { ecdhCurve: "X25519" },
      "P-256 alone": { ecdhCurve: "P-256" },
      "the smaller hybrid's neighbour": { ecdhCurve: "SecP256r1MLKEM768" },
      "TLS 1.2": { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ecdhCurve: "X25519" },
    } as const;
    for (const [offer, settings] of Object.entries(offers)) {
      const outcome = await rawTls(port, identity, settings);
      expect([offer, "ended" in outcome ? /SSL/.test(outcome.ended) : "connected"]).toEqual([offer, true]);
    }
    const good = await rawTls(port, identity, { ecdhCurve: "X25519:X25519MLKEM768" });
    if ("ended" in good) throw new Error(good.ended);
    expect(good.getEphemeralKeyInfo()).toMatchObject({ name: "X25519MLKEM768" });
    expect(good.getProtocol()).toBe("TLSv1.3");
    good.destroy();
  });

  it("[LK14] cuts whoever shows no certificate or not a station's, before a byte of HTTP is read", async () => {
    const { port } = (await door()).port;
    const request = "GET /other HTTP/1.1\r\nHost: a\r\n\r\n";
    const own = await newIdentity();
    const authority = await makeCertificate(ed25519, { subject: "CN=authority" });
    const cases: Record<string, { cert?: string; key?: string }> = {
      "no certificate": {},
      "a P-256 certificate": await makeCertificate(p256),
      "an Ed25519 certificate of an authority": await makeCertificate(ed25519, {
        issuer: "CN=authority",
        signer: authority.pair,
      }),
      "one that names itself but another has signed": await makeCertificate(ed25519, { signer: authority.pair }),
      "one larger than any station's": await makeCertificate(ed25519, { subject: `CN=${"a".repeat(1000)}` }),
      "another's certificate without its key": { cert: own.certificatePem, key: (await newIdentity()).privateKeyPem },
    };
    for (const [which, material] of Object.entries(cases)) {
      let answer: unknown;
      try {
        const tls = await rawTls(port, null, { ...material, ecdhCurve: "X25519MLKEM768", minVersion: "TLSv1.3" });
        if (!("ended" in tls)) {
          tls.write(request);
          answer = (await drained(tls)).length;
        } else answer = 0;
      } catch (error) {
        // Node itself will not show a certificate whose key it does not have.
        answer = (error as NodeJS.ErrnoException).code === "ERR_OSSL_X509_KEY_VALUES_MISMATCH" ? 0 : error;
      }
      expect([which, answer]).toEqual([which, 0]);
    }
    const tls = await rawTls(port, own);
    if ("ended" in tls) throw new Error(tls.ended);
    // Whoever has a station's certificate is heard as far as HTTP, so the zeros above are the certificate's doing.
    tls.write(request);
    expect(new TextDecoder().decode(await drained(tls))).toMatch(/^HTTP\/1.1 426/);
  });

  it.each(["", ", nor after its key has rolled"])("[LK15] resumes no session%s", async (after) => {
    const self = await door();
    if (after !== "") self.port.adopt(await newIdentity());
    const { port } = self.port;
    const identity = await newIdentity();
    const sessions: Buffer[] = [];
    const first = await rawTls(port, identity);
    if ("ended" in first) throw new Error(first.ended);
    first.on("session", (session) => sessions.push(session));
    first.write("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
    await drained(first);
    for (const session of sessions) {
      const again = await rawTls(port, identity, { session });
      if (!("ended" in again)) expect(again.isSessionReused()).toBe(false);
      if (!("ended" in again)) again.destroy();
    }
    expect(sessions.length).toBeGreaterThan(0);
  });

  it("[LK16] a key that is cut off is refused before the WebSocket", async () => {
    const { port, cutOff } = await door();
    const identity = await newIdentity();
    cutOff.push(identity.key);
    await expect(rawPeer(port.port, identity)).rejects.toThrow(/closed|socket hang up|ECONNRESET/);
  });

  it("[LK7] says nothing of who it is to a caller that has not shown who they are, known key or not", async () => {
    const self = await door();
    const link = newLink();
    self.port.open({ id: link, peer: partyOf(2), addresses: () => [] });
    const known = await newIdentity();
    self.known.push(known.key);
    const callers = [await rawPeer(self.port.port, known), await rawPeer(self.port.port, await newIdentity())];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(callers.map(({ heard }) => heard)).toEqual([[], []]);
    for (const caller of callers) caller.tls.destroy();
    const other = await rawPeer(self.port.port, known);
    other.say(helloOn(other, known, { link, from: partyOf(3), to: self.party }));
    await other.closed;
    expect(other.heard).toEqual([{ type: "goodbye", oldest: 1, newest: 1, reason: "unknown" }]);
  });

  it("[LK10] [LK12] a well-formed key that nobody knows gets as far as its hello, and nothing of it is believed", async () => {
    const self = await door();
    const link = newLink();
    const peer = partyOf(2);
    self.port.open({ id: link, peer, addresses: () => [] });
    const identity = await newIdentity();
    const stranger = await rawPeer(self.port.port, identity);
    stranger.say(helloOn(stranger, identity, { link, from: peer, to: self.party }));
    expect(await stranger.next()).toMatchObject({ type: "goodbye", reason: "unknown" });
    await stranger.closed;
    expect(self.reports.map(({ error }) => error.code)).toContain("PEER_KEY_UNKNOWN" satisfies ErrorCode);
    self.known.push(identity.key);
    for (const wrong of [{ link: newLink() }, { from: partyOf(3) }, { to: partyOf(4) }]) {
      const caller = await rawPeer(self.port.port, identity);
      caller.say(helloOn(caller, identity, { link, from: peer, to: self.party, ...wrong }));
      expect([wrong, await caller.next()]).toMatchObject([wrong, { type: "goodbye", reason: "unknown" }]);
    }
    const right = await rawPeer(self.port.port, identity);
    right.say(helloOn(right, identity, { link, from: peer, to: self.party }));
    expect(await right.next()).toMatchObject({ type: "hello", link });
    right.tls.destroy();
  });
});

describe("a linked station", () => {
  it("[LK1] that sends a message larger than any may be is cut, and the log says why", async () => {
    const self = await door();
    const [link, peer, identity] = [newLink(), partyOf(2), await newIdentity()];
    self.known.push(identity.key);
    self.port.open({ id: link, peer, addresses: () => [] });
    const raw = await rawPeer(self.port.port, identity);
    raw.say(helloOn(raw, identity, { link, from: peer, to: self.party }));
    await raw.next();
    raw.send(new Uint8Array(maxLinkFrameBytes + 1));
    await raw.closed;
    expect(self.reports.map(({ error }) => error.code)).toContain("MESSAGE_TOO_LARGE");
  });
});

describe("the door, asked too often", () => {
  it("[LK21] verifies successions for one link twelve times a minute, and reports sixty strangers", async () => {
    const self = await door();
    const link = newLink();
    const peer = partyOf(2);
    self.port.open({ id: link, peer, addresses: () => [] });
    const identity = await newIdentity();
    const ask = async (successions: Uint8Array<ArrayBuffer>, to = link): Promise<unknown> => {
      const raw = await rawPeer(self.port.port, identity);
      raw.say(helloOn(raw, identity, { link: to, from: peer, to: self.party, successions }));
      const answer = await raw.next();
      await raw.closed;
      return answer?.type === "goodbye" ? answer.reason : answer?.type;
    };
    const answers: unknown[] = [];
    for (let n = 0; n < 15; n++) answers.push(await ask(realRandom(64)));
    expect(answers.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => "unknown"));
    expect(answers.slice(12)).toContain("crossed");
    self.known.push(identity.key);
    const raw = await rawPeer(self.port.port, identity);
    raw.say(helloOn(raw, identity, { link, from: peer, to: self.party }));
    expect(await raw.next()).toMatchObject({ type: "hello" });
    raw.tls.destroy();
    const before = self.reports.length;
    for (let n = 0; n < 70; n++) await ask(new Uint8Array(), newLink());
    expect(self.reports.length - before).toBeLessThan(70);
  });
});

describe("a dial", () => {
  /** Dials a TLS server with these settings, and says how it ended. */
  async function dialTo(settings: object, standing: "known" | "refused" = "known"): Promise<string> {
    const server = createServer({ requestCert: true, rejectUnauthorized: false, ...settings });
    server.on("tlsClientError", () => undefined);
    server.on("secureConnection", (tls) => tls.on("error", () => undefined));
    opened.push({ close: () => server.close() });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const own = await newIdentity();
    return await new Promise((resolve) => {
      dialler(() => own, realClock)(
        { host: "127.0.0.1", port: address.port },
        "link",
        () => standing,
        (outcome) => resolve(outcome.ok ? "connected" : outcome.error.code),
      );
    });
  }

  it("[LK13] refuses a server of TLS 1.2, and one without the hybrid group", async () => {
    const { certificatePem: cert, privateKeyPem: key } = await newIdentity();
    expect(await dialTo({ cert, key, maxVersion: "TLSv1.2" })).toBe("PEER_TLS_REFUSED");
    expect(await dialTo({ cert, key, ecdhCurve: "X25519:P-256" })).toBe("PEER_TLS_REFUSED");
  });

  it("[LK14] [LK16] refuses a server with another kind of certificate, or whose key is cut off, before it says anything", async () => {
    const authority = await makeCertificate(ed25519, { subject: "CN=authority" });
    const issued = await makeCertificate(ed25519, { issuer: "CN=authority", signer: authority.pair });
    expect(await dialTo({ cert: issued.cert, key: issued.key })).toBe("PEER_CERTIFICATE_REFUSED");
    const other = await makeCertificate(p256);
    expect(await dialTo({ cert: other.cert, key: other.key })).toBe("PEER_TLS_REFUSED");
    const { certificatePem: cert, privateKeyPem: key } = await newIdentity();
    expect(await dialTo({ cert, key }, "refused")).toBe("PEER_KEY_UNKNOWN");
  });

  it("names what keeps it from connecting", async () => {
    const own = await newIdentity();
    const to = (host: string, port: number): Promise<string> =>
      new Promise((resolve) => {
        dialler(() => own, realClock)(
          { host, port },
          "link",
          () => "known",
          (outcome) => resolve(outcome.ok ? "connected" : outcome.error.code),
        );
      });
    const unused = await station({ party: partyOf(1), identity: own });
    const { port } = unused.port;
    await unused.port.close();
    expect(await to("127.0.0.1", port)).toBe("PEER_UNREACHABLE");
    expect(await to("no-such-host.invalid", port)).toBe("PEER_UNREACHABLE");
  });
});

describe("the certificate", () => {
  it("carries the key and no date that ends, and is made anew from the same seed", async () => {
    const seed = realRandom(32);
    const [a, b] = await Promise.all([tlsIdentity(seed, realRandom), tlsIdentity(seed, realRandom)]);
    expect(a.key).toEqual(b.key);
    const certificate = new X509Certificate(a.certificatePem);
    expect(keyOfCertificate(certificate)).toEqual(a.key);
    expect(certificate.validTo).toBe("Dec 31 23:59:59 9999 GMT");
    expect(certificate.raw.length).toBeLessThan(300);
    expect(keyOfCertificate(undefined)).toBeNull();
  });

  it("is read wrong under no changed byte: the same key or none", async () => {
    const identity = await newIdentity();
    const { raw } = new X509Certificate(identity.certificatePem);
    let read = 0;
    for (let at = 0; at < raw.length * 8; at++) {
      const changed = Buffer.from(raw);
      changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7));
      let key = null;
      try {
        key = keyOfCertificate(new X509Certificate(changed));
      } catch {
        continue; // Not a certificate; TLS refuses it.
      }
      if (key !== null) read++;
    }
    expect(read).toBe(0);
  });
});
