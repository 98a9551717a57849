// The station's key files, an edge: one file a key, named by the key's id, the one in use in one folder and those after
// it in another, which may lie on another disk (rules ID31-ID34). Every change is written aside, flushed and renamed, and may be
// repeated: which key is in use is what the ledger says, and the files follow.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Bytes, hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Digest } from "@parley/protocol/signed/hash";
import { keyIdOf } from "@parley/protocol/signed/root";
import type { HybridKey, HybridSigner } from "@parley/protocol/signed/signature";
import { signerOf, tlsSeedOf } from "./hybrid.ts";
import { type Sealer, seal, unseal } from "./seal.ts";

export type KeyPlaces = {
  /** Folder of the key in use; made with 0700 where it is not there. */
  readonly inUse: string;
  /** Folder of the keys after it. */
  readonly next: string;
  readonly sealInUse: Sealer;
  readonly sealNext: Sealer;
};

const seedBytes = 32;
const purpose = "parley station key";
const suffix = ".key";
const fileName = (id: Digest) => hex(id) + suffix;

type Place = { readonly folder: string; readonly sealer: Sealer };

export class KeyFiles {
  private readonly inUse: Place;
  private readonly next: Place;
  private readonly random: Random;

  constructor(places: KeyPlaces, random: Random) {
    this.inUse = { folder: places.inUse, sealer: places.sealInUse };
    this.next = { folder: places.next, sealer: places.sealNext };
    this.random = random;
    for (const { folder } of [this.inUse, this.next]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Whether the key's file is in either folder. */
  holds(id: Digest): boolean {
    return existsSync(this.path(this.inUse, id)) || existsSync(this.path(this.next, id));
  }

  /** Makes a key and the one after it, for the root to certify: the first ever, or to leave every older one behind. */
  makePair(): { readonly key: HybridKey; readonly next: Digest } {
    const key = this.make();
    return { key, next: keyIdOf(this.make()) };
  }

  /** The key in use. KEYS_FILE_MISSING, KEYS_FILE_DAMAGED, KEYS_FILE_OPEN. */
  signer(id: Digest): Result<HybridSigner, ParleyError> {
    return this.withSeed(id, signerOf);
  }

  /** The Ed25519 seed for the TLS certificate of the key in use; the caller overwrites it after use. */
  tlsSeed(id: Digest): Result<Bytes, ParleyError> {
    return this.withSeed(id, tlsSeedOf);
  }

  /** The key that `next` names, and the id of the one after it, which is made now unless an earlier try has made it. */
  nextKey(next: Digest): Result<{ readonly signer: HybridSigner; readonly after: Digest }, ParleyError> {
    const signer = this.signer(next);
    if (!signer.ok) return signer;
    const made = this.idsIn(this.next).find((name) => name !== fileName(next));
    if (made === undefined) return ok({ signer: signer.value, after: keyIdOf(this.make()) });
    const seed = this.read(this.next, made);
    if (!seed.ok) return seed;
    return ok({ signer: signer.value, after: keyIdOf(keyOf(seed.value)) });
  }

  /** Makes `key` the one in use, and destroys all but it and `next`. */
  use(key: Digest, next: Digest): Result<null, ParleyError> {
    if (!existsSync(this.path(this.inUse, key))) {
      const seed = this.read(this.next, fileName(key));
      if (!seed.ok) return seed;
      this.write(this.inUse, key, seed.value);
      seed.value.fill(0);
    }
    for (const name of this.idsIn(this.inUse)) if (name !== fileName(key)) this.destroy(this.inUse, name);
    for (const name of this.idsIn(this.next)) if (name !== fileName(next)) this.destroy(this.next, name);
    return ok(null);
  }

  private path = (place: Place, id: Digest): string => join(place.folder, fileName(id));

  private idsIn(place: Place): readonly string[] {
    return readdirSync(place.folder).filter((name) => name.endsWith(suffix));
  }

  private make(): HybridKey {
    const seed = this.random(seedBytes);
    const { publicKey } = signerOf(seed);
    this.write(this.next, keyIdOf(publicKey), seed);
    seed.fill(0);
    return publicKey;
  }

  private withSeed<T>(id: Digest, use: (seed: Bytes) => T): Result<T, ParleyError> {
    const place = existsSync(this.path(this.inUse, id)) ? this.inUse : this.next;
    const seed = this.read(place, fileName(id));
    if (!seed.ok) return seed;
    const made = use(seed.value);
    seed.value.fill(0);
    return ok(made);
  }

  private read(place: Place, name: string): Result<Bytes, ParleyError> {
    const path = join(place.folder, name);
    let file: Buffer;
    try {
      if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0)
        return fail(problem("KEYS_FILE_OPEN", path));
      file = readFileSync(path);
    } catch (error) {
      return fail(problem("KEYS_FILE_MISSING", `${path}: ${String(error)}`));
    }
    const seed = unseal(file, purpose, place.sealer);
    if (!seed.ok) return seed;
    const right = seed.value.length === seedBytes && fileName(keyIdOf(keyOf(seed.value))) === name;
    return right ? seed : fail(problem("KEYS_FILE_DAMAGED", `${path} holds another key`));
  }

  /** Written aside and flushed, then renamed and the folder flushed, so that a crash leaves the whole file or none. */
  private write(place: Place, id: Digest, seed: Bytes): void {
    const path = this.path(place, id);
    const aside = `${path}.new`;
    const file = openSync(aside, "w", 0o600);
    writeSync(file, seal(seed, purpose, place.sealer, this.random));
    fsyncSync(file);
    closeSync(file);
    renameSync(aside, path);
    flushFolder(place.folder);
  }

  /** Overwritten before it is removed, which a journal or a flash disk may make void. */
  private destroy(place: Place, name: string): void {
    const path = join(place.folder, name);
    const file = openSync(path, "r+");
    writeSync(file, new Uint8Array(statSync(path).size));
    fsyncSync(file);
    closeSync(file);
    rmSync(path);
    flushFolder(place.folder);
  }
}

const keyOf = (seed: Bytes): HybridKey => signerOf(seed).publicKey;

function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
