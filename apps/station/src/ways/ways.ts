// The ways that a station's settings have for alarms, each as the runner uses it: what is said, to whom, and under which name. What
// leaves the house is an alarm's sentence, side and cure, in English, with the party's name; consoles have it in their language.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Result, fail, ok } from "@parley/base/result";
import { type Clock, type Ms, seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { Config } from "../config.ts";
import { type Alarm, whats } from "../duty/alarms/port.ts";
import type { Delivery } from "../duty/alarms/queue.ts";
import type { Way } from "../run/alarmWay.ts";
import { alarmWords } from "./alarmWords.ts";
import { mailerTo } from "./mail.ts";
import { postWebhook } from "./webhook.ts";
import { readWebhookKey } from "./webhookKey.ts";

export type WaysOptions = {
  readonly config: Config;
  readonly clock: Clock;
  /** What our party is called, and the one at the other end of a line. */
  readonly us: () => string;
  readonly themOf: (link: IdText) => string;
};

/** A way that has not answered by then has failed, and is tried again. */
const answersWithin: Ms = seconds(15);

type Said = Pick<Delivery, "id" | "what" | "to" | "alarm" | "at">;

/** CONFIG_WRONG: a secret or a file that the settings name. */
export function openWays(options: WaysOptions): Result<readonly Way[], ParleyError> {
  const { webhooks, mail } = options.config.alarms;
  const ways: Way[] = [];
  for (const hook of webhooks) {
    const key = readWebhookKey(hook.secret);
    if (!key.ok) return fail(problem("CONFIG_WRONG", `alarms.webhooks.secret: ${key.error}`));
    ways.push({
      name: hookName(hook),
      to: hook.to,
      least: hook.least,
      says: whats,
      send: (said) => postWebhook(hook.url, key.value, postOf(said, options), answersWithin),
    });
  }
  if (mail !== null) {
    let authority: string | null = null;
    try {
      authority = mail.authority === null ? null : readFileSync(mail.authority, "utf8");
    } catch (error) {
      return fail(
        problem("CONFIG_WRONG", `alarms.mail.authority: ${error instanceof Error ? error.message : "unreadable"}`),
      );
    }
    const mailer = mailerTo({ ...mail, authority }, answersWithin);
    for (const to of ["first", "second"] as const) {
      const persons = mail[to];
      if (persons.length === 0) continue;
      const send: Way["send"] = (said) => mailer.send({ to: persons, ...mailOf(said, options) });
      ways.push({ name: `mail ${to}`, to, least: mail.least, says: ["raised", "acknowledged", "ended"], send });
    }
  }
  return ok(ways);
}

/** What a webhook is called in sentences and metrics: never its whole address, which may be a secret. */
export const hookName = ({ name, url }: Config["alarms"]["webhooks"][number]): string =>
  `webhook ${name ?? new URL(url).hostname}`;

const nameOf = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 22);

const seconds1970 = (clock: Clock): number => Math.floor(clock.now() / 1000);

/** A name is somebody's text: it makes no line of its own. */
const flat = (name: string): string => name.replace(/\s+/g, " ");

const themOf = ({ link }: Alarm, options: WaysOptions): string => (link === null ? "" : flat(options.themOf(link)));

/** What a webhook says. Fields are added, never changed; `version` is of their meaning. */
function postOf(said: Said | "trial", options: WaysOptions) {
  const at = seconds1970(options.clock);
  const party = flat(options.us());
  if (said === "trial") {
    const body = { version: 1, type: "alarm.trial", party, say: "This is a trial; nothing is wrong." };
    return { id: `trial_${nameOf(String(options.clock.now()))}`, at, body: JSON.stringify(body) };
  }
  const { alarm, what, to } = said;
  const line = themOf(alarm, options);
  const { say, cure, side } = alarmWords(alarm, line);
  const body = {
    version: 1,
    type: `alarm.${what}`,
    party,
    alarm: alarm.id,
    kind: alarm.kind,
    priority: alarm.rank,
    whose: alarm.whose,
    line: line === "" ? null : line,
    say,
    side,
    cure,
    since: new Date(alarm.since).toISOString(),
    at: new Date(said.at).toISOString(),
    times: alarm.times,
    to,
    by: alarm.standing.at === "acknowledged" ? alarm.standing.by : null,
  };
  return { id: `msg_${nameOf(said.id)}`, at, body: JSON.stringify(body) };
}

const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

function mailOf(said: Said | "trial", options: WaysOptions) {
  const party = flat(options.us());
  const host = new URL(options.config.web.origin).hostname;
  const idOf = (text: string): string => `${nameOf(text)}@${host}`;
  if (said === "trial")
    return {
      subject: `Parley ${party}: a trial of alarms`,
      text: "Somebody has tried how alarms reach you. Nothing is wrong, and nothing is to be done.\n",
      id: idOf(`trial ${options.clock.now()}`),
      answers: null,
      urgent: false,
    };
  const { alarm, what, to } = said;
  const line = themOf(alarm, options);
  const { say, cure, side } = alarmWords(alarm, line);
  const on = line === "" ? "" : ` on the line to ${line}`;
  const heads = {
    raised: to === "second" ? "nobody has taken up: " : "",
    acknowledged: `taken up by ${alarm.standing.at === "acknowledged" ? alarm.standing.by : "an officer"}: `,
    replaced: "over: ",
    ended: "over: ",
  };
  const text = [
    say,
    "",
    `Party: ${party}${on}`,
    `Side: ${side}`,
    `Priority: ${alarm.rank}`,
    `Since: ${minute(alarm.since)}${alarm.times > 1 ? `, ${alarm.times} times` : ""}`,
    ...(what === "raised"
      ? ["", `What to do: ${cure}`, "", "Take it up, or shelve it, on a console under Alarms."]
      : []),
    ...(what === "raised" && to === "second" ? ["Those who were told first have not taken it up."] : []),
    "",
  ].join("\n");
  return {
    subject: `Parley ${party}: ${heads[what]}${say}`.replace(/\s+/g, " ").slice(0, 200),
    text,
    id: idOf(said.id),
    // All mails of one alarm stand together.
    answers: idOf(`alarm ${alarm.id}`),
    urgent: what === "raised" && alarm.rank === 1,
  };
}
