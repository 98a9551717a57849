// A way of alarms to persons beside the consoles, as the runner uses it; ../ways has the real ones.
import type { Rank } from "@parley/protocol/alarmKinds";
import type { What } from "../duty/alarms/port.ts";
import type { Delivery } from "../duty/alarms/queue.ts";

/** How a delivery ended: why not, for people, or null. */
export type Sent = string | null;

export type Way = {
  readonly name: string;
  readonly to: "first" | "second";
  /** What is less grave than this does not go there. */
  readonly least: Rank;
  /** What is not in here is not said there. */
  readonly says: readonly What[];
  /** Takes a bounded time and never rejects. `trial`: nothing is wrong, somebody tries the way. */
  readonly send: (what: Pick<Delivery, "id" | "what" | "to" | "alarm" | "at"> | "trial") => Promise<Sent>;
};
