// Runs the auditor's page: reads the files that a person picks, in this browser alone, and has packages/ledger judge them with
// the browser's own cryptography. Nothing is sent anywhere, and no station is asked.
import { type Bytes, hex } from "@parley/base/bytes";
import { type AuditTools, auditRecord } from "@parley/ledger/audit";
import { compareRecords } from "@parley/ledger/compareRecords";
import { csvOf } from "@parley/ledger/csv";
import { nobleSha256 } from "@parley/ledger/hash";
import { webVerify } from "@parley/protocol/signed/webCrypto";
import { type AuditorAction, type AuditorScreen, filtered, firstPage, noFilter } from "../model/auditor.ts";

/** The browser's cryptography; keys are imported once each, since a record has few and many signatures. */
export function webTools(subtle: SubtleCrypto): AuditTools {
  const keys = new Map<string, Promise<CryptoKey | null>>();
  const keyOf = (raw: Bytes): Promise<CryptoKey | null> => {
    const id = hex(raw);
    const known = keys.get(id);
    if (known !== undefined) return known;
    const made = subtle.importKey("raw", raw, "Ed25519", false, ["verify"]).catch(() => null);
    keys.set(id, made);
    return made;
  };
  return {
    sha: nobleSha256,
    verify: webVerify(subtle),
    check: async ({ publicKey, message, signature }) => {
      const key = await keyOf(publicKey);
      return key !== null && subtle.verify("Ed25519", key, signature, message);
    },
  };
}

export type Auditor = {
  readonly screen: () => AuditorScreen;
  readonly watch: (onChange: () => void) => () => void;
  readonly act: (action: AuditorAction) => void;
};

/** `saveFile` hands the person a text as a file. */
export function runAuditor(subtle: SubtleCrypto, saveFile: (name: string, text: string) => void): Auditor {
  const tools = webTools(subtle);
  const watchers = new Set<() => void>();
  let screen: AuditorScreen = { at: "empty" };
  const show = (next: AuditorScreen): void => {
    screen = next;
    for (const watcher of watchers) watcher();
  };

  const open = async (files: readonly File[]): Promise<void> => {
    const [first, second] = files;
    if (first === undefined) return;
    show({ at: "reading" });
    const read = async (file: File): Promise<Bytes> => new Uint8Array(await file.arrayBuffer());
    const shown = { at: "shown", filter: noFilter, most: firstPage } as const;
    if (second === undefined) {
      const audit = await auditRecord(await read(first), tools);
      show(audit.ok ? { ...shown, audits: [audit.value], differences: [] } : { at: "unreadable", file: first.name });
      return;
    }
    const compared = await compareRecords(await read(first), await read(second), tools);
    show(
      compared.ok
        ? { ...shown, audits: compared.value.copies, differences: compared.value.differences }
        : { at: "unreadable", file: `${first.name}, ${second.name}` },
    );
  };

  return {
    screen: () => screen,
    watch: (onChange) => {
      watchers.add(onChange);
      return () => void watchers.delete(onChange);
    },
    act: (action) => {
      if (action.type === "openFiles") return void open(action.files);
      if (screen.at !== "shown") return undefined;
      switch (action.type) {
        case "filter":
          return show({ ...screen, filter: action.filter, most: firstPage });
        case "more":
          return show({ ...screen, most: screen.most + firstPage });
        case "saveCsv":
          return saveFile("record.csv", csvOf(filtered(screen).map(({ item }) => item)));
      }
      return action satisfies never;
    },
  };
}
