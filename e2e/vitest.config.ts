// Whole calls between real browsers, and the harness that drives them. One file at a time: two browsers and two stations
// already fill two cores, and a starved encoder would be read as a fault of ours.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["src/**/*.test.ts", "src/**/*.e2e.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
