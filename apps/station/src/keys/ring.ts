// The station's keys as the rest of it uses them: the one in use with its TLS certificate, the one after it, and the key
// that seals what lies in the database. Which key is in use is what the ledger says; this follows it.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { Digest } from "@parley/protocol/signed/hash";
import type { HybridSigner } from "@parley/protocol/signed/signature";
import { type PeerIdentity, tlsIdentity } from "../peer/tlsIdentity.ts";
import { machineSealer } from "./credential.ts";
import { KeyFiles } from "./keyFiles.ts";
import { seal, unseal } from "./seal.ts";

/** keyIdOf the key in use, and of the one after it. */
export type KeyNames = { readonly key: Digest; readonly next: Digest };

const sealingPurpose = "parley sealing key";

export type KeyFolder = { readonly files: KeyFiles; readonly sealingKey: Bytes };

/**
 * Opens the key folders below `dataDir`, making what is not there yet. `credentials` is $CREDENTIALS_DIRECTORY or undefined.
 * KEYS_FILE_DAMAGED for a sealing key that cannot be read, without which the database's secrets cannot either.
 */
export function openKeyFolder(
  dataDir: string,
  credentials: string | undefined,
  random: Random,
): Result<KeyFolder, ParleyError> {
  const sealInUse = machineSealer(credentials, "inUse");
  if (!sealInUse.ok) return sealInUse;
  const sealNext = machineSealer(credentials, "next");
  if (!sealNext.ok) return sealNext;
  const inUse = join(dataDir, "keys");
  const next = join(dataDir, "keys-next");
  const files = new KeyFiles({ inUse, next, sealInUse: sealInUse.value, sealNext: sealNext.value }, random);
  const path = join(inUse, "sealing");
  if (!existsSync(path)) {
    writeFileSync(path, seal(random(32), sealingPurpose, sealInUse.value, random), { mode: 0o600, flush: true });
  }
  const sealingKey = unseal(readFileSync(path), sealingPurpose, sealInUse.value);
  return sealingKey.ok ? ok({ files, sealingKey: sealingKey.value }) : sealingKey;
}

type Held = { readonly names: KeyNames; readonly signer: HybridSigner; readonly identity: PeerIdentity };

/** Before the first `use` there is no key in use, and asking for it is a bug of ours. */
export class Ring {
  readonly sealingKey: Bytes;
  private readonly files: KeyFiles;
  private readonly random: Random;
  private held: Held | null = null;

  constructor(files: KeyFiles, sealingKey: Bytes, random: Random) {
    this.files = files;
    this.sealingKey = sealingKey;
    this.random = random;
  }

  signer(): HybridSigner {
    return this.inUse().signer;
  }

  /** The same key as connections between stations show it. */
  identity(): PeerIdentity {
    return this.inUse().identity;
  }

  /** The key after it, and keyIdOf the one after that; null while it cannot be had. */
  next(): { readonly signer: HybridSigner; readonly after: Digest } | null {
    const next = this.files.nextKey(this.inUse().names.next);
    return next.ok ? next.value : null;
  }

  holds(key: Digest): boolean {
    return this.files.holds(key);
  }

  /**
   * Whether the key in use and the one after it can still be had from their files: what is held in memory hides that they cannot.
   * KEYS_FILE_MISSING, KEYS_FILE_DAMAGED, KEYS_FILE_OPEN.
   */
  examine(): Result<null, ParleyError> {
    const { key, next } = this.inUse().names;
    for (const id of [key, next]) {
      const read = this.files.signer(id);
      if (!read.ok) return read;
    }
    return ok(null);
  }

  /** From now on this key is the one in use; safe to run twice. Resolves when connections may show it. */
  async use(names: KeyNames): Promise<Result<null, ParleyError>> {
    const placed = this.files.use(names.key, names.next);
    if (!placed.ok) return placed;
    const signer = this.files.signer(names.key);
    if (!signer.ok) return signer;
    const seed = this.files.tlsSeed(names.key);
    if (!seed.ok) return fail(seed.error);
    const identity = await tlsIdentity(seed.value, this.random);
    seed.value.fill(0);
    this.held = { names, signer: signer.value, identity };
    return ok(null);
  }

  private inUse(): Held {
    if (this.held === null) throw new Error("no station key is in use yet");
    return this.held;
  }
}
