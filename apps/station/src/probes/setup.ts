// What a station runs, as one hash: its program, its Node, its pages and its settings. It says only whether something is other than
// it was, and gives nothing away: secrets and places of databases are left out ([CK9] of docs/spec/check.md).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "@parley/base/bytes";
import { type Digest, sha256Of } from "@parley/protocol/signed/hash";
import type { Config } from "../config.ts";

/** The version of this program, from its own package. */
export const program = (
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8")) as {
    readonly version: string;
  }
).version;

export const runtime = `Node ${process.versions.node}`;

/** As "2026a"; empty where this Node does not say. */
export const zoneData = process.versions["tz"] ?? "";

export function setupOf(config: Config, manifest: string): Digest {
  const { database, turn } = config;
  // Whom alarms reach, and who reads metrics, has no part in whether a call works, and is full of secrets.
  const told = {
    ...config,
    turn: { ...turn, secret: turn.secret !== null },
    database: database !== null,
    alarms: null,
    metrics: null,
  };
  return sha256Of(utf8(JSON.stringify([program, runtime, manifest, told])));
}
