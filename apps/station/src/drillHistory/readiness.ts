// What a signed-in officer's console asks about drills, answered: pages of a line's history, one drill whole, and a drill now. It
// changes nothing about who may take part, and so wants no passkey.
import type { Clock } from "@parley/base/time";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { PartyCard } from "@parley/protocol/signed/partyCard";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { Hub, Seat } from "../api/hub.ts";
import type { Identity } from "../duty/identity/state.ts";
import { type OffsetAt, offsetsOf } from "../probes/zones.ts";
import type { Store } from "../store/port.ts";
import { drillHistory } from "./history.ts";

export type ReadinessOptions = {
  readonly store: Pick<Store, "events" | "nextIndex">;
  readonly clock: Pick<Clock, "now">;
  readonly card: () => Pick<PartyCard, "party" | "timeZone">;
  readonly terminals: () => Identity["terminals"];
  /** Null where this station makes no drills; resolves with null where the drill was given up. */
  readonly drillNow: ((link: IdText) => Promise<unknown>) | null;
  readonly isLink: (link: IdText) => boolean;
  /** Whether a signed-in officer sits there. */
  readonly isOfficer: (seat: Seat) => boolean;
  readonly hub: Pick<Hub, "tellSeat" | "refuse">;
  readonly report: (error: ParleyError) => void;
};

export type Readiness = {
  readonly hear: (
    seat: Seat,
    message: Extract<FromTerminal, { type: "drillHistory" | "drillReport" | "drillNow" }>,
  ) => Promise<void>;
};

export function readinessFor(options: ReadinessOptions): Readiness {
  const { hub, card } = options;
  let offsets: { readonly zone: string; readonly at: OffsetAt } | null = null;
  /** A zone that this machine does not know is read as UTC. */
  const offsetAt: OffsetAt = (at) => {
    const zone = card().timeZone;
    if (offsets?.zone !== zone) offsets = { zone, at: offsetsOf(zone) ?? (() => 0) };
    return offsets.at(at);
  };
  const history = drillHistory({
    store: options.store,
    clock: options.clock,
    us: () => new Uint8Array(card().party),
    terminalName: (terminal) => options.terminals().get(terminal)?.name ?? null,
    zone: () => card().timeZone,
    offsetAt,
  });
  return {
    hear: async (seat, message) => {
      if (!options.isOfficer(seat)) return hub.refuse(seat, "OFFICER_UNPROVEN");
      if (message.type === "drillNow") {
        const refused = await startDrill(options, message.link);
        if (refused !== null) hub.refuse(seat, refused);
        return;
      }
      const answer =
        message.type === "drillHistory"
          ? await history.page(message.link, message.before)
          : await history.report(message.index);
      if (answer.ok) hub.tellSeat(seat, answer.value);
      else options.report(answer.error);
    },
  };
}

/** Null where it was held; how it came out is told to everybody as every drill's end is. */
async function startDrill(options: ReadinessOptions, link: IdText): Promise<ErrorCode | null> {
  if (options.drillNow === null) return "DRILLS_OFF";
  if (!options.isLink(link)) return "LINK_UNKNOWN";
  return (await options.drillNow(link)) === null ? "DRILL_GIVEN_UP" : null;
}
