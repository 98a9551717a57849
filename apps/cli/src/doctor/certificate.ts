// The web certificate: as it lies on the disk, for which name and how long, and whether the running station shows that one.
import { X509Certificate } from "node:crypto";
import type { Config } from "@parley/station/config";
import { readCertificate } from "@parley/station/api/certificate";
import { fingerprintOf, fits, localOf, shownAt } from "@parley/station/probes/served";
import { type Check, type Examination, failed, failedBy, notRun, warned, well } from "./check.ts";

const name = "certificate";
const day = 86_400_000;
/** ACME certificates are renewed a month before they end; a fortnight before it something is wrong with that. */
const soon = 14;

export function judgeCertificate(onDisk: X509Certificate, hostname: string, now: number): Check | null {
  const ends = Date.parse(onDisk.validTo);
  const days = Math.floor((ends - now) / day);
  const until = new Date(ends).toISOString().slice(0, 10);
  if (!fits(onDisk, hostname))
    return failed(
      name,
      `The certificate is not for ${hostname}.`,
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
  const shown = await shownAt({ host: localOf(config.web.host), port }, hostname);
  if (shown === null)
    return failed(name, "The web port shows no certificate.", "Look in the station's log, and restart it.");
  return fingerprintOf(shown.certificate) === fingerprintOf(onDisk)
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
