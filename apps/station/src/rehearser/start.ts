// The browser that rehearses, as a station's settings want it: none where they name none.
import { join } from "node:path";
import type { Clock } from "@parley/base/time";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Config } from "../config.ts";
import { rehearserFolder } from "../files.ts";
import { findBrowser, launchChromium } from "./chromium.ts";
import type { RehearserFacts } from "./facts.ts";
import { type Rehearser, superviseRehearser } from "./rehearser.ts";

export type StartRehearserOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly facts: RehearserFacts;
  readonly report: (error: ParleyError) => void;
};

/** Null where the settings want none. A browser that is not there is reported, and looked for anew when one is to be enrolled. */
export function startRehearser({ config, dataDir, clock, facts, report }: StartRehearserOptions): Rehearser | null {
  const { use, browser: wanted } = config.drills;
  if (use === "off" || wanted === null) return null;
  return superviseRehearser({
    clock,
    launch: (address) => {
      const path = findBrowser(wanted);
      if (path === null) throw new Error(`no browser at ${wanted === "auto" ? "any known place" : wanted}`);
      return launchChromium(
        { path, profile: join(dataDir, rehearserFolder), clock, more: config.drills.browserArguments },
        address,
      );
    },
    address: `${config.web.origin}/desk`,
    ...facts,
    onAway: (why) => report(problem("REHEARSER_AWAY", why)),
  });
}

/** Whether one could be enrolled now. REHEARSER_OFF. */
export const refuseWithoutRehearser = (rehearser: Rehearser | null): Result<Rehearser, ParleyError> =>
  rehearser === null ? fail(problem("REHEARSER_OFF")) : ok(rehearser);
