import { describe, expect, it } from "vitest";
import { type TerminalId, idText } from "@parley/protocol/ids";
import { roles } from "@parley/protocol/signed/fields";
import { fromTerminalSchema } from "@parley/protocol/terminal/messages";
import type { Terminal } from "../duty/identity/state.ts";
import { mayRehearserSay, rehearserFacts } from "./facts.ts";

const id = (n: number): TerminalId => new Uint8Array(16).fill(n) as TerminalId;
const terminal = (n: number, role: Terminal["role"], at: "enrolled" | "revoked" = "enrolled"): Terminal =>
  ({ id: id(n), role, standing: { at } }) as Terminal;

describe("the station's own browser", () => {
  it("[DR26] may say what a drill needs and keep its credential, and nothing of people's", () => {
    const types = fromTerminalSchema.options.flatMap(({ shape: { type } }) =>
      "options" in type ? type.options : [type.value],
    );
    expect(types.length).toBeGreaterThan(15);
    const may = types.filter((type) => mayRehearserSay({ type } as Parameters<typeof mayRehearserSay>[0]));
    expect(may.toSorted()).toEqual(["drill", "drillLeft", "drillReload", "drillable", "found", "renew"]);
  });

  it("[DR25] is wanted while no desk is open, also where consoles are, and as long as a drill is held at it", () => {
    for (const role of roles) {
      const on = new Set([idText(id(2))]);
      const of = (engaged: readonly string[], at: "enrolled" | "revoked" = "enrolled") =>
        rehearserFacts({
          terminals: () => [terminal(1, "probe"), terminal(2, role, at)],
          isOn: (one) => on.has(one),
          engaged: () => engaged,
        });
      const standsInFor = role !== "dutyOfficer" && role !== "probe";
      expect([role, of([]).isWanted()]).toEqual([role, !standsInFor]);
      expect(of([idText(id(1))]).isWanted()).toBe(true);
      expect(of([idText(id(2))]).isWanted()).toBe(!standsInFor);
      expect(of([], "revoked").isWanted()).toBe(true);
    }
    const none = rehearserFacts({ terminals: () => [terminal(1, "principal")], isOn: () => false, engaged: () => [] });
    expect([none.isEnrolled(), none.isOnline(), none.isWanted()]).toEqual([false, false, true]);
  });
});
