import { Aes256Gcm, CipherSuite, HkdfSha512 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { hex, utf8 } from "@parley/base/bytes";
import { describe, expect, it } from "vitest";
import { makeHpke } from "./hpke.ts";
import { aesGcm, chooseXWing, hkdfSha512 } from "./suite.ts";
import { webRandom } from "./testing/call.ts";
import { nativeXWing, scriptedXWing, xwingKem } from "./xwing.ts";

const scripted = scriptedXWing(webRandom);
const native = await nativeXWing(crypto.subtle, scripted);
const kinds = [["scripted", scripted], ...(native === null ? [] : [["native", native] as const])] as const;

describe("X-Wing", () => {
  it("[ML35] the runtime's own agrees with the scripted one, in keys and both ways", async () => {
    if (native === null) return expect(await chooseXWing(crypto.subtle, webRandom)).toMatchObject({ native: false });
    for (let i = 0; i < 5; i++) {
      const seed = webRandom(32);
      const publicKey = await native.publicOf(seed);
      expect(hex(publicKey)).toBe(hex(await scripted.publicOf(seed)));
      for (const [from, to] of [
        [native, scripted],
        [scripted, native],
      ] as const) {
        const { shared, enc } = await from.encap(publicKey);
        expect(hex(await to.decap(seed, enc))).toBe(hex(shared));
      }
    }
  });

  it("[ML35] a runtime without it, or with something else under its name, gets the scripted one", async () => {
    expect(await nativeXWing(null, scripted)).toBe(null);
    expect(await nativeXWing({}, scripted)).toBe(null);
    const wrong = {
      importKey: async () => ({}),
      exportKey: async () => new ArrayBuffer(1216),
      getPublicKey: async () => ({}),
      encapsulateBits: async () => ({ sharedKey: new ArrayBuffer(32), ciphertext: new ArrayBuffer(1120) }),
      decapsulateBits: async () => new ArrayBuffer(32),
    };
    expect(await nativeXWing(wrong, scripted)).toBe(null);
  });

  it("a known seed gives the known key of the X-Wing draft's own test vector", async () => {
    const seed = new Uint8Array(
      "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
        .match(/../g)
        ?.map((b) => Number.parseInt(b, 16)) ?? [],
    );
    for (const [, raw] of kinds) {
      const publicKey = await raw.publicOf(seed);
      expect(hex(publicKey).slice(0, 32)).toBe("e2236b35a8c24b39b10aa1323a96a919");
      expect(publicKey.length).toBe(1216);
    }
  });

  for (const [name, raw] of kinds) {
    it(`[ML35] HPKE over ${name} X-Wing and @hpke/core read each other`, async () => {
      const ours = makeHpke(xwingKem(raw, webRandom), hkdfSha512, aesGcm(crypto.subtle, 32));
      const theirs = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha512(), aead: new Aes256Gcm() });
      const pair = await ours.deriveKeyPair(webRandom(64));
      const publicKey = await theirs.kem.deserializePublicKey(
        new Uint8Array(await ours.exportPublicKey(pair.publicKey)).buffer,
      );
      const privateKey = await theirs.kem.deserializePrivateKey(
        new Uint8Array(await ours.exportPrivateKey(pair.privateKey)).buffer,
      );
      const [info, aad, text] = [utf8("info"), utf8("aad"), utf8("a path secret")];
      const sealed = await ours.seal(pair.publicKey, text, info, aad);
      const recipient = { recipientKey: privateKey, enc: new Uint8Array(sealed.enc).buffer, info: info.buffer };
      expect(new Uint8Array(await theirs.open(recipient, new Uint8Array(sealed.ct).buffer, aad.buffer))).toEqual(text);
      const back = await theirs.seal({ recipientPublicKey: publicKey, info: info.buffer }, text.buffer, aad.buffer);
      expect(await ours.open(pair.privateKey, new Uint8Array(back.enc), new Uint8Array(back.ct), info, aad)).toEqual(
        text,
      );
      const exported = await ours.exportSecret(pair.publicKey, utf8("context"), 48, info);
      const context = await theirs.createRecipientContext({ ...recipient, enc: new Uint8Array(exported.enc).buffer });
      expect(new Uint8Array(await context.export(utf8("context").buffer, 48))).toEqual(exported.secret);
      expect(await ours.importSecret(pair.privateKey, utf8("context"), exported.enc, 48, info)).toEqual(
        exported.secret,
      );
    });

    it(`${name}: bent ciphertexts, wrong keys and wrong sizes do not open`, async () => {
      const hpke = makeHpke(xwingKem(raw, webRandom), hkdfSha512, aesGcm(crypto.subtle, 32));
      const { privateKey, publicKey } = await hpke.generateKeyPair();
      const other = await hpke.generateKeyPair();
      const info = utf8("i");
      const { enc, ct } = await hpke.seal(publicKey, utf8("x"), info);
      const bent = enc.slice();
      bent[5] = (bent[5] as number) ^ 1;
      await expect(hpke.open(privateKey, bent, ct, info)).rejects.toThrow();
      await expect(hpke.open(other.privateKey, enc, ct, info)).rejects.toThrow();
      await expect(hpke.open(privateKey, enc.slice(1), ct, info)).rejects.toThrow();
      await expect(hpke.importPublicKey(new Uint8Array(1215))).rejects.toThrow();
      await expect(hpke.importPrivateKey(new Uint8Array(33))).rejects.toThrow();
    });
  }
});
