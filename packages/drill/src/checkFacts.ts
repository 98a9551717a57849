// What a check of a line is judged from: what each side says of itself, what each saw of the other, the two-way time, and what was
// remembered from before. Read at one moment by the station (run/checksRun); nothing in here is a judgement.
import type { Instant, Ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { RelayVerdict, SeenPlace, StationReport, StationSeen } from "@parley/protocol/peer/check";
import type { DatedItem } from "./horizon.ts";

/** Our clock minus theirs lies within `uncertainty` of `-offset`: `offset` is how far theirs is ahead of ours. */
export type TwoWay = { readonly offset: Ms; readonly uncertainty: Ms; readonly roundTrip: Ms };

/** What a port that shows a certificate showed; `due`: what it should show, null where only the dates can be judged. */
export type ServedPort = {
  readonly whose: "ours" | "theirs";
  readonly port: "web" | "turnTls" | "station";
  readonly at: string;
  readonly shown: {
    readonly fingerprint: string;
    readonly began: Instant;
    readonly ends: Instant;
    /** Whether it is for the name under which it was asked for; true where no name matters. */
    readonly fits: boolean;
  } | null;
  readonly due: string | null;
};

/** What a side says of itself, as far as it is judged. */
export type SideFacts = Pick<
  StationReport,
  "program" | "runtime" | "zoneData" | "versions" | "clock" | "zones" | "disk" | "counters" | "relays"
>;

/** Of what a station holds itself: its files of certificates and keys, its record. */
export type OwnFault = {
  readonly code: Extract<ErrorCode, "CHECK_CERTIFICATE_UNFIT" | "CHECK_KEY_UNUSABLE" | "CHECK_RECORD_BROKEN">;
  readonly about: string;
};

export type CheckFacts = {
  readonly now: Instant;
  readonly link: {
    readonly up: boolean;
    /** The last thing that went wrong on it. */
    readonly code: ErrorCode | null;
    /** Whether any other line of ours is up; null where there is none. */
    readonly othersUp: boolean | null;
  };
  /** Generations of the link's secret that a call may use. */
  readonly secrets: number;
  /** Null where nothing came back. */
  readonly time: TwoWay | null;
  /** How far the clocks of other linked stations are ahead of ours. */
  readonly others: readonly Pick<TwoWay, "offset" | "uncertainty">[];
  readonly ours: SideFacts;
  /** Null where they did not answer. */
  readonly theirs: SideFacts | null;
  /** What our station found wrong with what it holds, and nobody else can see; `about` names a file. */
  readonly faults: readonly OwnFault[];
  readonly served: readonly ServedPort[];
  /** What we found at their relay, and what they last said they found at ours; null where nobody looked. */
  readonly weSaw: readonly SeenPlace[] | null;
  readonly theySaw: readonly SeenPlace[] | null;
  /** How our port for stations looked to them; `untried` where nobody looked. */
  readonly ourStation: StationSeen;
  /** Since when each side is other than it was when the line was last rehearsed; null where it is not. */
  readonly changed: { readonly ours: Instant | null; readonly theirs: Instant | null };
  readonly dated: readonly DatedItem[];
};

/** A transport of one side's relay as that side finds it, and as the other does. */
export type RelayLook = {
  readonly own: RelayVerdict;
  readonly far: RelayVerdict;
  /** Whether the station of a third party gets through to it. */
  readonly others: boolean;
};
