// From who this browser is to its station, as the session knows it, to what the screens say of that.
import type { Instant } from "@parley/base/time";
import type { EnrolmentFacts } from "../model/facts.ts";
import type { Standing } from "./stationSession.ts";

const entries: Readonly<Record<string, Extract<EnrolmentFacts, { at: "none" }>["entry"]>> = {
  ID_CODE_EXPIRED: "expiredCode",
  ID_CODE_USED: "usedCode",
};

export function enrolmentOf(standing: Standing, now: Instant): EnrolmentFacts {
  switch (standing.at) {
    case "unknown":
      return { at: "unknown" };
    case "none":
      return { at: "none", entry: standing.refusal === null ? "asking" : (entries[standing.refusal] ?? "wrongCode") };
    case "asking":
      return { at: "none", entry: "sending" };
    case "waiting":
      return { at: "waiting", terminal: standing.terminal, compare: standing.compare, since: now };
    case "enrolled":
      return { at: "enrolled" };
  }
  return standing satisfies never;
}
