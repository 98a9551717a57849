import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { constantsPlugin } from "./e2e/src/harness/constants.ts";
import { cheapSeals } from "./e2e/src/harness/cheapSeals.ts";
import { longestFirst } from "./scripts/longestFirst.ts";

/** What holds the cost of a passphrase itself. */
const keys = ["apps/station/src/keys/**/*.test.ts"];

// The files of one worker share its modules: a fifth of the time went into loading them anew for each file. So a test puts back
// what it changes of the process, and no module keeps what another file could find.
const shared = { testTimeout: 30_000, isolate: false, maxWorkers: availableParallelism() };

export default defineConfig({
  test: {
    sequence: {
      sequencer: longestFirst([
        "sim/src/sim.test.ts",
        "checks/checks.test.ts",
        "checks/fullDisk.test.ts",
        "store/kill.test.ts",
        "peer/middle.test.ts",
        "station/src/rekeyLink.test.ts",
        "sim/src/firstUse.test.ts",
        "cli/src/commands.test.ts",
        "turn/streams.test.ts",
        "station/src/lostWord.test.ts",
        "station/src/openAlarms.test.ts",
        "station/src/fullDisk.test.ts",
        "relay/trial.test.ts",
      ]),
    },
    projects: [
      {
        plugins: [constantsPlugin(cheapSeals)],
        test: {
          ...shared,
          name: "units",
          include: [
            "*.test.ts",
            "scripts/**/*.test.ts",
            "packages/**/*.test.ts",
            "apps/**/*.test.ts",
            "apps/**/*.test.tsx",
            "sim/**/*.test.ts",
            "bench/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", ...keys],
        },
      },
      { test: { ...shared, name: "keys", include: keys } },
    ],
  },
});
