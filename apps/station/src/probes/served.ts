// Edge: the certificate that a port shows to whoever connects now, which is not always the one on the disk. For checks, the doctor,
// and nobody who trusts it: whether it is the right one is judged elsewhere.
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import { hex } from "@parley/base/bytes";
import { type Instant, instant, seconds } from "@parley/base/time";
import { keyOfCertificate } from "../peer/tlsIdentity.ts";

export type Place = { readonly host: string; readonly port: number };

/** `key`: the Ed25519 key of a station's certificate, null for any other. */
export type Shown = {
  readonly certificate: X509Certificate;
  readonly key: string | null;
};

const within = seconds(5);

/** The address at which this machine reaches what listens on `host`. */
export const localOf = (host: string): string => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host);

/** A port for stations takes nothing but this ([LK13]). */
const ofStations: ConnectionOptions = { minVersion: "TLSv1.3", ecdhCurve: "X25519MLKEM768" };

/** What the port shows, or null where it shows nothing in time. */
export const shownAt = (
  { host, port }: Place,
  servername: string,
  kind: "web" | "station" = "web",
): Promise<Shown | null> =>
  new Promise((resolve) => {
    const name = isIP(servername) === 0 ? { servername } : {};
    const profile = kind === "station" ? ofStations : {};
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: within, ...name, ...profile }, () => {
      const certificate = socket.getPeerX509Certificate();
      const key = keyOfCertificate(certificate);
      resolve(certificate === undefined ? null : { certificate, key: key === null ? null : hex(key) });
      socket.destroy();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => resolve(null));
    socket.on("close", () => resolve(null));
  });

/** SHA-256 of the whole certificate, in hex. */
export const fingerprintOf = (certificate: X509Certificate): string =>
  certificate.fingerprint256.replaceAll(":", "").toLowerCase();

export const datesOf = (certificate: X509Certificate): { readonly began: Instant; readonly ends: Instant } => ({
  began: instant(Date.parse(certificate.validFrom)),
  ends: instant(Date.parse(certificate.validTo)),
});

/** Whether the certificate is for this name or address. */
export function fits(certificate: X509Certificate, name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, "");
  return (isIP(bare) === 0 ? certificate.checkHost(bare) : certificate.checkIP(bare)) !== undefined;
}
