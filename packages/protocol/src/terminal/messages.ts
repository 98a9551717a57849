// The two closed unions of everything that crosses between a terminal and its station, and their reading.
import { type Result, fail, ok } from "@parley/base/result";
import { z } from "zod/v4";
import { type ParleyError, problem } from "../errorCodes.ts";
import { maxTerminalMessageBytes } from "../limits.ts";
import { alarmToTerminal } from "./alarm.ts";
import { callFromTerminal, callToTerminal } from "./call.ts";
import { checkToTerminal } from "./check.ts";
import { consoleFromTerminal, consoleToTerminal } from "./console.ts";
import { drillFromTerminal, drillToTerminal } from "./drill.ts";
import { peopleToTerminal } from "./people.ts";
import { drillHistoryFromTerminal, drillHistoryToTerminal } from "./drillHistory.ts";
import { selfTestFromTerminal, selfTestToTerminal } from "./selfTest.ts";
import { sessionFromTerminal, sessionToTerminal } from "./session.ts";

export const fromTerminalSchema = z.discriminatedUnion("type", [
  ...sessionFromTerminal,
  ...callFromTerminal,
  ...consoleFromTerminal,
  ...drillFromTerminal,
  ...drillHistoryFromTerminal,
  ...selfTestFromTerminal,
]);
export type FromTerminal = z.infer<typeof fromTerminalSchema>;

export const toTerminalSchema = z.discriminatedUnion("type", [
  ...sessionToTerminal,
  ...callToTerminal,
  ...consoleToTerminal,
  ...checkToTerminal,
  ...drillToTerminal,
  ...alarmToTerminal,
  ...peopleToTerminal,
  ...drillHistoryToTerminal,
  ...selfTestToTerminal,
]);
export type ToTerminal = z.infer<typeof toTerminalSchema>;

/** A union's message types, each of which may stand for several. */
type Union<T> = z.ZodType<T> & { readonly options: readonly { readonly shape: { readonly type: z.ZodType } }[] };

/** What a message says, as far as any message does. */
const typed = z.object({ type: z.string().max(64) });

function read<T>(schema: Union<T>, text: string): Result<T | null, ParleyError> {
  if (text.length > maxTerminalMessageBytes) return fail(problem("MESSAGE_TOO_LARGE", `${text.length} characters`));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail(problem("MESSAGE_MALFORMED", "not JSON"));
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const { data } = typed.safeParse(json);
  const known = data === undefined || schema.options.some(({ shape }) => shape.type.safeParse(data.type).success);
  return known ? fail(problem("MESSAGE_MALFORMED", z.prettifyError(parsed.error).slice(0, 300))) : ok(null);
}

/** What a terminal said, or why it cannot be understood; null for a message of a type that only a newer page knows ([WS6]). */
export const readFromTerminal = (text: string): Result<FromTerminal | null, ParleyError> =>
  read(fromTerminalSchema, text);

/** What the station said, or why it cannot be understood; null for a message of a type that only a newer station knows ([WS6]). */
export const readToTerminal = (text: string): Result<ToTerminal | null, ParleyError> => read(toTerminalSchema, text);
