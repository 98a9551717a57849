import { describe, expect, it } from "vitest";
import { maxTerminalMessageBytes } from "../limits.ts";
import { fromTerminalSchema, readFromTerminal, readToTerminal, toTerminalSchema } from "./messages.ts";

const call = "AAAAAAAAAAAAAAAAAAAAAA";

describe("what terminals and their station say", () => {
  it("[WS6] a type that a newer build has is nothing to an older one, whatever else is in it; so is a field", () => {
    for (const read of [readFromTerminal, readToTerminal]) {
      expect(read(JSON.stringify({ type: "weather", call, wind: { from: ["north"] } }))).toEqual({
        ok: true,
        value: null,
      });
      expect(read(JSON.stringify({ type: "__proto__" }))).toEqual({ ok: true, value: null });
    }
    const said = { type: "hangUp", call, tone: "warm" };
    expect(readFromTerminal(JSON.stringify(said))).toEqual({ ok: true, value: { type: "hangUp", call } });
  });

  it("[WS4] what is no message at all, or is of a known type and not what that must be, is malformed", () => {
    const wrong = ["", "{", "null", "[]", "7", '"hello"', "{}", '{"type":7}', `{"type":"${"x".repeat(65)}"}`];
    for (const read of [readFromTerminal, readToTerminal])
      for (const text of wrong)
        expect([text, read(text)]).toMatchObject([text, { ok: false, error: { code: "MESSAGE_MALFORMED" } }]);
    const bent = [{ type: "hangUp" }, { type: "hangUp", call: "short" }, { type: "act", act: { do: "weather" } }];
    for (const message of bent) expect(readFromTerminal(JSON.stringify(message)).ok).toBe(false);
    expect(readToTerminal(JSON.stringify({ type: "links", links: [{}] })).ok).toBe(false);
    const long = `{"type":"weather","text":"${"x".repeat(maxTerminalMessageBytes)}"}`;
    expect(readFromTerminal(long)).toMatchObject({ ok: false, error: { code: "MESSAGE_TOO_LARGE" } });
  });

  it("[WS6] every type of both unions is known: none of them is taken for a newer build's", () => {
    for (const [schema, read] of [
      [fromTerminalSchema, readFromTerminal],
      [toTerminalSchema, readToTerminal],
    ] as const) {
      const types = schema.options.flatMap(({ shape: { type } }) =>
        "options" in type ? type.options : [...type.values],
      );
      expect(types.length).toBeGreaterThan(10);
      for (const type of types) {
        const empty = read(JSON.stringify({ type }));
        expect([type, empty.ok && empty.value === null]).toEqual([type, false]);
      }
    }
  });
});
