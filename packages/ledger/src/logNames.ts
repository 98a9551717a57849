// What a party's ledger and its witness are called in notes: by the party's id and the serial of the root's certificate, so that
// no name is shared, guessed or reused, and a log that the root began anew is another log.
import { base64url } from "@parley/base/bytes";
import type { LogCertificate } from "@parley/protocol/signed/logCertificate";
import type { NoteKey } from "./note.ts";

type Named = Pick<LogCertificate, "party" | "serial" | "logKey" | "witnessKey">;

/** The key that signs the checkpoints; its name is their origin. */
export const logKeyOf = ({ party, serial, logKey }: Named): NoteKey => ({
  kind: "log",
  name: `parley/${base64url(party)}/record/${serial}`,
  publicKey: logKey,
});

/** The key with which the same party cosigns other parties' checkpoints. */
export const witnessKeyOf = ({ party, serial, witnessKey }: Named): NoteKey => ({
  kind: "witness",
  name: `parley/${base64url(party)}/witness/${serial}`,
  publicKey: witnessKey,
});
