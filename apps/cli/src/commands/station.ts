// `parley station`: runs the station of a data folder until it is told to stop.
import { resolve } from "node:path";
import { ok } from "@parley/base/result";
import { builtTerminal, runStation } from "@parley/station/main";
import type { Run } from "../command.ts";

export const station: Run = async (given) => {
  const pages = given.value("pages");
  const started = await runStation(
    given.data,
    (code) => process.exit(code),
    pages === null ? builtTerminal : resolve(pages),
  );
  if (!started.ok) return started;
  const { ports, identity, links } = started.value;
  const name = identity.state().home?.pin.card.name ?? "";
  return ok({
    text: `The station of ${name} runs: pages on port ${ports.web}, other stations on port ${ports.peer}.`,
    data: { running: true, name, ports, links: links.all().length },
  });
};
