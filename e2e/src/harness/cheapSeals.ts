// Parties that tests found have passphrases that cost next to nothing: each of half a dozen uses takes a third of a second of a core
// otherwise. What opens a file reads its cost there, so stations open theirs as they are.
import type { Constants } from "./constants.ts";

export const cheapSeals: Constants = {
  "apps/station/src/keys/seal.ts": { cost: "{ logN: 10, r: 8, p: 1 } as const" },
};
