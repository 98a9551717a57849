// Whole calls between real browsers, and the harness that drives them. Half of the time they wait: for a page, a ring, a second of
// sound. So two files run beside each other, and a third would be one too many for two cores; those that judge by the clock how a
// picture came through have the machine alone.
import { defineConfig } from "vitest/config";
import { longestFirst } from "../scripts/longestFirst.ts";
import { cheapSeals } from "./src/harness/cheapSeals.ts";
import { constantsPlugin } from "./src/harness/constants.ts";

const alone = ["longCall", "narrow", "path", "drill", "hostile/hostile"].map((name) => `src/${name}.e2e.ts`);

const longest = ["ring", "rehearser", "turn", "devices", "desks", "views/everyState", "killed", "people", "alarms"];

const shared = { root: import.meta.dirname, testTimeout: 120_000, hookTimeout: 120_000 };
const plugins = [constantsPlugin(cheapSeals)];

export default defineConfig({
  test: {
    sequence: {
      sequencer: longestFirst([...longest.map((name) => `src/${name}.e2e.ts`), "src/frames/frames.test.ts"]),
    },
    projects: [
      {
        plugins,
        test: {
          ...shared,
          name: "together",
          include: ["src/**/*.test.ts", "src/**/*.e2e.ts"],
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins,
        test: { ...shared, name: "alone", include: alone, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
