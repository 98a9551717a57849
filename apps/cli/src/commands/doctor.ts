// `parley doctor`: every check with its verdict, one sentence and its cure. Changes nothing, so it may run at any time.
import { ok } from "@parley/base/result";
import { loadConfig } from "@parley/station/loadConfig";
import type { Run } from "../command.ts";
import { examineAlarms } from "../doctor/alarms.ts";
import { examineCertificate } from "../doctor/certificate.ts";
import { type Check, type Examination, type Running, failed, failedBy, notRun, well } from "../doctor/check.ts";
import { examineData } from "../doctor/data.ts";
import { examineFolder } from "../doctor/folder.ts";
import { examineMachine } from "../doctor/machine.ts";
import { examineLinks, examineRelay } from "../doctor/paths.ts";
import { examinePorts } from "../doctor/ports.ts";
import { asking } from "../folder.ts";

const marks = { ok: "ok    ", warn: "warn  ", fail: "FAIL  ", notRun: "not run" } as const;

const shown = ({ name, verdict, say, cure }: Check): string =>
  `${marks[verdict].padEnd(8)} ${name}: ${say}${cure === "" ? "" : `\n         ${cure}`}`;

const examinations: Readonly<Record<string, Examination>> = {
  machine: examineMachine,
  folder: examineFolder,
  data: examineData,
  ports: examinePorts,
  certificate: examineCertificate,
  relay: examineRelay,
  links: examineLinks,
  alarms: examineAlarms,
};

export const doctor: Run = async (given) => {
  const loaded = loadConfig(given.data);
  const settings = loaded.ok ? well("settings", "Every setting is understood.") : failedBy("settings", loaded.error);
  const asked = await asking<Running>(given, { do: "status" });
  const running = asked.ok ? asked.value : null;
  const stationCheck = asked.ok
    ? well("station", `The station of ${asked.value.party?.name ?? "no party"} runs.`)
    : notRun("station", "The station does not run, so what needs it is not tried.", "Start it with parley station.");
  const patient = { given, config: loaded.ok ? loaded.value : null, running };
  const checks: Check[] = [settings, stationCheck];
  for (const [name, examine] of Object.entries(examinations)) {
    try {
      checks.push(...(await examine(patient)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      checks.push(failed(name, `This could not be looked at: ${why}.`, "Report it with this sentence."));
    }
  }
  const count = (verdict: Check["verdict"]): number => checks.filter((it) => it.verdict === verdict).length;
  const sum = `${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} failed, ${count("notRun")} not run.`;
  return ok({
    text: [...checks.map(shown), "", sum].join("\n"),
    data: { checks, failed: count("fail") },
    exit: count("fail") > 0 ? 3 : 0,
  });
};
