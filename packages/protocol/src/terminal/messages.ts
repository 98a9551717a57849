// The two closed unions of everything that crosses between a terminal and its station, and their reading.
import { type Result, fail, ok } from "@parley/base/result";
import { z } from "zod/v4";
import { type ParleyError, problem } from "../errorCodes.ts";
import { maxTerminalMessageBytes } from "../limits.ts";
import { callFromTerminal, callToTerminal } from "./call.ts";
import { consoleFromTerminal, consoleToTerminal } from "./console.ts";
import { sessionFromTerminal, sessionToTerminal } from "./session.ts";

export const fromTerminalSchema = z.discriminatedUnion("type", [
  ...sessionFromTerminal,
  ...callFromTerminal,
  ...consoleFromTerminal,
]);
export type FromTerminal = z.infer<typeof fromTerminalSchema>;

export const toTerminalSchema = z.discriminatedUnion("type", [
  ...sessionToTerminal,
  ...callToTerminal,
  ...consoleToTerminal,
]);
export type ToTerminal = z.infer<typeof toTerminalSchema>;

function read<T>(schema: z.ZodType<T>, text: string): Result<T, ParleyError> {
  if (text.length > maxTerminalMessageBytes) return fail(problem("MESSAGE_TOO_LARGE", `${text.length} characters`));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail(problem("MESSAGE_MALFORMED", "not JSON"));
  }
  const parsed = schema.safeParse(json);
  return parsed.success
    ? ok(parsed.data)
    : fail(problem("MESSAGE_MALFORMED", z.prettifyError(parsed.error).slice(0, 300)));
}

/** What a terminal said, or why it cannot be understood. */
export const readFromTerminal = (text: string): Result<FromTerminal, ParleyError> => read(fromTerminalSchema, text);

/** What the station said, or why it cannot be understood. */
export const readToTerminal = (text: string): Result<ToTerminal, ParleyError> => read(toTerminalSchema, text);
