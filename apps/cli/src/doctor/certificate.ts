// The web certificate: as it lies on the disk, for which name and how long, and whether the running station shows that one.
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { Config } from "@parley/station/config";
import { readCertificate } from "@parley/station/api/certificate";
import { type Check, type Examination, failed, failedBy, localOf, notRun, warned, well } from "./check.ts";

const name = "certificate";
const day = 86_400_000;
/** ACME certificates are renewed a month before they end; a fortnight before it something is wrong with that. */
const soon = 14;

/** What the port shows, or null where it shows nothing. */
const shownAt = (host: string, port: number, servername: string): Promise<X509Certificate | null> =>
  new Promise((resolve) => {
    const at = { host, port, rejectUnauthorized: false, timeout: 3000 };
    const socket = connect({ ...at, ...(isIP(servername) === 0 ? { servername } : {}) }, () => {
      resolve(socket.getPeerX509Certificate() ?? null);
      socket.destroy();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => resolve(null));
    socket.on("close", () => resolve(null));
  });

export function judgeCertificate(onDisk: X509Certificate, hostname: string, now: number): Check | null {
  const ends = Date.parse(onDisk.validTo);
  const days = Math.floor((ends - now) / day);
  const until = new Date(ends).toISOString().slice(0, 10);
  const bare = hostname.replace(/^\[|\]$/g, "");
  const fits = isIP(bare) === 0 ? onDisk.checkHost(bare) : onDisk.checkIP(bare);
  if (fits === undefined)
    return failed(
      name,
      `The certificate is not for ${bare}.`,
      "Get one for the name in web.origin; browsers refuse any other.",
    );
  if (Date.parse(onDisk.validFrom) > now)
    return failed(name, `The certificate is not valid before ${onDisk.validFrom}.`, "Check this machine's clock.");
  const cure = "Renew it (with certbot, lego or your own CA) into the same files; the station takes it up by itself.";
  if (days < 0) return failed(name, `The certificate ended on ${until}.`, cure);
  return days < soon ? warned(name, `The certificate ends on ${until}, in ${days} days.`, cure) : null;
}

async function examine(config: Config, port: number | null): Promise<Check> {
  const { certificate, key, origin } = config.web;
  if (certificate === null || key === null)
    return well(name, `None: ${origin} is for this machine alone, or behind a proxy of yours.`);
  const read = readCertificate({ certificate, key });
  if (!read.ok) return failedBy(name, read.error);
  const onDisk = new X509Certificate(read.value.cert);
  const { hostname } = new URL(origin);
  const wrong = judgeCertificate(onDisk, hostname, Date.now());
  if (wrong !== null) return wrong;
  const days = Math.floor((Date.parse(onDisk.validTo) - Date.now()) / day);
  if (port === null) return well(name, `Valid for ${hostname} for ${days} days.`);
  const shown = await shownAt(localOf(config.web.host), port, hostname);
  if (shown === null)
    return failed(name, "The web port shows no certificate.", "Look in the station's log, and restart it.");
  return shown.fingerprint256 === onDisk.fingerprint256
    ? well(name, `Valid for ${hostname} for ${days} days, and the one that the web port shows.`)
    : failed(
        name,
        "The web port shows another certificate than the one on the disk.",
        "Look in the station's log, and restart it.",
      );
}

export const examineCertificate: Examination = async ({ config, running }) =>
  config === null
    ? [notRun(name, "The settings cannot be read.")]
    : [await examine(config, running?.ports.web ?? null)];
