import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { concat, equal, utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { keyIdOf } from "@parley/protocol/signed/root";
import { credentialNames, machineSealer } from "./credential.ts";
import { nodeVerify, signerOf } from "./hybrid.ts";
import { KeyFiles } from "./keyFiles.ts";
import { openRoot, sealRoot, seedOfWords, wordsOfSeed } from "./root.ts";
import { type Sealer, seal, unseal } from "./seal.ts";

const random = (n: number) => concat(randomBytes(n));
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "parley-keys-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = (sealer: Sealer = { by: "nothing" }) =>
  new KeyFiles({ inUse: join(folder, "use"), next: join(folder, "next"), sealInUse: sealer, sealNext: sealer }, random);
const listed = (place: string) => readdirSync(join(folder, place)).filter((n) => n.endsWith(".key")).length;

describe("station key files", () => {
  it("[ID34] a key and the one after it come out as they went in, and `use` destroys every other", () => {
    const keys = files();
    const first = keys.makePair();
    expect([listed("use"), listed("next")]).toEqual([0, 2]);
    certain(keys.use(keyIdOf(first.key), first.next));
    expect([listed("use"), listed("next")]).toEqual([1, 1]);
    expect(equal(certain(keys.signer(keyIdOf(first.key))).publicKey, first.key)).toBe(true);
    const stray = keys.makePair();
    const next = certain(keys.nextKey(first.next));
    certain(keys.use(first.next, next.after));
    expect([listed("use"), listed("next")]).toEqual([1, 1]);
    expect(keys.holds(keyIdOf(first.key))).toBe(false);
    expect([keys.holds(keyIdOf(stray.key)), keys.holds(stray.next)].filter(Boolean).length).toBeLessThanOrEqual(1);
  });
  it("[ID34] a hand-over that a crash cut short is repeated with the same keys", () => {
    const keys = files();
    const first = keys.makePair();
    certain(keys.use(keyIdOf(first.key), first.next));
    const one = certain(keys.nextKey(first.next));
    const again = certain(files().nextKey(first.next));
    expect(equal(one.after, again.after)).toBe(true);
    // The ledger says that the next key is in use, the files do not know it yet.
    certain(files().use(first.next, one.after));
    certain(files().use(first.next, one.after));
    expect([listed("use"), listed("next")]).toEqual([1, 1]);
    expect(files().holds(keyIdOf(first.key))).toBe(false);
  });
  it("[ID31] a file that others may read is refused by name, and so is a bent or swapped one", () => {
    const keys = files();
    const { key, next } = keys.makePair();
    const path = (id: Uint8Array) => join(folder, "next", `${Buffer.from(id).toString("hex")}.key`);
    chmodSync(path(keyIdOf(key)), 0o640);
    expect(keys.signer(keyIdOf(key))).toMatchObject({ ok: false, error: { code: "KEYS_FILE_OPEN" } });
    writeFileSync(path(keyIdOf(key)), readFileSync(path(next)), { mode: 0o600 });
    chmodSync(path(keyIdOf(key)), 0o600);
    expect(keys.signer(keyIdOf(key))).toMatchObject({ ok: false, error: { code: "KEYS_FILE_DAMAGED" } });
    rmSync(path(next));
    expect(keys.nextKey(next)).toMatchObject({ ok: false, error: { code: "KEYS_FILE_MISSING" } });
  });
  it("[ID32] under a credential of the operating system the file alone gives nothing away", () => {
    const store = join(folder, "credentials");
    expect(machineSealer(undefined, "inUse")).toEqual({ ok: true, value: { by: "nothing" } });
    expect(machineSealer(store, "inUse")).toEqual({ ok: true, value: { by: "nothing" } });
    const credentials = mkdtempSync(join(folder, "store-"));
    writeFileSync(join(credentials, credentialNames.inUse), "short");
    expect(machineSealer(credentials, "inUse").ok).toBe(false);
    writeFileSync(join(credentials, credentialNames.inUse), random(32));
    const sealer = certain(machineSealer(credentials, "inUse"));
    const keys = files(sealer);
    const { key } = keys.makePair();
    expect(keys.signer(keyIdOf(key)).ok).toBe(true);
    expect(files().signer(keyIdOf(key))).toMatchObject({ ok: false, error: { code: "KEYS_FILE_DAMAGED" } });
    expect(files({ by: "machine", key: random(32) }).signer(keyIdOf(key)).ok).toBe(false);
  });
  it("[ID32] files written before there was a credential store still open with one", () => {
    const { key } = files().makePair();
    expect(files({ by: "machine", key: random(32) }).signer(keyIdOf(key)).ok).toBe(true);
  });
});

describe("the root as its holder keeps it", () => {
  it("[ID3] the same 24 words give the same key, and a wrong word none", () => {
    const seed = random(32);
    const words = wordsOfSeed(seed);
    expect(words.length).toBe(24);
    expect(certain(seedOfWords(`  ${words.join("\n").toUpperCase()} `))).toEqual(seed);
    expect(equal(signerOf(seed).publicKey, signerOf(certain(seedOfWords(words.join(" ")))).publicKey)).toBe(true);
    expect(seedOfWords(words.slice(1).join(" "))).toMatchObject({ ok: false, error: { code: "KEYS_WORDS_WRONG" } });
    expect(seedOfWords([...words.slice(0, 23), "parley"].join(" "))).toMatchObject({ error: { detail: "word 24" } });
    const other = [...words];
    other[0] = words[0] === "zoo" ? "abandon" : "zoo";
    const wrong = seedOfWords(other.join(" "));
    expect(wrong.ok && equal(wrong.value, seed)).toBe(false);
  });
  it("[ID4] its file opens with its passphrase, however the letters were composed, and with no other", () => {
    const seed = random(32);
    const file = sealRoot(seed, "caf\u00e9 at the harbour", random);
    expect(certain(openRoot(file, "cafe\u0301 at the harbour"))).toEqual(seed);
    expect(openRoot(file, "cafe at the harbour")).toMatchObject({
      ok: false,
      error: { code: "KEYS_PASSPHRASE_WRONG" },
    });
    const bent = file.slice();
    bent[bent.length - 1] = (bent[bent.length - 1] ?? 0) ^ 1;
    expect(openRoot(bent, "caf\u00e9 at the harbour").ok).toBe(false);
    const costly = file.slice();
    costly[18] = 30;
    expect(openRoot(costly, "x")).toMatchObject({ ok: false, error: { code: "KEYS_FILE_DAMAGED" } });
  });
  it("[ID33] a sealed secret opens for the purpose it was sealed for alone, and no bent byte passes", () => {
    const sealer = { by: "machine", key: random(32) } as const;
    const whole = seal(utf8("secret"), "one", sealer, random);
    expect(certain(unseal(whole, "one", sealer))).toEqual(utf8("secret"));
    expect(unseal(whole, "two", sealer).ok).toBe(false);
    for (let at = 0; at < whole.length; at++) {
      const bent = whole.slice();
      bent[at] = (bent[at] ?? 0) ^ 0x80;
      expect([at, unseal(bent, "one", sealer).ok]).toEqual([at, false]);
    }
  });
});

describe("hybrid signatures by Node", () => {
  it("[ID2] hold for their label, message and key alone, and need both halves", () => {
    const signer = signerOf(new Uint8Array(32).fill(1));
    const other = signerOf(new Uint8Array(32).fill(2));
    const label = "parley party card v1";
    const message = utf8("parley party card v1\0body");
    const signature = signer.sign(label, message);
    const check = { scheme: "hybrid", label, publicKey: signer.publicKey, message, signature } as const;
    expect(nodeVerify(check)).toBe(true);
    expect(nodeVerify({ ...check, label: "parley ruling v1" })).toBe(false);
    expect(nodeVerify({ ...check, publicKey: other.publicKey })).toBe(false);
    expect(nodeVerify({ ...check, message: utf8("other") })).toBe(false);
    const theirs = other.sign(label, message);
    for (const halves of [
      [signature.slice(0, 64), theirs.slice(64)],
      [theirs.slice(0, 64), signature.slice(64)],
    ] as const)
      expect(nodeVerify({ ...check, signature: concat(...halves) as typeof signature })).toBe(false);
    expect(nodeVerify({ ...check, publicKey: new Uint8Array(3) as typeof signer.publicKey })).toBe(false);
  });
});
