// `parley status`: what the running station knows, at a glance.
import { ok } from "@parley/base/result";
import type { Run } from "../command.ts";
import { asking } from "../folder.ts";
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
    readonly secret: "good" | "mustRekey" | "wordsDue";
  }[];
  readonly terminals: readonly { readonly name: string; readonly online: boolean }[];
  readonly officers: number;
  readonly entries: number;
};

const day = (t: number): string => new Date(t).toISOString().slice(0, 16).replace("T", " ");

export const status: Run = async (given) => {
  const asked = await asking<Status>(given, { do: "status" });
  if (!asked.ok) return asked;
  const { party, origin, ports, links, terminals, officers, entries } = asked.value;
  const linkRows = links.map(({ party: name, reachable, connection, line, used, secret }) => [
    `  ${name}`,
    reachable.up
      ? `connected since ${day(reachable.since)}`
      : `not connected (${connection?.code ?? connection?.at ?? "?"})`,
    secret === "mustRekey"
      ? "must be keyed again (parley pair rekey)"
      : secret === "wordsDue"
        ? "words due"
        : `line ${line}`,
    used === null ? "never used" : `used ${day(used)}`,
  ]);
  const terminalRows = terminals.map(({ name, online }) => [`  ${name}`, online ? "on" : "off"]);
  const text = [
    `${party?.name ?? "No party"}: ${origin}, other stations on port ${ports.peer}`,
    `Links: ${links.length}`,
    ...(links.length === 0 ? [] : [rowsOf(linkRows)]),
    `Terminals: ${terminals.length}`,
    ...(terminals.length === 0 ? [] : [rowsOf(terminalRows)]),
    `Officers: ${officers}. Entries in the record: ${entries}.`,
  ].join("\n");
  return ok({ text, data: asked.value });
};
