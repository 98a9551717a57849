// Whole calls between real browsers, and the harness that drives them. Most of the time they wait: for a page, a ring, a second of
// sound. So two files run beside each other; those that judge by the clock how a picture came through have the machine alone.
import { defineConfig } from "vitest/config";

const alone = ["longCall", "narrow", "path", "drill", "hostile/hostile"].map((name) => `src/${name}.e2e.ts`);

const shared = { root: import.meta.dirname, testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
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
        test: { ...shared, name: "alone", include: alone, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
