// How the station hands envelopes to a link: into its own transaction, or into one of the link's. Carries [LK31], [LK32].
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { EnvelopeId, LinkId } from "@parley/protocol/ids";
import { maxOutboxEnvelopes } from "@parley/protocol/limits";
import type { Outbox } from "./outbox.ts";
import type { PeerLink } from "./peerLink.ts";
import type { PeerStore, PeerTransaction } from "./store.ts";

/** `version` is the one to write payloads in: what the peer last spoke, or null when the link is closed. */
export function posting(
  link: LinkId,
  store: PeerStore,
  random: Random,
  out: Outbox,
  version: () => number | null,
): Pick<PeerLink, "put" | "send"> {
  const put = (tx: PeerTransaction, kind: number, payload: Bytes): Result<EnvelopeId, ParleyError> => {
    const written = version();
    if (written === null) return fail(problem("PEER_CLOSED"));
    const { sent, acknowledged } = store.position(link);
    if (sent - acknowledged >= maxOutboxEnvelopes) return fail(problem("PEER_OUTBOX_FULL"));
    const id = random(16) as EnvelopeId;
    out.put(tx, id, written, kind, payload);
    return ok(id);
  };
  return {
    put,
    send: async (kind, payload) => {
      const done = await store.transaction((tx) => put(tx, kind, payload));
      if (!done.ok) return done;
      if (done.value.ok) out.wake();
      return done.value;
    },
  };
}
