// An edge: signatures checked by the runtime's own WebCrypto. ML-DSA-65 is native in Chromium and Node; where it is
// missing (Firefox), a JavaScript one is loaded on first need. A terminal's own key is made here too: non-extractable,
// so that it never leaves the browser that made it.
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { ed25519Half, type Ed25519Key, type Ed25519Signature, type VerifyAsync } from "./signature.ts";

const ed25519 = "Ed25519";
const mlDsa65 = "ML-DSA-65";

type Part = (publicKey: Bytes, message: Bytes, signature: Bytes, context: Bytes) => Promise<boolean>;

const nativeEd25519 =
  (subtle: SubtleCrypto): Part =>
  async (publicKey, message, signature) =>
    subtle.verify(ed25519, await subtle.importKey("raw", publicKey, ed25519, false, ["verify"]), signature, message);

/** `raw-public` is the format's name for ML-DSA (WICG "Modern Algorithms in the Web Cryptography API"). */
const nativeMlDsa =
  (subtle: SubtleCrypto): Part =>
  async (publicKey, message, signature, context) => {
    const key = await subtle.importKey("raw-public" as "raw", publicKey, mlDsa65, false, ["verify"]);
    const algorithm: Algorithm & { readonly context: Bytes } = { name: mlDsa65, context };
    return subtle.verify(algorithm, key, signature, message);
  };

/** ML-DSA-65 in JavaScript, about 20 times slower than native. */
export const javaScriptMlDsa: Part = async (publicKey, message, signature, context) => {
  const { ml_dsa65 } = await import("@noble/post-quantum/ml-dsa.js");
  return ml_dsa65.verify(signature, message, publicKey, { context });
};

async function knowsMlDsa(subtle: SubtleCrypto): Promise<boolean> {
  try {
    await subtle.importKey("raw-public" as "raw", new Uint8Array(1952), mlDsa65, false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

/** Checks signatures with this runtime's WebCrypto; `mlDsa` forces which ML-DSA is used, and is found out where not given. */
export function webVerify(subtle: SubtleCrypto, mlDsa?: Part): VerifyAsync {
  const classic = nativeEd25519(subtle);
  let found: Promise<Part> | null = mlDsa === undefined ? null : Promise.resolve(mlDsa);
  const postQuantum = () => (found ??= knowsMlDsa(subtle).then((yes) => (yes ? nativeMlDsa(subtle) : javaScriptMlDsa)));
  return async (check) => {
    const context = utf8(check.label);
    try {
      if (check.scheme === "ed25519") return await classic(check.publicKey, check.message, check.signature, context);
      const { publicKey, message, signature } = check;
      const [one, two] = await Promise.all([
        classic(ed25519Half(publicKey), message, signature.slice(0, 64), context),
        postQuantum().then((part) => part(publicKey.slice(32), message, signature.slice(64), context)),
      ]);
      return one && two;
    } catch {
      // Importing a malformed key throws; a signature under no key is no signature.
      return false;
    }
  };
}

/** A terminal's key: its public half, and what signs with the half that cannot be read. */
export type TerminalKey = {
  readonly publicKey: Ed25519Key;
  readonly sign: (message: Bytes) => Promise<Ed25519Signature>;
};

/** A fresh non-extractable pair, to be kept in IndexedDB as it is. Throws where the runtime has no Ed25519. */
export async function makeTerminalKeyPair(subtle: SubtleCrypto): Promise<CryptoKeyPair> {
  const pair = await subtle.generateKey(ed25519, false, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("generateKey made no pair");
  return pair;
}

export async function terminalKeyOf(subtle: SubtleCrypto, pair: CryptoKeyPair): Promise<TerminalKey> {
  const publicKey = concat(new Uint8Array(await subtle.exportKey("raw", pair.publicKey))) as Ed25519Key;
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await subtle.sign(ed25519, pair.privateKey, message)) as Ed25519Signature,
  };
}
