import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

describe("config", () => {
  it("an empty file gives every default", () => {
    const read = readConfig("{}");
    expect(read.ok && read.value.call.epochSeconds).toBe(300);
    expect(read.ok && read.value.turn.use).toBe("builtIn");
  });
  it("an unknown setting refuses to start and is named", () => {
    expect(readConfig('{"call":{"epochMinutes":5}}')).toMatchObject({
      ok: false,
      error: { code: "CONFIG_WRONG", detail: "call.epochMinutes is no setting of Parley's" },
    });
  });
  it("a renamed setting refuses to start and names the new one", () => {
    expect(readConfig('{"call":{"rekey":5}}', { "call.rekey": "call.epochSeconds" })).toMatchObject({
      ok: false,
      error: { code: "CONFIG_WRONG", detail: "call.rekey is now called call.epochSeconds" },
    });
  });
  it("a value outside its range is named with its path", () => {
    expect(readConfig('{"call":{"epochSeconds":301}}')).toMatchObject({ ok: false, error: { code: "CONFIG_WRONG" } });
    expect(readConfig("{").ok).toBe(false);
    expect(readConfig("[]").ok).toBe(false);
  });
});
