// The station key as TLS shows it: a self-signed Ed25519 certificate that carries the key and nothing else. Its name and
// dates say nothing, since no authority vouches for it and nothing on an idle link may run out (RFC 5280 section 4.1.2.5
// gives the date that means "no end"); the key inside is compared with the one that the link's record leads to.
import "reflect-metadata";
import { type X509Certificate, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { type Bytes, concat, equal, fromHex, hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";

/** What a station shows on connections between stations, and signs with there. */
export type PeerIdentity = {
  /** Ed25519 public key of the station. 32 bytes. */
  readonly key: Bytes;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** Ed25519 over `message`, which carries its domain label already. 64 bytes. */
  readonly sign: (message: Bytes) => Bytes;
};

/** Ed25519 keys in DER differ from their 32 bytes by these (RFC 8410 sections 4 and 7). */
const spkiPrefix = fromHex("302a300506032b6570032100") as Bytes;
const pkcs8Prefix = fromHex("302e020100300506032b657004220420") as Bytes;

/** Largest certificate that is looked at, bytes of DER: ours are near 230. */
const maxCertificateBytes = 1024;

/** The identity of the station whose Ed25519 secret is `seed` (RFC 8032 section 5.1.5, 32 bytes); `seed` is not kept. */
export async function tlsIdentity(seed: Bytes, random: Random): Promise<PeerIdentity> {
  const secret = createPrivateKey({ key: Buffer.from(concat(pkcs8Prefix, seed)), format: "der", type: "pkcs8" });
  const spki = createPublicKey(secret).export({ format: "der", type: "spki" });
  const subtle = globalThis.crypto.subtle;
  const [privateKey, publicKey] = await Promise.all([
    subtle.importKey("pkcs8", concat(pkcs8Prefix, seed), "Ed25519", false, ["sign"]),
    subtle.importKey("spki", new Uint8Array(spki), "Ed25519", true, ["verify"]),
  ]);
  const serial = random(16);
  // A serial number is positive and its DER has no leading zero byte (RFC 5280 section 4.1.2.2).
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: hex(serial),
    name: "CN=parley station",
    notBefore: new Date("2000-01-01T00:00:00Z"),
    notAfter: new Date("9999-12-31T23:59:59Z"),
    keys: { privateKey, publicKey },
    signingAlgorithm: { name: "Ed25519" },
  });
  return {
    key: new Uint8Array(spki.subarray(spkiPrefix.length)),
    certificatePem: certificate.toString("pem"),
    privateKeyPem: secret.export({ format: "pem", type: "pkcs8" }).toString(),
    sign: (message) => new Uint8Array(sign(null, message, secret)),
  };
}

/** The Ed25519 key of a well-formed certificate signed by that same key, or null for anything else. TLS has proven who holds it. */
export function keyOfCertificate(certificate: X509Certificate | undefined): Bytes | null {
  if (certificate === undefined || certificate.raw.length > maxCertificateBytes) return null;
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyType !== "ed25519" || !certificate.verify(publicKey)) return null;
  const spki = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
  return equal(spki.subarray(0, spkiPrefix.length), spkiPrefix) ? spki.slice(spkiPrefix.length) : null;
}

/** Whether `signature` is Ed25519 by `key` over `message`; false, never a throw, for malformed ones. */
export function verifiedBy(key: Bytes): (message: Bytes, signature: Bytes) => boolean {
  const publicKey = createPublicKey({ key: Buffer.from(concat(spkiPrefix, key)), format: "der", type: "spki" });
  return (message, signature) => verify(null, message, publicKey, signature);
}
