// The command line's end of a running station's admin socket.
import { createConnection } from "node:net";
import { join } from "node:path";
import { base64url, fromBase64url } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import {
  type AdminAnswer,
  type AdminCommand,
  adminAnswerSchema,
  adminGreetingSchema,
  adminMessage,
} from "@parley/protocol/terminal/admin";
import { adminSocket } from "./files.ts";
import type { OfficerKey } from "./keys/officerKey.ts";

/** A station's own words about why it did not do what it was asked. */
export type Refusal = Extract<AdminAnswer, { ok: false }>;

/** Asks the station that runs on `dataDir`; signs with `officer` where there is one. STATION_NOT_RUNNING when none answers. */
export function askStation(
  dataDir: string,
  command: AdminCommand,
  officer: OfficerKey | null = null,
): Promise<Result<unknown, ParleyError | Refusal>> {
  return new Promise((resolve) => {
    const socket = createConnection(join(dataDir, adminSocket));
    const lines: string[] = [];
    let text = "";
    socket.on("error", (error) => resolve(fail(problem("STATION_NOT_RUNNING", error.message))));
    socket.on("data", (chunk) => {
      text += chunk.toString();
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        lines.push(text.slice(0, end));
        text = text.slice(end + 1);
        if (lines.length === 1) socket.write(requestFor(lines[0] ?? "", command, officer));
      }
    });
    socket.on("close", () => {
      if (lines.length < 2) return resolve(fail(problem("STATION_NOT_RUNNING", "it hung up")));
      const answer = adminAnswerSchema.safeParse(JSON.parse(lines[1] ?? "null"));
      if (!answer.success) return resolve(fail(problem("MESSAGE_MALFORMED", "the station's answer")));
      return resolve(answer.data.ok ? ok(answer.data.value) : fail(answer.data));
    });
  });
}

function requestFor(greeting: string, command: AdminCommand, officer: OfficerKey | null): string {
  const { nonce } = adminGreetingSchema.parse(JSON.parse(greeting));
  const text = JSON.stringify(command);
  if (officer === null) return `${JSON.stringify({ command: text })}\n`;
  const signature = officer.sign(adminMessage(fromBase64url(nonce) ?? new Uint8Array(0), text));
  return `${JSON.stringify({ command: text, credential: base64url(officer.credential), signature: base64url(signature) })}\n`;
}
