// `parley enrol`: a one-time address for a browser that is to become a terminal, or for an officer who is to bring a passkey.
import { ok } from "@parley/base/result";
import { isName } from "@parley/protocol/signed/fields";
import { type Run, missing } from "../command.ts";
import { asking, officerOf } from "../folder.ts";
import { qrOf } from "../show.ts";

const roles = ["desk", "console", "officer", "rehearser"] as const;

export const enrol: Run = async (given) => {
  const role = roles.find((it) => it === given.value("role"));
  const name = given.value("name");
  if (role === undefined) return missing("--role: desk, console, officer or rehearser");
  if (name === null || !isName(name)) return missing("--name, without leading, trailing or hidden characters");
  const officer = await officerOf(given);
  if (!officer.ok) return officer;
  const made = await asking<{ readonly address: string | null }>(given, { do: "handOut", role, name }, officer.value);
  if (!made.ok) return made;
  const { address } = made.value;
  // Its code never leaves the station.
  if (address === null) return ok({ text: "The station's own browser is let in now.", data: { role, name, address } });
  return ok({ text: `${address}\n\n${qrOf(address)}`, data: { role, name, address } });
};
