// Machines and people of a line in words, each with its age: two verdicts that never speak for each other ([PE8]).
import type { LineDrills } from "@parley/protocol/terminal/drill";
import type { OurPeople, TheirPeople } from "@parley/protocol/terminal/people";

/** "just now", "14 min", "3 h", "5 days". */
export function ageText(since: number, now: number): string {
  const minutes = Math.floor((now - since) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} days ago`;
}

const verdicts = { ready: "ready", degraded: "DEGRADED", notReady: "NOT READY" } as const;

/** What the newest drill says of the line now: nothing once something has changed since, or once it is too old ([DR4] [DR8]). */
export function machineText(line: LineDrills | null, now: number): string {
  const verdict = line?.verdict ?? null;
  if (line === null || verdict === null) return "unproven: no drill yet";
  if (line.changed !== null) return `unproven: something changed ${ageText(line.changed, now)}`;
  if (now > line.stale) return `unproven: the last drill was ${ageText(verdict.when, now)}`;
  return `${verdicts[verdict.at]}, tested ${ageText(verdict.when, now)}`;
}

export function theirPeopleText(people: TheirPeople | null, now: number): string {
  switch (people?.at) {
    case undefined:
      return "unproven: nothing said yet";
    case "unasked":
      return "unproven: nobody is asked there";
    case "ready":
      return `ready, answered ${ageText(people.since, now)}`;
    case "notReady":
      return `NOT READY, unanswered ${ageText(people.since, now)}`;
    case "silent":
      return `unproven: what they said ended ${ageText(people.since, now)}`;
  }
}

export function ourPeopleText(people: OurPeople | null, now: number): string {
  if (people === null) return "nobody is asked (people.askAt)";
  if (people.at === "unasked") return people.next === null ? "nobody is asked (people.askAt)" : "not asked yet";
  const open = people.question === null ? "" : "; a question stands open at the consoles";
  return people.at === "ready"
    ? `ready, ${people.by} answered ${ageText(people.since, now)}${open}`
    : `NOT READY, unanswered ${ageText(people.since, now)}${open}`;
}
