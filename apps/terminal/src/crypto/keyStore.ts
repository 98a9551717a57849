// The terminal's own key: an Ed25519 key made here, kept in IndexedDB as a handle that no script can export, and what the
// station gave for it. Losing the storage means enrolling again; nothing else in the terminal is worth keeping.
import type { Bytes } from "@parley/base/bytes";
import type { IdText } from "@parley/protocol/ids";

/** This browser as a terminal: enrolled, or on its way to be. */
export type Enrolment = {
  readonly terminal: IdText;
  readonly privateKey: CryptoKey;
  readonly publicKey: Bytes;
};

const databaseName = "parley-terminal";
const storeName = "enrolment";
const only = "this";

function open(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB did not open"));
  });
}

async function withStore<T>(
  factory: IDBFactory,
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open(factory);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(storeName, mode, { durability: "strict" });
      const request = use(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error ?? new Error("IndexedDB did not write"));
      transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB gave up"));
    });
  } finally {
    database.close();
  }
}

const isEnrolment = (kept: unknown): kept is Enrolment =>
  typeof kept === "object" &&
  kept !== null &&
  "terminal" in kept &&
  typeof kept.terminal === "string" &&
  "privateKey" in kept &&
  kept.privateKey instanceof CryptoKey &&
  "publicKey" in kept &&
  kept.publicKey instanceof Uint8Array;

/** The enrolment kept here, or null where there is none that can be used. */
export async function readEnrolment(factory: IDBFactory): Promise<Enrolment | null> {
  const found: unknown = await withStore<unknown>(factory, "readonly", (store) => store.get(only));
  return isEnrolment(found) ? found : null;
}

export async function writeEnrolment(factory: IDBFactory, enrolment: Enrolment): Promise<void> {
  await withStore(factory, "readwrite", (store) => store.put(enrolment, only));
}

export async function forgetEnrolment(factory: IDBFactory): Promise<void> {
  await withStore(factory, "readwrite", (store) => store.delete(only));
}

/** A new signing key, its private half not extractable. */
export async function makeTerminalKey(
  subtle: SubtleCrypto,
): Promise<{ readonly privateKey: CryptoKey; readonly publicKey: Bytes }> {
  const pair = await subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  return { privateKey: pair.privateKey, publicKey: new Uint8Array(await subtle.exportKey("raw", pair.publicKey)) };
}

export const signWith = async (subtle: SubtleCrypto, key: CryptoKey, message: Bytes): Promise<Bytes> =>
  new Uint8Array(await subtle.sign("Ed25519", key, message));
