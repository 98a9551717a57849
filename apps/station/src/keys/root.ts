// The root key as its holder keeps it: a 32-byte seed, shown once as 24 words (BIP-39 English) to be written on paper, and
// a file under a passphrase that leaves the station once it is set up (rules ID3, ID4). Nothing here keeps a seed.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { seal, unseal } from "./seal.ts";

const rootSeedBytes = 32;
const purpose = "parley root key";

export const drawRootSeed = (random: Random): Bytes => random(rootSeedBytes);

/** The seed as 24 words, the last of which holds a checksum of 8 bits. */
export const wordsOfSeed = (seed: Bytes): readonly string[] => entropyToMnemonic(seed, wordlist).split(" ");

/** The seed of 24 words as a person typed them. KEYS_WORDS_WRONG. */
export function seedOfWords(text: string): Result<Bytes, ParleyError> {
  const words = text.normalize("NFKC").toLowerCase().trim().split(/\s+/u);
  const unknown = words.findIndex((word) => !wordlist.includes(word));
  if (unknown >= 0) return fail(problem("KEYS_WORDS_WRONG", `word ${unknown + 1}`));
  if (words.length !== 24) return fail(problem("KEYS_WORDS_WRONG", `${words.length} words`));
  try {
    return ok(new Uint8Array(mnemonicToEntropy(words.join(" "), wordlist)));
  } catch {
    return fail(problem("KEYS_WORDS_WRONG", "the checksum differs"));
  }
}

/** The root's file. Slow on purpose: half a second and 128 MiB. */
export const sealRoot = (seed: Bytes, passphrase: string, random: Random): Bytes =>
  seal(seed, purpose, { by: "passphrase", passphrase }, random);

/** KEYS_PASSPHRASE_WRONG, KEYS_FILE_DAMAGED. */
export function openRoot(file: Uint8Array, passphrase: string): Result<Bytes, ParleyError> {
  const seed = unseal(file, purpose, { by: "passphrase", passphrase });
  if (!seed.ok || seed.value.length === rootSeedBytes) return seed;
  return fail(problem("KEYS_FILE_DAMAGED", "not a seed"));
}
