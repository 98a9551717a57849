// What terminals are told of the checks of every line.
import { maxCheckFindings } from "@parley/protocol/limits";
import type { LineCheck } from "@parley/protocol/terminal/check";
import type { CheckShown } from "../run/checksRun.ts";

export const lineChecks = (shown: readonly CheckShown[]): LineCheck[] =>
  shown.map(({ link, at, findings, horizon }) => ({
    link,
    at,
    findings: findings.slice(0, maxCheckFindings).map((it) => ({ ...it })),
    horizon:
      horizon === null
        ? null
        : { what: horizon.what, name: horizon.name, whose: horizon.whose, at: Math.max(0, horizon.ends) },
  }));
