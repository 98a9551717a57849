// A party that was made before ledgers had keys of their own: it runs, signs no checkpoint, and does once its root has certified
// the keys.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certain } from "@parley/base/result";
import { signLogCertificate } from "@parley/protocol/signed/logCertificate";
import type { PartyId } from "@parley/protocol/ids";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { afterAll, describe, expect, it } from "vitest";
import { certifyLog } from "./certifyLog.ts";
import { readConfig } from "./config.ts";
import { rootFile } from "./files.ts";
import { signerOf } from "./keys/hybrid.ts";
import { openRoot } from "./keys/root.ts";
import { setUpParty } from "./setUp.ts";
import { openStation } from "./station.ts";
import { systemClock, systemRandom } from "./systemPorts.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-log-key-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const passphrase = "a passphrase for tests";

const open = async () =>
  certain(
    await openStation({
      dataDir: folder,
      config: certain(readConfig("{}")),
      clock: systemClock,
      random: systemRandom,
      served: { files: "", manifest: "" },
      credentials: undefined,
      report: () => undefined,
      onFault: ({ code }) => {
        throw new Error(code);
      },
    }),
  );

describe("a party made before", () => {
  it(
    "[LG30] signs nothing until its root has certified the ledger's keys, once, by that root alone",
    { timeout: 60_000 },
    async () => {
      const made = await open();
      const party = { name: "Northmark", place: "North", timeZone: "UTC", stations: [] };
      // As the program before did: the certificate is made and not kept.
      const before = signerOf(new Uint8Array(32));
      const forgotten = signLogCertificate(
        {
          party: new Uint8Array(32) as PartyId,
          generation: 0,
          serial: 1,
          logKey: ed25519Half(before.publicKey),
          witnessKey: ed25519Half(before.publicKey),
          issued: systemClock.now(),
        },
        before,
      );
      const older = { ...made, log: { ...made.log, begin: () => forgotten } };
      const now = systemClock.now();
      certain(await setUpParty(folder, party, passphrase, made.folder.files, older, systemRandom, now));
      expect(made.log.health()).toBe("uncertified");
      await made.log.round();
      expect(certain(await made.store.docs("checkpoint"))).toEqual([]);

      const certify = (rootSeed: Uint8Array<ArrayBuffer>) =>
        certifyLog({
          store: made.store,
          folder: made.folder,
          rootSeed,
          clock: systemClock,
          random: systemRandom,
          onFault: ({ code }) => {
            throw new Error(code);
          },
        });
      expect(await certify(new Uint8Array(32).fill(9))).toMatchObject({
        ok: false,
        error: { code: "KEYS_WORDS_WRONG" },
      });
      const root = certain(openRoot(readFileSync(join(folder, rootFile)), passphrase));
      expect(certain(await certify(root))).toEqual({ party: "Northmark", serial: 1, made: true });
      expect(certain(await certify(root))).toEqual({ party: "Northmark", serial: 1, made: false });
      await made.close();

      const again = await open();
      expect(again.log.health()).toBe("good");
      await again.log.round();
      expect(again.log.signedSize()).toBe(again.store.nextIndex());
      await again.close();
    },
  );
});
