// A self-signed P-256 certificate for loopback, made with openssl, as tests of TLS need one that nothing else knows.
import { execFileSync } from "node:child_process";
import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate } from "../settings.ts";

export function makeCertificate(name: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "parley-turn-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"];
    const names = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost"];
    execFileSync("openssl", ["req", ...kind, ...names, "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** SHA-256 of the public key in base64, as Chromium's --ignore-certificate-errors-spki-list takes it. */
export function spkiHash(certificate: Certificate): string {
  const der = createPublicKey(new X509Certificate(certificate.cert).publicKey.export({ type: "spki", format: "pem" }));
  return createHash("sha256")
    .update(der.export({ type: "spki", format: "der" }))
    .digest("base64");
}
