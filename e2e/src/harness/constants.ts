// Other values for constants of the product, put into its source as a test builds a terminal or starts a station: counters that
// begin near their limits, credentials that live for seconds. The product reads no such value from anywhere, so no setting and
// no message reaches what a test changes here.
import { join } from "node:path";
import type { Plugin } from "vite";
import type { PartyPlan } from "../../../scripts/demoParties.ts";

/** By file from the root of the checkout: names of its constants, and the expressions that take the place of theirs. */
export type Constants = Readonly<Record<string, Readonly<Record<string, string>>>>;

const root = join(import.meta.dirname, "..", "..", "..");

/** `source` of the file at `path` with those constants; null where nothing in it changes. A constant that is not there throws. */
export function withConstants(constants: Constants, path: string, source: string): string | null {
  const [, values] = Object.entries(constants).find(([file]) => join(root, file) === path) ?? [];
  if (values === undefined) return null;
  let text = source;
  for (const [name, value] of Object.entries(values)) {
    const declared = new RegExp(`(\\bconst ${name}(?:: \\w+)? = )[^;]+;`);
    if (!declared.test(text)) throw new Error(`${path} declares no constant ${name}`);
    text = text.replace(declared, (_, head: string) => `${head}${value};`);
  }
  return text;
}

/** For the bundles of a terminal. */
export const constantsPlugin = (constants: Constants): Plugin => ({
  name: "test-constants",
  enforce: "pre",
  transform: (source, id) => withConstants(constants, id, source),
});

/** The command line that starts a Node program with those constants, as `spawn` takes it. */
const commandWith = (constants: Constants, command: string, args: readonly string[]): [string, readonly string[]] => [
  "env",
  [
    `${constantsVariable}=${JSON.stringify(constants)}`,
    command,
    "--import",
    join(import.meta.dirname, "constants.preload.ts"),
    ...args,
  ],
];

/** Where stations run with those constants, as startParties takes it: on this machine. They are asked for at each start. */
export const stationsWith = (constants: () => Constants, ...more: readonly string[]): NonNullable<PartyPlan["at"]> => ({
  address: "127.0.0.1",
  command: (command, args) => {
    const [name, all] = commandWith(constants(), command, args);
    return [name, [...all, ...more]];
  },
});

export const constantsVariable = "PARLEY_TEST_CONSTANTS";
