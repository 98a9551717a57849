// What two stations say to each other about their ledgers: the payloads of signed envelopes (peer/envelope) of kind `ledger`.
// A station offers its newest checkpoint, the other cosigns it or says which one it cosigned last: C2SP tlog-witness's
// add-checkpoint, with its bodies unchanged, over the station link instead of HTTP (rules LG31-LG36).
import { type Of, oneOf, opaque, struct, text, uint48, variant } from "@parley/base/codec";
import { signedLogCertificate } from "../signed/logCertificate.ts";

/** Largest offer or note of one, bytes: a consistency proof of 63 hashes in base64 and a note that only its log has signed. */
export const maxAddCheckpointBytes = 16 * 1024;

/** Why a witness stopped: two roots of one size, fewer entries than before, or a proof that does not hold. */
export const stopReasons = ["fork", "rollback", "unproven"] as const;
export type StopReason = (typeof stopReasons)[number];

/** The note that the witness had cosigned, and the one that contradicts it. */
const twoNotes = struct({
  why: oneOf(...stopReasons),
  known: opaque(maxAddCheckpointBytes),
  shown: opaque(maxAddCheckpointBytes),
});

export const ledgerPayload = variant({
  /** Our newest checkpoint, `request` the body of C2SP tlog-witness's add-checkpoint. */
  offer: [1, struct({ certificate: signedLogCertificate, request: opaque(maxAddCheckpointBytes) })],
  /** The answer to an offer that the witness cosigned: its signature lines, and the certificate that its key stands on. */
  cosigned: [2, struct({ certificate: signedLogCertificate, size: uint48, lines: text(4096) })],
  /** The old size of an offer was not the one that the witness cosigned last: that checkpoint's note, empty for none. */
  conflict: [3, struct({ known: opaque(maxAddCheckpointBytes) })],
  /** The witness has stopped: what it had cosigned, and what it was shown. It answers no further offer of this log. */
  stopped: [4, twoNotes],
  /** From the log: what the witness cosigned before is signed by its key, and its record does not hold it. */
  admitted: [6, twoNotes],
  /** An offer that could not be judged: not under a log key that the pinned root certified. */
  refused: [5, struct({ code: text(40) })],
});
export type LedgerPayload = Of<typeof ledgerPayload>;
