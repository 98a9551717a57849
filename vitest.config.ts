import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "*.test.ts",
      "scripts/**/*.test.ts",
      "packages/**/*.test.ts",
      "apps/**/*.test.ts",
      "apps/**/*.test.tsx",
      "sim/**/*.test.ts",
      "bench/**/*.test.ts",
    ],
    testTimeout: 30_000,
  },
});
