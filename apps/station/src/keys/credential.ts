// The hook to the operating system's credential store: systemd hands a service its credentials as files in
// $CREDENTIALS_DIRECTORY, out of reach of other services and, with a TPM, of a stolen disk (systemd.exec, LoadCredentialEncrypted).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bytes, concat } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Sealer } from "./seal.ts";

/** Names of the credentials in the unit file: one for the key in use, one for the keys kept apart from it. */
export const credentialNames = { inUse: "parley-station", next: "parley-next" } as const;

const minKeyBytes = 16;

/**
 * What seals the key files of `use`, given $CREDENTIALS_DIRECTORY or undefined. Without a store, or without a credential of that name in it,
 * nothing seals them. KEYS_FILE_DAMAGED for one that is too short to be a key.
 */
export function machineSealer(
  directory: string | undefined,
  use: keyof typeof credentialNames,
): Result<Sealer, ParleyError> {
  if (directory === undefined) return ok({ by: "nothing" });
  let key: Bytes;
  try {
    key = concat(readFileSync(join(directory, credentialNames[use])));
  } catch {
    return ok({ by: "nothing" });
  }
  if (key.length < minKeyBytes)
    return fail(problem("KEYS_FILE_DAMAGED", `credential ${credentialNames[use]} is short`));
  return ok({ by: "machine", key });
}
