import { describe, expect, it } from "vitest";
import { instant, seconds } from "@parley/base/time";
import type { ServedPort } from "@parley/drill/checkFacts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { settledPorts, sightOf } from "./shownPort.ts";

const port = (fingerprint: string | null, due: string | null): ServedPort => ({
  whose: "theirs",
  port: "station",
  at: "",
  due,
  shown: fingerprint === null ? null : { fingerprint, began: instant(0), ends: instant(1), fits: true },
});

describe("what ports show", () => {
  it("[CK8] is looked at again after 5 s where it is not what it should be, and then counts", async () => {
    const { clock, pass } = clockByHand();
    const looked: string[] = [];
    const showing = (first: string, second: string) => {
      let looks = 0;
      return settledPorts(clock, async () => {
        looked.push(first);
        return [port(looks++ === 0 ? first : second, "new")];
      });
    };
    expect((await showing("new", "old"))[0]?.shown?.fingerprint).toBe("new");
    expect(looked.length).toBe(1);
    for (const second of ["new", "old"]) {
      const settled = showing("old", second);
      await new Promise((resolve) => setImmediate(resolve));
      pass(seconds(5));
      expect((await settled)[0]?.shown?.fingerprint).toBe(second);
    }
    expect(looked.length).toBe(5);
    expect((await settledPorts(clock, async () => [port(null, "new"), port("any", null)])).length).toBe(2);
  });

  it("[CK8] of several addresses one that shows the key is a way in, and a wrong key at any is told", () => {
    expect(sightOf([])).toBe("untried");
    expect(sightOf([port(null, "key")])).toBe("silent");
    expect(sightOf([port(null, "key"), port("key", "key")])).toBe("shown");
    expect(sightOf([port("key", "key"), port("other", "key")])).toBe("other");
  });
});
