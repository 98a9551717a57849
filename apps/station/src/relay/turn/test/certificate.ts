// A self-signed P-256 certificate for loopback, as tests of TLS need one that nothing else knows.
import "reflect-metadata";
import { createHash, X509Certificate } from "node:crypto";
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";
import type { Certificate } from "../settings.ts";

const day = 86_400_000;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Keys for several certificates of one key, as renewals may be. */
export const makeKeys = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

/** Valid from a day ago, for a month, unless it is said otherwise: days from now. */
export async function makeCertificate(
  name: string,
  [from, to]: readonly [number, number] = [-1, 30],
  given: CryptoKeyPair | null = null,
): Promise<Certificate> {
  const keys = given ?? (await makeKeys());
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + to * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
        { type: "dns", value: name },
      ]),
    ],
  });
  const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { cert: certificate.toString("pem"), key };
}

/** SHA-256 of the public key in base64, as Chromium's --ignore-certificate-errors-spki-list takes it. */
export function spkiHash(certificate: Certificate): string {
  const key = new X509Certificate(certificate.cert).publicKey;
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64");
}
