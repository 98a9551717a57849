// The documents that say what the code does are held against it, both ways.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { metricsPage } from "./apps/station/src/metrics/table.ts";
import { callTable } from "@parley/call/table";
import { errorTable } from "@parley/protocol/errorCodes";
import { describe, expect, it } from "vitest";
import { errorsPage } from "./scripts/docs.ts";

const root = import.meta.dirname;
const read = (path: string): string => readFileSync(join(root, path), "utf8");

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (["node_modules", "dist", "target"].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

/** Rules that hold by reading and have no test with their name yet; the list may only get shorter. */
const due: ReadonlySet<string> = new Set();

describe("documents", () => {
  it("docs/ERRORS.md is the error table, no more and no less (npm run docs writes it)", () => {
    expect(read("docs/ERRORS.md")).toBe(errorsPage(errorTable));
  });

  it("[AL12] docs/METRICS.md is the table of metrics, no more and no less (npm run docs writes it)", () => {
    expect(read("docs/METRICS.md")).toBe(metricsPage());
  });

  it("ARCHITECTURE.md draws the call's machine as it is", () => {
    expect(read("ARCHITECTURE.md")).toContain(callTable());
  });

  it("every rule of docs/spec has a test that names it, and every tag in a test's title is a rule", () => {
    const rules = new Set<string>();
    for (const path of files("docs/spec")) {
      for (const [, tag] of read(path).matchAll(/^(?:[-*] |#+ |\| )?\*{0,2}([A-Z]{2}\d+)\b/gm)) rules.add(tag ?? "");
    }
    const tags = new Set<string>();
    for (const folder of ["packages", "apps", "sim", "e2e", "bench"]) {
      for (const path of files(folder)) {
        if (!/\.(test|e2e)\.tsx?$|contract\.ts$/.test(path)) continue;
        for (const [, inside] of read(path).matchAll(/\[((?:[A-Z]{2}\d+[\s,]*)+)\]/g)) {
          for (const [tag] of (inside ?? "").matchAll(/[A-Z]{2}\d+/g)) tags.add(tag);
        }
      }
    }
    expect([...tags].filter((tag) => !rules.has(tag)).toSorted()).toEqual([]);
    expect([...rules].filter((rule) => !tags.has(rule) && !due.has(rule)).toSorted()).toEqual([]);
    expect([...due].filter((rule) => tags.has(rule) || !rules.has(rule)).toSorted()).toEqual([]);
  });
});
