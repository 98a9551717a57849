import { describe, expect, it } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { labels } from "@parley/protocol/signed/labels";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { idealCryptography } from "./cryptography.ts";
import { diceOf } from "./random.ts";

const dice = diceOf("cryptography");
const world = idealCryptography(dice.bytes);
const [ours, theirs] = [world.signerOf(dice.bytes(32)), world.signerOf(dice.bytes(32))];
const message = utf8("a message");

/** `bytes` with each byte changed in turn, one in `step` of them. */
function* bent<T extends Uint8Array<ArrayBuffer>>(bytes: T, step: number): Generator<T> {
  for (let at = 0; at < bytes.length; at += step) {
    const copy = bytes.slice() as T;
    copy[at] = (copy[at] ?? 0) ^ (1 << (at & 7));
    yield copy;
  }
}

describe("ideal cryptography", () => {
  it("[SM6] a signature holds for its key, label and message, and with any changed byte for nothing", () => {
    const publicKey = ours.publicKey;
    const signature = ours.sign(labels.card, message);
    const check = { scheme: "hybrid", label: labels.card, publicKey, message, signature } as const;
    expect(world.verify(check)).toBe(true);
    expect(world.verify({ ...check, publicKey: theirs.publicKey })).toBe(false);
    expect(world.verify({ ...check, label: labels.witness })).toBe(false);
    for (const bad of bent(message, 1)) expect(world.verify({ ...check, message: bad })).toBe(false);
    for (const bad of bent(signature, 1)) expect(world.verify({ ...check, signature: bad })).toBe(false);
    for (const bad of bent(publicKey, 1)) expect(world.verify({ ...check, publicKey: bad })).toBe(false);
  });
  it("[SM6] the same for a station key's Ed25519 half, which no hybrid signature stands in for", () => {
    const verify = world.verifiedBy(ed25519Half(ours.publicKey));
    const signature = ours.signEd25519(message);
    expect(verify(message, signature)).toBe(true);
    expect(world.verifiedBy(ed25519Half(theirs.publicKey))(message, signature)).toBe(false);
    for (const bad of bent(signature, 1)) expect(verify(message, bad)).toBe(false);
    expect(verify(message, ours.sign(labels.card, message).slice(0, 64))).toBe(false);
  });
  it("[SM6] who holds the seed opens what was sealed to its key, and a bent ciphertext opens to something else", () => {
    const seed = dice.bytes(32);
    const sealed = world.kem.encapsulate(world.kem.publicKeyOf(seed));
    if (sealed === null) throw new Error("not sealed");
    expect(world.kem.decapsulate(seed, sealed.ciphertext)).toEqual(sealed.secret);
    for (const bad of bent(sealed.ciphertext, 7)) expect(world.kem.decapsulate(seed, bad)).not.toEqual(sealed.secret);
    expect(world.kem.encapsulate(world.kem.publicKeyOf(seed).slice(1) as never)).toBe(null);
  });
});
