// The web certificate as it lies on the disk, and its replacement while the station runs ([CL10] of docs/spec/cli.md). Whoever
// renews it (certbot, lego, an own CA) only has to put the new files in place. Watched are the folders, since renewals replace
// files and links rather than write into them; and once a minute the files are read anyway, since not every disk tells.
import { type FSWatcher, readFileSync, realpathSync, watch } from "node:fs";
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

/** A file that is away for a moment has no folder behind it: it is looked for again. */
function foldersOf({ certificate, key }: CertificateFiles): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const file of [certificate, key]) {
    try {
      folders.add(dirname(file)).add(dirname(realpathSync(file)));
    } catch {
      continue;
    }
  }
  return folders;
}

/** Reads the files once; `watch` follows them. */
export function openCertificate(files: CertificateFiles, clock: Clock): Result<WatchedCertificate, ParleyError> {
  const first = readCertificate(files);
  if (!first.ok) return first;
  let held = first.value;
  let settling: Cancel = () => undefined;
  let lookingAgain: Cancel = () => undefined;
  const watchers = new Map<string, FSWatcher>();
  let complaint = "";

  const forget = (folder: string, watcher: FSWatcher): void => {
    watcher.close();
    watchers.delete(folder);
  };
  const follow: WatchedCertificate["watch"] = (onChange, report) => {
    /** Watches the folders that the files, and the ones that they link to, lie in now. */
    const attend = (): void => {
      const folders = foldersOf(files);
      for (const [folder, watcher] of watchers) if (!folders.has(folder)) forget(folder, watcher);
      for (const folder of folders) {
        if (watchers.has(folder)) continue;
        const watcher = watch(folder, soon);
        watcher.on("error", () => forget(folder, watcher));
        watchers.set(folder, watcher);
      }
    };
    const look = (): void => {
      attend();
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
    attend();
  };

  return ok({
    current: () => held,
    watch: follow,
    close: () => {
      settling();
      lookingAgain();
      for (const [folder, watcher] of watchers) forget(folder, watcher);
    },
  });
}
