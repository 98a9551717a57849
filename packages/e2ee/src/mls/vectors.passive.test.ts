import { hex } from "@parley/base/bytes";
import {
  type ClientState,
  bytesToBase64,
  joinGroup,
  makePskIndex,
  processPrivateMessage,
  processPublicMessage,
} from "ts-mls";
import { decodeMlsMessage } from "ts-mls/message.js";
import { decodeRatchetTree } from "ts-mls/ratchetTree.js";
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js";
import { describe, expect, it } from "vitest";
import { rfcSuite } from "./testing/rfcSuites.ts";
import { webRandom } from "./testing/call.ts";
import { decoded, haveVectors, unhex, vectors } from "./testing/vectors.ts";

type Passive = {
  readonly cipher_suite: number;
  readonly external_psks: readonly { readonly psk_id: string; readonly psk: string }[];
  readonly key_package: string;
  readonly signature_priv: string;
  readonly encryption_priv: string;
  readonly init_priv: string;
  readonly welcome: string;
  readonly ratchet_tree: string | null;
  readonly initial_epoch_authenticator: string;
  readonly epochs: readonly {
    readonly proposals: readonly string[];
    readonly commit: string;
    readonly epoch_authenticator: string;
  }[];
};

const families = ["passive-client-welcome", "passive-client-handling-commit", "passive-client-random"] as const;

/** Cases that the library is known to fail, by family and index; this list is exact. */
const knownMisses: Readonly<Record<(typeof families)[number], readonly number[]>> = {
  "passive-client-welcome": [],
  "passive-client-handling-commit": [],
  "passive-client-random": [],
};

/** The suites whose curves are slow in JavaScript take every fourth case unless PARLEY_FULL=1. */
const isFull = process.env["PARLEY_FULL"] === "1";
const isTaken = (suite: number, n: number): boolean => isFull || suite <= 3 || n % 4 === 0;

async function receive(state: ClientState, text: string, psks: Record<string, Uint8Array>, impl: CiphersuiteImpl) {
  const message = decoded(decodeMlsMessage, text);
  const index = makePskIndex(state, psks);
  if (message.wireformat === "mls_private_message")
    return (await processPrivateMessage(state, message.privateMessage, index, impl)).newState;
  if (message.wireformat === "mls_public_message")
    return (await processPublicMessage(state, message.publicMessage, index, impl)).newState;
  throw new Error(`a ${message.wireformat} among the commits`);
}

/** Follows one case through all of its epochs; throws where it cannot, fails where the authenticators differ. */
async function follow(each: Passive): Promise<void> {
  const impl = await rfcSuite(each.cipher_suite, webRandom);
  const keyPackage = decoded(decodeMlsMessage, each.key_package);
  const welcome = decoded(decodeMlsMessage, each.welcome);
  if (keyPackage.wireformat !== "mls_key_package" || welcome.wireformat !== "mls_welcome") throw new Error("kinds");
  const psks = Object.fromEntries(each.external_psks.map((psk) => [bytesToBase64(unhex(psk.psk_id)), unhex(psk.psk)]));
  let state = await joinGroup(
    welcome.welcome,
    keyPackage.keyPackage,
    {
      initPrivateKey: unhex(each.init_priv),
      hpkePrivateKey: unhex(each.encryption_priv),
      signaturePrivateKey: unhex(each.signature_priv),
    },
    makePskIndex(undefined, psks),
    impl,
    each.ratchet_tree === null ? undefined : decoded(decodeRatchetTree, each.ratchet_tree),
  );
  expect(hex(state.keySchedule.epochAuthenticator)).toBe(each.initial_epoch_authenticator);
  for (const epoch of each.epochs) {
    for (const proposal of epoch.proposals) state = await receive(state, proposal, psks, impl);
    state = await receive(state, epoch.commit, psks, impl);
    expect(hex(state.keySchedule.epochAuthenticator)).toBe(epoch.epoch_authenticator);
  }
}

describe.skipIf(!haveVectors)("official vectors: passive client, with our HPKE in all seven suites", () => {
  for (const family of families) {
    it(`[ML30] ${family}`, async () => {
      const cases = vectors<Passive>(family);
      const misses: number[] = [];
      let taken = 0;
      for (const [n, each] of cases.entries()) {
        if (!isTaken(each.cipher_suite, n)) continue;
        taken++;
        await follow(each).catch(() => misses.push(n));
      }
      console.log(`${family}: ${taken} of ${cases.length} cases`);
      expect(misses).toEqual(knownMisses[family]);
      expect(taken).toBeGreaterThan(0);
    }, 300_000);
  }
});
