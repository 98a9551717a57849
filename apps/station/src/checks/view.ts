// What terminals are told of the checks of every line.
import type { Instant } from "@parley/base/time";
import { standsOf } from "@parley/drill/horizon";
import { maxCheckFindings, maxDated } from "@parley/protocol/limits";
import type { LineCheck } from "@parley/protocol/terminal/check";
import type { CheckShown } from "../run/checksRun.ts";

export const lineChecks = (shown: readonly CheckShown[], now: Instant): LineCheck[] =>
  shown.map(({ link, at, findings, horizon, dated }) => ({
    link,
    at,
    findings: findings.slice(0, maxCheckFindings).map((it) => ({ ...it })),
    horizon:
      horizon === null
        ? null
        : { what: horizon.what, name: horizon.name, whose: horizon.whose, at: Math.max(0, horizon.ends) },
    dated: dated.slice(0, 2 * maxDated).map((it) => ({
      what: it.what,
      name: it.name,
      whose: it.whose,
      at: Math.max(0, it.ends),
      stands: standsOf(it, now),
    })),
  }));
