// The web certificate as it lies on the disk, and its replacement while the station runs ([CL10] of docs/spec/cli.md). Whoever
// renews it (certbot, lego, an own CA) only has to put the new files in place. Watched are the folders, since renewals replace
// files and links rather than write into them; and once a minute the files are read anyway, since not every disk tells.
import { type FSWatcher, readFileSync, watch } from "node:fs";
import { dirname } from "node:path";
import { createSecureContext } from "node:tls";
import { type Result, fail, ok } from "@parley/base/result";
import { type Cancel, type Clock, minutes, ms } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";

/** PEM. */
export type WebCertificate = { readonly cert: string; readonly key: string };

export type CertificateFiles = { readonly certificate: string; readonly key: string };

export type WatchedCertificate = {
  readonly current: () => WebCertificate;
  /** Tells each later certificate; a pair that does not fit together is reported and changes nothing. */
  readonly watch: (onChange: (fresh: WebCertificate) => void, report: (error: ParleyError) => void) => void;
  readonly close: () => void;
};

/** Two files are replaced one after the other: after a change this long is waited for the next one. */
const settleFor = ms(300);
const lookAgainAfter = minutes(1);

/** What the two files hold. WEB_CERTIFICATE_WRONG. */
export function readCertificate({ certificate, key }: CertificateFiles): Result<WebCertificate, ParleyError> {
  try {
    const read = { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
    createSecureContext(read);
    return ok(read);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(problem("WEB_CERTIFICATE_WRONG", `${certificate}, ${key}: ${why}`));
  }
}

/** Reads the files once; `watch` follows them. */
export function openCertificate(files: CertificateFiles, clock: Clock): Result<WatchedCertificate, ParleyError> {
  const first = readCertificate(files);
  if (!first.ok) return first;
  let held = first.value;
  let settling: Cancel = () => undefined;
  let lookingAgain: Cancel = () => undefined;
  let watchers: readonly FSWatcher[] = [];
  let complaint = "";

  const follow: WatchedCertificate["watch"] = (onChange, report) => {
    const look = (): void => {
      const fresh = readCertificate(files);
      if (!fresh.ok) {
        if (fresh.error.detail !== complaint) report(fresh.error);
        complaint = fresh.error.detail;
        return;
      }
      complaint = "";
      if (fresh.value.cert === held.cert && fresh.value.key === held.key) return;
      held = fresh.value;
      onChange(held);
    };
    const soon = (): void => {
      settling();
      settling = clock.wait(settleFor, look);
    };
    const again = (): void => {
      lookingAgain = clock.wait(lookAgainAfter, () => {
        look();
        again();
      });
    };
    again();
    watchers = [...new Set([dirname(files.certificate), dirname(files.key)])].map((folder) => {
      const watcher = watch(folder, soon);
      watcher.on("error", () => watcher.close());
      return watcher;
    });
  };

  return ok({
    current: () => held,
    watch: follow,
    close: () => {
      settling();
      lookingAgain();
      for (const watcher of watchers) watcher.close();
    },
  });
}
