// The web certificate of the station whose certificates are made to fail: real ones, of one key, so that browsers which were told of
// the key take each of them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate, makeKeys, spkiHash } from "@parley/station/relay/turn/test/certificate";

export type Certified = {
  readonly files: { readonly certificate: string; readonly key: string };
  /** The hash of its key, as browsers are told to accept it. */
  readonly spki: string;
  /** Puts another certificate of the same key there, valid from and to so many days from now; taken up by the station itself. */
  readonly renew: (days?: readonly [number, number], name?: string) => Promise<void>;
  /** Puts a certificate there that was made with another key than the one that lies beside it. */
  readonly misfit: () => Promise<void>;
};

/** Of a life of which much is left. */
const usual: readonly [number, number] = [-1, 90];

export async function certify(folder: string, name: string): Promise<Certified> {
  const keys = await makeKeys();
  const files = { certificate: join(folder, "web.pem"), key: join(folder, "web.key") };
  mkdirSync(folder, { recursive: true });
  const renew: Certified["renew"] = async (days = usual, of = name) => {
    const { cert, key } = await makeCertificate(of, days, keys);
    writeFileSync(files.key, key, { mode: 0o600 });
    writeFileSync(files.certificate, cert);
  };
  await renew();
  return {
    files,
    spki: spkiHash(await makeCertificate(name, usual, keys)),
    renew,
    misfit: async () => writeFileSync(files.certificate, (await makeCertificate(name, usual)).cert),
  };
}
