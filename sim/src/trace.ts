// What happened in a world, as lines: a running hash of all of them, which two runs of a seed must share, and the last ones
// for whoever has to find out what went wrong. No line holds a key, a signature or anything made of one.
import { hash } from "node:crypto";
import type { Ms } from "@parley/base/time";

export type Trace = {
  readonly note: (line: string) => void;
  /** Of all lines so far; 16 hex digits. */
  readonly hash: () => string;
  readonly last: (count: number) => readonly string[];
};

const kept = 4000;

export function makeTrace(now: () => Ms, all: boolean): Trace {
  let lines: string[] = [];
  let fresh: string[] = [];
  let sum = "";
  const fold = (): void => {
    sum = hash("sha256", `${sum}\n${fresh.join("\n")}`, "hex");
    lines = [...lines, ...fresh].slice(all ? 0 : -kept);
    fresh = [];
  };
  return {
    note: (line) => {
      fresh.push(`${stamp(now())} ${line}`);
      if (fresh.length >= 256) fold();
    },
    hash: () => {
      fold();
      return sum.slice(0, 16);
    },
    last: (count) => {
      fold();
      return lines.slice(-count);
    },
  };
}

/** Days, then hours to milliseconds. */
function stamp(at: Ms): string {
  const day = Math.floor(at / 86_400_000);
  return `${day}d${new Date(at % 86_400_000).toISOString().slice(11, 23)}`;
}
