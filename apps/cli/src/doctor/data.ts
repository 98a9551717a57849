// The settings and the database. Looking never makes or changes anything.
import { type Result, ok } from "@parley/base/result";
import type { Config } from "@parley/station/config";
import { type Looked, lookAtFile, openStore } from "@parley/station/openStore";
import type { Failure, Given } from "../command.ts";
import { type Check, type Examination, type Patient, failedBy, notRun, warned, well } from "./check.ts";

/** Whether a station elsewhere can find this one, and terminals its relay. */
function addresses(config: Config): Check {
  const { peer, turn } = config;
  const outside = peer.addresses.filter((address) => !/^(localhost|127\.|\[?::1)/.test(address));
  if (peer.addresses.length === 0)
    return warned(
      "addresses",
      "peer.addresses is empty, so no other station can dial this one.",
      "Set it to the name and port under which the other party's station reaches this machine.",
    );
  if (turn.use === "builtIn" && outside.length > 0 && /^(127\.|::1$)/.test(turn.publicAddress))
    return warned(
      "addresses",
      `turn.publicAddress is ${turn.publicAddress}, which no terminal elsewhere can reach.`,
      "Set it to this machine's address as other parties see it.",
    );
  return well("addresses", peer.addresses.join(", "));
}

/** Of a database server there is no looking without opening; of a file there is. */
async function look(given: Given, database: Config["database"]): Promise<Result<Looked | null, Failure>> {
  if (database === null) return lookAtFile(given.data);
  const store = await openStore(given.data, database);
  if (!store.ok) return store;
  const looked = { entries: store.value.nextIndex(), restored: store.value.origin() === "restored" };
  await store.value.close();
  return ok(looked);
}

async function examineDatabase({ given, config, running }: Patient): Promise<Check> {
  const name = "database";
  if (config === null) return notRun(name, "The settings cannot be read.");
  if (running !== null) return well(name, `Held by the running station; ${running.entries} entries.`);
  const looked = await look(given, config.database);
  if (!looked.ok) return failedBy(name, looked.error);
  if (looked.value === null || looked.value.entries === 0)
    return failedBy(name, { code: "ID_NOT_SET_UP", detail: "it holds nothing" });
  if (looked.value.restored) return failedBy(name, { code: "STORE_RESTORED", detail: "" });
  return well(name, `Whole, with ${looked.value.entries} entries.`);
}

export const examineData: Examination = async (patient) => [
  ...(patient.config === null ? [] : [addresses(patient.config)]),
  await examineDatabase(patient),
];
