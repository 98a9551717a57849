// `parley status`: what the running station knows, at a glance.
import { ok } from "@parley/base/result";
import { type ErrorCode, errorTable } from "@parley/protocol/errorCodes";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import type { OurPeople, TheirPeople } from "@parley/protocol/terminal/people";
import type { Run } from "../command.ts";
import { asking } from "../folder.ts";
import { machineText, ourPeopleText, theirPeopleText } from "../readyWords.ts";
import { rowsOf } from "../show.ts";

type Status = {
  readonly party: { readonly name: string } | null;
  readonly origin: string;
  readonly ports: { readonly web: number; readonly peer: number };
  readonly links: readonly {
    readonly party: string;
    readonly since: number;
    readonly used: number | null;
    readonly reachable: { readonly up: boolean; readonly since: number };
    readonly connection: { readonly at: string; readonly code?: string | null } | null;
    readonly line: string;
    readonly generations: readonly number[];
    readonly record: { readonly theyCosigned: number; readonly stopped: ErrorCode | null };
    readonly secret: "good" | "mustRekey" | "wordsDue";
    readonly machine: LineDrills | null;
    readonly people: TheirPeople | null;
    readonly check: {
      readonly at: number | null;
      readonly findings: readonly {
        readonly say: string;
        readonly cure: string;
        readonly whose: "ours" | "theirs" | "both";
        readonly level: string;
        readonly about: string;
        readonly value: string;
      }[];
    } | null;
  }[];
  readonly terminals: readonly { readonly name: string; readonly online: boolean }[];
  readonly officers: number;
  readonly people: OurPeople | null;
  readonly entries: number;
  readonly log: { readonly health: "good" | "uncertified" | "unreadable" | "broken"; readonly signed: number };
};

/** What is wrong with the record's own keys, as the error table says it; null where they are well. */
const healthCodes = {
  good: null,
  uncertified: "LEDGER_KEY_MISSING",
  unreadable: "SECRET_UNREADABLE",
  broken: "LEDGER_OWN_BROKEN",
} as const satisfies Readonly<Record<Status["log"]["health"], ErrorCode | null>>;

const sentenceOf = (code: ErrorCode): string => `  ${errorTable[code].say} ${errorTable[code].cure}`;

const day = (t: number): string => new Date(t).toISOString().slice(0, 16).replace("T", " ");

export const status: Run = async (given) => {
  const checked = given.has("check") ? await asking(given, { do: "check" }) : ok(null);
  if (!checked.ok) return checked;
  const asked = await asking<Status>(given, { do: "status" });
  if (!asked.ok) return asked;
  const { party, origin, ports, links, terminals, officers, entries, log } = asked.value;
  const linkRows = links.map(({ party: name, reachable, connection, line, used, secret, record }) => [
    `  ${name}`,
    reachable.up
      ? `connected since ${day(reachable.since)}`
      : `not connected (${connection?.code ?? connection?.at ?? "?"})`,
    record.stopped !== null
      ? "stopped: the records contradict each other"
      : secret === "mustRekey"
        ? "must be keyed again (parley pair rekey)"
        : secret === "wordsDue"
          ? "words due"
          : `line ${line}`,
    used === null ? "never used" : `used ${day(used)}`,
    `${record.theyCosigned} entries of ours cosigned`,
  ]);
  const findingRows = links.flatMap(({ party: name, check }) => {
    const shown = (check?.findings ?? []).map(({ say, whose, level, about, value }) => {
      const side = whose === "ours" ? "our side" : whose === "theirs" ? `${name}'s side` : "either side";
      return [`  ${level}`, side, [say, ...[about, value].filter((it) => it !== "")].join(" ")];
    });
    const at = check?.at ?? null;
    return [
      [`  ${name}`, at === null ? "not checked yet" : `checked ${day(at)}`, `${shown.length} findings`],
      ...shown,
    ];
  });
  const now = Date.now();
  const readyRows = links.map(({ party: name, machine, people }) => [
    `  ${name}`,
    `machines ${machineText(machine, now)}`,
    `their people ${theirPeopleText(people, now)}`,
  ]);
  const terminalRows = terminals.map(({ name, online }) => [`  ${name}`, online ? "on" : "off"]);
  const health = healthCodes[log.health];
  const stops = links.flatMap(({ record }) => record.stopped ?? []);
  const codes = [...new Set([...(health === null ? [] : [health]), ...stops])];
  const text = [
    `${party?.name ?? "No party"}: ${origin}, other stations on port ${ports.peer}`,
    `Links: ${links.length}`,
    ...(links.length === 0 ? [] : [rowsOf(linkRows)]),
    ...(links.length === 0 ? [] : ["Ready:", rowsOf(readyRows)]),
    ...(findingRows.length === 0 ? [] : ["Checks:", rowsOf(findingRows)]),
    `Terminals: ${terminals.length}`,
    ...(terminals.length === 0 ? [] : [rowsOf(terminalRows)]),
    `Officers: ${officers}. Our people: ${ourPeopleText(asked.value.people, now)}.`,
    `Entries in the record: ${entries}, ${log.signed} of them under a signed checkpoint.`,
    ...codes.map(sentenceOf),
  ].join("\n");
  return ok({ text, data: asked.value });
};
