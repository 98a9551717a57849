import { describe, expect, it } from "vitest";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { ms } from "@parley/base/time";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import { readFromTerminal } from "@parley/protocol/terminal/messages";
import type { RoomProbe } from "../media/roomProbe.ts";
import type { Facts } from "../model/facts.ts";
import { makeSelfTest } from "./selfTest.ts";

const due = { type: "selfTestDue", test: "A".repeat(22), kiosk: "kiosk" } as const;
const settled = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) await Promise.resolve();
};
const picture = { is: "good", mean: 90.4, spread: 20, moved: 300, pictures: 10 } as const;
const chirp = { above: 28, at: 150, level: -52, clipped: 0.0004 } as const;

function terminal(more: Partial<RoomProbe> = {}, permission: "granted" | "due" = "granted") {
  const { clock, pass } = clockByHand();
  const said: FromTerminal[] = [];
  const signals: AbortSignal[] = [];
  let idle = true;
  const test = makeSelfTest({
    clock,
    probe: {
      look: async (_, signal) => {
        signals.push(signal);
        return { at: "open", found: picture };
      },
      listen: async (_, speakers) => ({ at: "open", found: speakers.map(() => chirp) }),
      ...more,
    },
    isIdle: () => idle,
    devices: () => ({ camera: "c", microphone: null, speakers: ["", "s2"] }),
    permission: async () => permission,
    storage: async () => "kept",
    fullscreen: () => "full",
    tell: (message) => {
      said.push(message);
      return true;
    },
  });
  const words = () => said.map((one) => (one.type === "selfTest" ? one.word.at : one.type));
  const use = (to: boolean): void => {
    idle = !to;
    test.look({} as Facts);
  };
  return { test, said, words, pass, use, signals };
}

/** Everything that is in a message, however deep. */
const leaves = (value: unknown): unknown[] =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];

describe("a terminal's test of its own room", () => {
  it("[TS2] says that it began and what was found, in a few verdicts and numbers and nothing else", async () => {
    const at = terminal();
    at.test.begin(due);
    await settled();
    expect(at.words()).toEqual(["began", "over"]);
    const [, over] = at.said;
    expect(over).toMatchObject({ word: { found: { numbers: { grey: 90, above: [28, 28], below: 52, clipped: 0 } } } });
    const text = JSON.stringify(over);
    expect(text.length).toBeLessThan(1200);
    expect(readFromTerminal(text)).toEqual({ ok: true, value: over });
    for (const leaf of leaves(over))
      expect(leaf === null || typeof leaf === "number" || (typeof leaf === "string" && leaf.length <= 22)).toBe(true);
  });

  it("[TS2] a message with anything more in it, a picture or a sound, is refused where it is read", async () => {
    const at = terminal();
    at.test.begin(due);
    await settled();
    const over = JSON.parse(JSON.stringify(at.said[1])) as {
      word: {
        found: { numbers: Record<string, unknown>; results: Record<string, unknown>[] } & Record<string, unknown>;
      };
    };
    const good = JSON.stringify(over);
    const put: ((one: typeof over) => void)[] = [
      (one) => (one.word.found["picture"] = "data:image/png;base64,AAAA"),
      (one) => (one.word.found.numbers["samples"] = [1, 2, 3]),
      (one) => (one.word.found.numbers["grey"] = "AAAA"),
      (one) => (one.word.found.numbers["above"] = Array.from({ length: 100 }, () => 1)),
      (one) => one.word.found.results.push({ part: "camera", outcome: "good", cause: null, note: "AAAA" }),
    ];
    for (const add of put) {
      const bent = JSON.parse(good) as typeof over;
      add(bent);
      expect(readFromTerminal(JSON.stringify(bent)).ok).toBe(false);
    }
    expect(readFromTerminal(good).ok).toBe(true);
  });

  it("[TS5] opens nothing that a person would be asked for, and says that the permission is due", async () => {
    const at = terminal({ listen: () => Promise.reject(new Error("opened")) }, "due");
    at.test.begin(due);
    await settled();
    expect([at.words(), at.signals]).toEqual([["began", "over"], []]);
    expect(JSON.stringify(at.said[1])).toContain("permissionDue");
    expect(at.said[1]).toMatchObject({
      word: { found: { numbers: { grey: null, pictures: 0, above: [], below: null } } },
    });
  });

  it("[TS7] gives way at once to whoever wants the terminal, says so once, and closes the devices", async () => {
    let open: (() => void) | null = null;
    let listened = 0;
    const at = terminal({
      look: async (_, signal) => {
        await new Promise<void>((resolve) => {
          open = resolve;
          signal.addEventListener("abort", () => resolve());
        });
        return { at: "open", found: picture };
      },
      listen: async () => {
        listened += 1;
        return { at: "open", found: [] };
      },
    });
    at.test.begin(due);
    await settled();
    expect(open).not.toBeNull();
    at.use(true);
    expect(at.words()).toEqual(["began", "gaveWay"]);
    at.test.giveWay();
    await settled();
    expect([at.words(), listened]).toEqual([["began", "gaveWay"], 0]);
  });

  it("[TS7] does not begin while the terminal is in use", async () => {
    const at = terminal();
    at.use(true);
    at.test.begin(due);
    await settled();
    expect([at.words(), at.signals]).toEqual([["gaveWay"], []]);
  });

  it("[TS6] tells by how much this page's timers came late at most since the last test", async () => {
    const at = terminal();
    const late = (): unknown => {
      const over = at.said.at(-1);
      return over?.type === "selfTest" && over.word.at === "over" ? over.word.found.numbers.late : null;
    };
    at.pass(ms(60_000));
    at.pass(ms(59_000), 58_000);
    at.test.begin(due);
    await settled();
    expect(late()).toBeGreaterThan(50_000);
    expect(JSON.stringify(at.said.at(-1))).toContain("asleep");
    at.pass(ms(10_000));
    at.test.begin(due);
    await settled();
    expect(late()).toBe(0);
  });
});
