// How far a relay carries whoever asks it to, in a word.
import type { RelayVerdict } from "@parley/protocol/peer/check";
import { type TrialCredential, type TrialDeps, tryRelay } from "../relay/trial.ts";
import type { RelayPlace } from "../relay/wire.ts";

export async function verdictOf(
  place: RelayPlace,
  credential: TrialCredential,
  deps: TrialDeps,
): Promise<RelayVerdict> {
  const tried = await tryRelay(place, credential, deps);
  if (tried.ok) return "echo";
  return tried.error.startsWith("relaying") ? "allocated" : "silent";
}

/** The best of several places, tried in their order until one carries data back; null where there is none. */
export async function bestOf(
  places: readonly RelayPlace[],
  credential: TrialCredential,
  deps: TrialDeps,
): Promise<{ readonly place: RelayPlace; readonly verdict: RelayVerdict } | null> {
  let best: { readonly place: RelayPlace; readonly verdict: RelayVerdict } | null = null;
  for (const place of places) {
    const verdict = await verdictOf(place, credential, deps);
    if (best === null || verdict !== "silent") best = { place, verdict };
    if (verdict === "echo") break;
  }
  return best;
}
