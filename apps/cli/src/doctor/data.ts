// The settings and the database. Looking never makes or changes anything.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "@parley/station/openStore";
import { type Check, type Examination, failedBy, notRun, warned, well } from "./check.ts";

const databaseFile = "station.db";

/** Whether a station elsewhere can find this one, and terminals its relay. */
function addresses(config: NonNullable<Parameters<Examination>[0]["config"]>): Check {
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

export const examineData: Examination = async ({ given, config, running }) => {
  if (config === null) return [notRun("database", "The settings cannot be read.")];
  const place = config.database === null ? join(given.data, databaseFile) : "the database";
  const checks: Check[] = [addresses(config)];
  if (running !== null) {
    checks.push(well("database", `Held by the running station; ${running.entries} entries.`));
  } else if (config.database === null && !existsSync(place)) {
    checks.push(failedBy("database", { code: "ID_NOT_SET_UP", detail: `no ${place}` }));
  } else {
    const store = await openStore(given.data, config.database);
    if (!store.ok) checks.push(failedBy("database", store.error));
    else {
      const entries = store.value.nextIndex();
      if (store.value.origin() === "restored")
        checks.push(failedBy("database", { code: "STORE_RESTORED", detail: "" }));
      else if (entries === 0) checks.push(failedBy("database", { code: "ID_NOT_SET_UP", detail: "it holds nothing" }));
      else checks.push(well("database", `${place} opens and agrees with itself; ${entries} entries.`));
      await store.value.close();
    }
  }
  return checks;
};
