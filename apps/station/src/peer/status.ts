// How a link stands, for the console and the log.
import type { Instant, Ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { SessionState } from "./sessionState.ts";

/** `since` is our wall clock when it became so. `code` is the last thing that went wrong, null when nothing has yet. */
export type LinkStatus =
  | { readonly at: "connected"; readonly since: Instant; readonly version: number; readonly roundTrip: Ms | null }
  | {
      readonly at: "trying";
      readonly since: Instant;
      /** Dials since the link was last up. */
      readonly attempts: number;
      readonly code: ErrorCode | null;
    }
  | { readonly at: "frozen"; readonly since: Instant; readonly code: ErrorCode }
  | { readonly at: "closed"; readonly since: Instant };

export function statusOf(state: SessionState, since: Instant): LinkStatus {
  switch (state.at) {
    case "up":
      return { at: "connected", since, version: state.open.version, roundTrip: state.open.roundTrip };
    case "down":
      return { at: "trying", since, attempts: state.dial.attempt, code: state.code };
    case "frozen":
      return { at: "frozen", since, code: state.code };
    case "closed":
      return { at: "closed", since };
    default:
      return state satisfies never;
  }
}
