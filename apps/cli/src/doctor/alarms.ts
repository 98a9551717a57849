// Whom alarms reach, by the settings. Nothing is sent: a doctor disturbs nobody, and `parley alarm test` is for that.
import type { Config } from "@parley/station/config";
import { type Check, type Examination, notRun, warned, well } from "./check.ts";

export function waysCheck({ webhooks, mail }: Config["alarms"]): readonly Check[] {
  const count = webhooks.length + (mail === null ? 0 : 1);
  if (count === 0)
    return [
      warned(
        "alarms",
        "Alarms reach only whoever looks at a console.",
        "Set alarms.mail or alarms.webhooks in parley.json, then run parley alarm test.",
      ),
    ];
  const isSecond = webhooks.some(({ to }) => to === "second") || (mail?.second.length ?? 0) > 0;
  return [
    well(
      "alarms",
      `${count === 1 ? "One way is" : `${count} ways are`} set besides the consoles; parley alarm test tries them.`,
    ),
    isSecond
      ? well("alarms, second person", "What nobody takes up in time goes to a second person, then to the other party.")
      : warned(
          "alarms, second person",
          "What nobody takes up in time goes straight to the other party.",
          "Set alarms.mail.second, or a webhook with to second.",
        ),
  ];
}

export const examineAlarms: Examination = async ({ config }) =>
  config === null ? [notRun("alarms", "The settings cannot be read.")] : waysCheck(config.alarms);
