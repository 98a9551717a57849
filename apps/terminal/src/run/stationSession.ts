// Who this browser is to its station, carried out: it answers the challenge with its enrolled key, or becomes a terminal
// with the one-time code it was opened with. After the welcome everything else goes to `onMessage`.
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { type IdText, type PartyId, type TerminalId, idOf, idText } from "@parley/protocol/ids";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Ed25519Key, Ed25519Signature } from "@parley/protocol/signed/signature";
import {
  type StationNonce,
  signedTerminalRequest,
  terminalRequestMessage,
} from "@parley/protocol/signed/terminalCertificate";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import { helloLabel } from "@parley/protocol/terminal/session";
import {
  type Enrolment,
  forgetEnrolment,
  makeTerminalKey,
  readEnrolment,
  signWith,
  writeEnrolment,
} from "../crypto/keyStore.ts";
import { bytesOf, textOf } from "./wire.ts";

/** What this browser is: not known yet, nobody, asking with a code, waiting for approval, or a terminal. */
export type Standing =
  | { readonly at: "unknown" }
  | { readonly at: "none"; readonly refusal: string | null }
  | { readonly at: "asking" }
  | { readonly at: "waiting"; readonly terminal: IdText; readonly compare: string }
  | { readonly at: "enrolled"; readonly enrolment: Enrolment };

export type SessionOptions = {
  readonly origin: string;
  readonly indexedDb: IDBFactory;
  readonly subtle: SubtleCrypto;
  readonly random: Random;
  /** SHA-256 of the manifest of the code that runs here. */
  readonly manifest: () => Promise<Bytes>;
  readonly send: (message: FromTerminal) => boolean;
  readonly onStanding: (standing: Standing) => void;
};

export type Session = {
  /** A message of the station; true when it was the session's own affair. */
  readonly hear: (message: ToTerminal) => Promise<boolean>;
  readonly enrol: (code: string) => Promise<void>;
  readonly standing: () => Standing;
};

export function makeSession(options: SessionOptions): Session {
  const { indexedDb, subtle, send } = options;
  let standing: Standing = { at: "unknown" };
  let challenge: { readonly nonce: Bytes; readonly party: PartyId } | null = null;

  const become = (next: Standing): void => {
    standing = next;
    options.onStanding(next);
  };

  const prove = async ({ terminal, privateKey }: Enrolment): Promise<void> => {
    if (challenge === null) return;
    const message = concat(utf8(helloLabel), new Uint8Array(1), challenge.nonce, utf8(options.origin));
    send({ type: "hello", terminal, signature: textOf(await signWith(subtle, privateKey, message)) });
  };

  /** A request for a certificate over the station's nonce, signed with the key that wants it. */
  const request = async (enrolment: Enrolment, nonce: Bytes, party: PartyId): Promise<string> => {
    const terminal = idOf<TerminalId>(enrolment.terminal, 16);
    if (terminal === null) throw new Error("an enrolment without a terminal");
    const body = {
      party,
      terminal,
      key: enrolment.publicKey as Ed25519Key,
      manifest: (await options.manifest()) as Digest,
      nonce: nonce as StationNonce,
    };
    const signature = (await signWith(subtle, enrolment.privateKey, terminalRequestMessage(body))) as Ed25519Signature;
    return textOf(encode(signedTerminalRequest, { body, signature }));
  };

  return {
    standing: () => standing,
    enrol: async (code) => {
      if (challenge === null) return;
      become({ at: "asking" });
      const enrolment = { terminal: idText(options.random(16)), ...(await makeTerminalKey(subtle)) };
      // Kept before it is named, so that an answer that comes while the page goes away is not lost.
      await writeEnrolment(indexedDb, enrolment);
      send({ type: "enrol", code, request: await request(enrolment, challenge.nonce, challenge.party) });
    },
    hear: async (message) => {
      switch (message.type) {
        case "challenge": {
          const party = idOf<PartyId>(message.party, 32);
          if (party === null) return true;
          challenge = { nonce: bytesOf(message.challenge), party };
          const enrolment = await readEnrolment(indexedDb);
          if (enrolment === null) become({ at: "none", refusal: null });
          else await prove(enrolment);
          return true;
        }
        case "waiting":
          become({ at: "waiting", terminal: message.terminal, compare: message.compare });
          return true;
        case "enrolled": {
          const enrolment = await readEnrolment(indexedDb);
          if (enrolment !== null) await prove(enrolment);
          return true;
        }
        case "renewalDue": {
          const enrolment = await readEnrolment(indexedDb);
          if (enrolment === null || challenge === null) return true;
          send({ type: "renew", request: await request(enrolment, bytesOf(message.nonce), challenge.party) });
          return true;
        }
        case "welcome": {
          const enrolment = await readEnrolment(indexedDb);
          if (enrolment !== null) become({ at: "enrolled", enrolment });
          return false;
        }
        case "refused":
          if (message.code === "TERMINAL_UNKNOWN" || message.code === "TERMINAL_REMOVED")
            await forgetEnrolment(indexedDb);
          if (standing.at !== "enrolled") {
            become({ at: "none", refusal: message.code });
            return true;
          }
          return false;
        default:
          return false;
      }
    },
  };
}
