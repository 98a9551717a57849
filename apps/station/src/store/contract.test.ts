// Registers the storage contract for every engine.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certain } from "@parley/base/result";
import { storageContract } from "./contract.ts";
import { memoryDisk, openMemory } from "./memory.ts";
import { openSqlite } from "./sqlite.ts";

storageContract("memory", () => {
  const disk = memoryDisk();
  return Promise.resolve({ open: () => Promise.resolve(openMemory(disk)), remove: () => Promise.resolve() });
});

storageContract("SQLite", async () => {
  const dir = await mkdtemp(join(tmpdir(), "parley-store-"));
  return { open: async () => certain(await openSqlite(join(dir, "data"))), remove: () => rm(dir, { recursive: true }) };
});
