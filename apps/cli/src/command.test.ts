import { certain } from "@parley/base/result";
import { describe, expect, it } from "vitest";
import { type Command, readArguments } from "./command.ts";

const command = {
  options: {
    party: { value: "ID", help: "whose" },
    csv: { value: "FILE", help: "where to" },
    now: { help: "at once" },
  },
  words: 2,
} as unknown as Command;

const read = (...args: string[]) => readArguments(command, args);

describe("the arguments of a command", () => {
  it("[CL2] an id that begins with a dash, as one in 64 does, is the value of the option before it", () => {
    for (const id of ["-Qx_7", "--x7Q", "-"]) {
      const given = certain(read("a.record", "--party", id, "--now", "b.record"));
      expect([given.value("party"), given.has("now"), given.words]).toEqual([id, true, ["a.record", "b.record"]]);
    }
  });

  it("[CL2] an option is no value, and what is not known is refused", () => {
    for (const args of [
      ["--party", "--now"],
      ["--party", "--csv=x"],
      ["--party"],
      ["--nwo"],
      ["--now", "-x"],
      ["a", "b", "c"],
    ])
      expect(read(...args)).toMatchObject({ ok: false, error: { code: "COMMAND_UNKNOWN" } });
  });
});
