// What the ledger keeps of terminals' tests of their own rooms: each whole, in verdicts and numbers. Tags are never reused.
import { struct, variant } from "@parley/base/codec";
import { roomTest } from "@parley/protocol/signed/selfTest";

/** The kind of these entries. */
export const selfTestKind = "terminal.test";

export const selfTestFact = variant({ tested: [1, struct({ test: roomTest })] });
