import { callFromTerminal, callToTerminal } from "./call.ts";
import { consoleFromTerminal, consoleToTerminal } from "./console.ts";
import { sessionFromTerminal, sessionToTerminal } from "./session.ts";
import { drillPayload } from "../peer/drill.ts";
import { callPayload } from "../peer/call.ts";
import { decode, encode } from "@parley/base/codec";
import type { CallId, TerminalId } from "../ids.ts";
import { describe, expect, it } from "vitest";
import { z } from "zod/v4";
import { readFromTerminal, readToTerminal } from "./messages.ts";

const call = "AAAAAAAAAAAAAAAAAAAAAA";
const line = { type: "line", link: call, line: { at: "idle" }, now: 1, names: [], missed: null };
const bytes = new Uint8Array(16);

describe("a drill's words", () => {
  it("[DR2] to a page or station that knows no drills they are of no type, whatever call's word is inside", () => {
    const older = [
      z.discriminatedUnion("type", [...sessionToTerminal, ...callToTerminal, ...consoleToTerminal]),
      z.discriminatedUnion("type", [...sessionFromTerminal, ...callFromTerminal, ...consoleFromTerminal]),
    ];
    const words = [
      { type: "drill", message: line },
      { type: "drillPlan", call, ringFor: 1, talkFor: 1 },
      { type: "drill", message: { type: "answer", call } },
      { type: "drillable", at: "idle", browser: "Chromium 141" },
    ];
    for (const word of words) for (const schema of older) expect(schema.safeParse(word).success).toBe(false);
    expect(readToTerminal(JSON.stringify(words[0]))).toMatchObject({ ok: true, value: { type: "drill" } });
    expect(readFromTerminal(JSON.stringify(words[2]))).toMatchObject({ ok: true, value: { type: "drill" } });
  });

  it("[DR2] between stations a call's word that is wrapped is no call's word, and none is read out of another's wrapping", () => {
    const ring = {
      type: "ring" as const,
      call: bytes as CallId,
      caller: { terminal: bytes as TerminalId, name: "Desk" },
      generations: [0],
    };
    const wrapped = encode(drillPayload, { type: "call", message: ring });
    expect(decode(drillPayload, wrapped)).toEqual({ ok: true, value: { type: "call", message: ring } });
    expect(decode(callPayload, wrapped)).not.toMatchObject({ ok: true, value: ring });
    expect(decode(drillPayload, encode(callPayload, ring))).not.toMatchObject({ ok: true, value: { message: ring } });
  });
});
