// Whether the two ends of a link remember the same past. Carries [LK37]: a station that was restored from a backup would give
// used numbers to new envelopes, and the other would drop them as seen; so the first sign of that ends the traffic.
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { LinkId } from "@parley/protocol/ids";
import type { PeerStore } from "./store.ts";

/** `crossed`: an acknowledgement may have overtaken this hello, so it proves nothing; the next one will. */
export type Recollection = "agrees" | "crossed" | Extract<ErrorCode, "PEER_RESTORED" | "PEER_REMEMBERS_MORE">;

/** Compares what each hello of the peer says it has `taken` with our record. `agreed` when a hello was accepted. */
export function recollection(
  link: LinkId,
  store: Pick<PeerStore, "position">,
): { readonly compare: (taken: number) => Recollection; readonly agreed: () => void } {
  let crossings = 0;
  return {
    compare: (taken) => {
      const { sent, acknowledged } = store.position(link);
      if (taken > sent) return "PEER_REMEMBERS_MORE";
      if (taken >= acknowledged) return "agrees";
      return ++crossings > 1 ? "PEER_RESTORED" : "crossed";
    },
    agreed: () => {
      crossings = 0;
    },
  };
}
