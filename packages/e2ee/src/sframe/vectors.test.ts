// The official data of RFC 9605 appendix C and its AES-256-CTR extension, and Wycheproof's AES-GCM and HKDF cases, read from
// the folder that PARLEY_VECTORS names. Suites other than 5 are built here, in the test, over the same header and labels.
import { createCipheriv, createHmac, hkdfSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bytes, concat, equal, fromHex, hex } from "@parley/base/bytes";
import { describe, expect, it } from "vitest";
import { decrypt, encrypt } from "./cipher.ts";
import { type Uint64, maxHeaderBytes, readHeader, writeHeader } from "./header.ts";
import { deriveFrameKey, importBaseKey, labels } from "./schedule.ts";

const folder = process.env["PARLEY_VECTORS"] ?? "";
const skipped = !existsSync(join(folder, "sframe"));

/** JSON whose whole numbers are kept as text, since KIDs and counters pass 2^53. */
function load<T>(path: string): T {
  if (skipped) return {} as T;
  const text = readFileSync(join(folder, path), "utf8");
  return JSON.parse(text.replace(/":\s*(\d+)/g, '": "$1"')) as T;
}

const bytes = (text: string): Bytes => fromHex(text) ?? expect.fail(`not hex: ${text}`);
const wide = (text: string): Uint64 => {
  const n = BigInt(text);
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n;
};
const header = (kid: Uint64, ctr: Uint64): Bytes => {
  const out = new Uint8Array(maxHeaderBytes);
  return out.slice(0, writeHeader(out, 0, kid, ctr));
};

type HeaderCase = { kid: string; ctr: string; encoded: string };
type AeadCase = Record<"cipher_suite" | "key" | "enc_key" | "auth_key" | "nonce" | "aad" | "pt" | "ct", string>;
type FrameCase = Record<
  | "cipher_suite"
  | "kid"
  | "ctr"
  | "base_key"
  | "sframe_key_label"
  | "sframe_salt_label"
  | "sframe_secret"
  | "sframe_key"
  | "sframe_salt"
  | "metadata"
  | "nonce"
  | "aad"
  | "pt"
  | "ct",
  string
>;

const official = load<{
  header: HeaderCase[];
  aes_ctr_hmac: AeadCase[];
  aes_256_ctr_hmac: AeadCase[];
  sframe: FrameCase[];
}>("sframe/test-vectors.json");
const extension = load<{ sframe_aes_256_ctr_hmac: FrameCase[] }>("sframe/test-vectors-aes256.json");

/** Suites by id (RFC 9605 table 1 and the extension): hash, encryption key and tag lengths in bytes; no tag length means GCM. */
const suites: Record<string, { hash: string; key: number; tag?: number }> = {
  1: { hash: "sha256", key: 16, tag: 10 },
  2: { hash: "sha256", key: 16, tag: 8 },
  3: { hash: "sha256", key: 16, tag: 4 },
  4: { hash: "sha256", key: 16 },
  5: { hash: "sha512", key: 32 },
  6: { hash: "sha512", key: 32, tag: 10 },
  7: { hash: "sha512", key: 32, tag: 8 },
  8: { hash: "sha512", key: 32, tag: 4 },
};
const suiteOf = (id: string) => suites[id] ?? expect.fail(`no suite ${id}`);

/** Section 4.5.1: AES-CTR, then an HMAC over lengths, nonce, additional data and ciphertext, cut short. */
function ctrHmac(id: string, key: Bytes, nonce: Bytes, aad: Bytes, plaintext: Bytes): Bytes {
  const suite = suiteOf(id);
  const tag = suite.tag ?? expect.fail("a GCM suite");
  const cipher = createCipheriv(`aes-${suite.key * 8}-ctr`, key.slice(0, suite.key), concat(nonce, new Uint8Array(4)));
  const ct = concat(cipher.update(plaintext), cipher.final());
  const lengths = new DataView(new ArrayBuffer(24));
  lengths.setBigUint64(0, BigInt(aad.length));
  lengths.setBigUint64(8, BigInt(ct.length));
  lengths.setBigUint64(16, BigInt(tag));
  const mac = createHmac(suite.hash, key.slice(suite.key));
  for (const part of [new Uint8Array(lengths.buffer), nonce, aad, ct]) mac.update(part);
  return concat(ct, mac.digest().subarray(0, tag));
}

function gcm(id: string, key: Bytes, nonce: Bytes, aad: Bytes, plaintext: Bytes): Bytes {
  const cipher = createCipheriv(`aes-${suiteOf(id).key * 8}-gcm` as "aes-256-gcm", key, nonce);
  cipher.setAAD(aad);
  return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

describe.skipIf(skipped)("RFC 9605 vectors", () => {
  it(`[SF1] all ${official.header?.length} headers are written and read as in appendix C.1, in one form only`, () => {
    expect(official.header).toHaveLength(289);
    for (const v of official.header) {
      const encoded = bytes(v.encoded);
      expect(hex(header(wide(v.kid), wide(v.ctr)))).toBe(v.encoded);
      expect(readHeader(encoded)).toEqual({ kid: wide(v.kid), ctr: wide(v.ctr), length: encoded.length });
      for (let cut = 0; cut < encoded.length; cut++) expect(readHeader(encoded.slice(0, cut))).toBeNull();
    }
  });

  it.each(official.aes_ctr_hmac?.concat(official.aes_256_ctr_hmac) ?? [])(
    "AES-CTR with HMAC of suite $cipher_suite (test-only code)",
    (v) => {
      expect(hex(ctrHmac(v.cipher_suite, bytes(v.key), bytes(v.nonce), bytes(v.aad), bytes(v.pt)))).toBe(v.ct);
    },
  );

  it.each(official.sframe?.concat(extension.sframe_aes_256_ctr_hmac) ?? [])(
    "[SF2] labels, key, salt, nonce, additional data and ciphertext of suite $cipher_suite",
    (v) => {
      const id = v.cipher_suite;
      const suite = suiteOf(id);
      const label = labels(BigInt(v.kid), Number(id));
      expect([hex(label.key), hex(label.salt)]).toEqual([v.sframe_key_label, v.sframe_salt_label]);
      const expand = (info: Bytes, length: number) =>
        new Uint8Array(hkdfSync(suite.hash, bytes(v.base_key), new Uint8Array(0), info, length));
      const hashLength = suite.hash === "sha256" ? 32 : 64;
      const key = expand(label.key, suite.tag === undefined ? suite.key : suite.key + hashLength);
      expect(hex(key)).toBe(v.sframe_key);
      expect(hex(expand(label.salt, 12))).toBe(v.sframe_salt);
      const first = header(wide(v.kid), wide(v.ctr));
      const aad = concat(first, bytes(v.metadata));
      expect(hex(aad)).toBe(v.aad);
      const ct = (suite.tag === undefined ? gcm : ctrHmac)(id, key, bytes(v.nonce), aad, bytes(v.pt));
      expect(hex(concat(first, ct))).toBe(v.ct);
    },
  );

  it("[SF2] suite 5, the one that Parley runs: WebCrypto seals and opens the official frame", async () => {
    const v = official.sframe.find((c) => c.cipher_suite === "5") ?? expect.fail("no suite 5");
    // Its base key is 16 bytes long; ours are always 32, so this one is imported by hand.
    const baseKey = await crypto.subtle.importKey("raw", bytes(v.base_key), "HKDF", false, ["deriveKey", "deriveBits"]);
    const [kid, ctr] = [Number(v.kid), Number(v.ctr)];
    const key = await deriveFrameKey(baseKey, kid, "seal");
    expect(hex(key.salt)).toBe(v.sframe_salt);
    expect(key.key.extractable).toBe(false);
    const aad = bytes(v.aad);
    const sealed = new Uint8Array(await encrypt(key, ctr, aad, bytes(v.pt)));
    expect(hex(concat(header(kid, ctr), sealed))).toBe(v.ct);
    const opening = await deriveFrameKey(baseKey, kid, "open");
    expect(hex(new Uint8Array(await decrypt(opening, ctr, aad, sealed)))).toBe(v.pt);
    for (let i = 0; i < sealed.length; i++) {
      const bent = sealed.slice();
      bent[i] = (bent[i] as number) ^ 1;
      await expect(decrypt(opening, ctr, aad, bent)).rejects.toThrow();
    }
  });
});

type Wycheproof<T> = { testGroups: ({ keySize?: string; ivSize?: string; tagSize?: string } & { tests: T[] })[] };
type GcmCase = Record<"tcId" | "key" | "iv" | "aad" | "msg" | "ct" | "tag" | "result", string>;
type HkdfCase = Record<"tcId" | "ikm" | "salt" | "info" | "size" | "okm" | "result", string>;

describe.skipIf(skipped)("Wycheproof", () => {
  it("AES-256-GCM with 96-bit nonces: every valid case is equal, every invalid one refused", async () => {
    const counts = { valid: 0, refused: 0 };
    for (const group of load<Wycheproof<GcmCase>>("wycheproof/aes_gcm_test.json").testGroups) {
      if (group.keySize !== "256" || group.ivSize !== "96" || group.tagSize !== "128") continue;
      for (const t of group.tests) {
        const key = await crypto.subtle.importKey("raw", bytes(t.key), "AES-GCM", false, ["encrypt", "decrypt"]);
        // With counter 0 the nonce is the salt itself (RFC 9605 section 4.4.3).
        const frameKey = { kid: 0, key, salt: bytes(t.iv) };
        const sealed = concat(bytes(t.ct), bytes(t.tag));
        if (t.result === "valid") {
          expect(hex(new Uint8Array(await encrypt(frameKey, 0, bytes(t.aad), bytes(t.msg))))).toBe(hex(sealed));
          expect(hex(new Uint8Array(await decrypt(frameKey, 0, bytes(t.aad), sealed)))).toBe(t.msg);
          counts.valid++;
        } else {
          await expect(decrypt(frameKey, 0, bytes(t.aad), sealed)).rejects.toThrow();
          counts.refused++;
        }
      }
    }
    console.log(`Wycheproof AES-256-GCM: ${counts.valid} valid, ${counts.refused} refused`);
    expect(counts.valid).toBeGreaterThan(30);
    expect(counts.refused).toBeGreaterThan(20);
  });

  it("HKDF-SHA512 without salt, as the key schedule uses it", async () => {
    let ran = 0;
    for (const group of load<Wycheproof<HkdfCase>>("wycheproof/hkdf_sha512_test.json").testGroups)
      for (const t of group.tests) {
        if (t.result !== "valid" || t.salt !== "") continue;
        const base = await crypto.subtle.importKey("raw", bytes(t.ikm), "HKDF", false, ["deriveBits"]);
        const params = { name: "HKDF", hash: "SHA-512", salt: new Uint8Array(0), info: bytes(t.info) };
        const okm = await crypto.subtle.deriveBits(params, base, Number(t.size) * 8);
        expect(equal(new Uint8Array(okm), bytes(t.okm))).toBe(true);
        ran++;
      }
    console.log(`Wycheproof HKDF-SHA512: ${ran} cases without salt`);
    expect(ran).toBeGreaterThan(5);
  });
});

describe("base key", () => {
  it("[SF2] is 32 bytes, nothing else", () => {
    expect(() => importBaseKey(new Uint8Array(16))).toThrow(RangeError);
  });
});
