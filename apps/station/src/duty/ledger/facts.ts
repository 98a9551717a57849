// What happens to ledgers themselves, as the ledger keeps it: the root's certificates for their keys, and the two checkpoints
// that contradict each other where a witness stopped. Tags are never reused.
import { type Of, oneOf, opaque, struct, variant } from "@parley/base/codec";
import { linkId, partyId } from "@parley/protocol/ids";
import { maxAddCheckpointBytes, stopReasons } from "@parley/protocol/peer/ledger";
import { signedInstant } from "@parley/protocol/signed/fields";
import { signedLogCertificate } from "@parley/protocol/signed/logCertificate";

/** The kind of these entries. */
export const ledgerKind = "ledger";

export const ledgerFact = variant({
  /** The root has certified our keys: from here on, or anew. */
  certified: [1, struct({ certificate: signedLogCertificate })],
  /** A linked party showed its log's keys under its pinned root. */
  peerCertified: [2, struct({ certificate: signedLogCertificate })],
  /** The link stands still: `theirs` is a log that we witness, `ours` the one that they no longer do. Both notes are kept whole. */
  stopped: [
    3,
    struct({
      link: linkId,
      party: partyId,
      whose: oneOf("theirs", "ours"),
      why: oneOf(...stopReasons),
      known: opaque(maxAddCheckpointBytes),
      shown: opaque(maxAddCheckpointBytes),
      at: signedInstant,
    }),
  ],
});
export type LedgerFact = Of<typeof ledgerFact>;
