// The call's machine as a table, worked out by stepping it: for each state and each kind of event, the state that follows
// and what is done. ARCHITECTURE.md shows it, and a test holds the two together, so the drawing cannot say what the code
// does not do.
import { instant, ms } from "@parley/base/time";
import type { Event } from "./event.ts";
import { type Line, idle } from "./state.ts";
import { step } from "./step.ts";

const later = instant(1_000_000);
const soon = instant(500_000);
const inCall = { call: "B", side: "called", ours: "desk", theirs: "far", answered: soon } as const;

/** One of each state. The call is "B", so that a crossing ring can come with a smaller id or a greater one. */
const states: readonly (readonly [name: string, line: Line])[] = [
  ["idle", idle],
  ["calling", { at: "ringing", side: "calling", call: "B", ours: "desk", reach: "sent", until: later }],
  [
    "called",
    { at: "ringing", side: "called", call: "B", theirs: "far", desks: ["desk"], reach: "delivered", until: later },
  ],
  ["keying", { at: "keying", ...inCall, until: later }],
  ["live", { at: "live", ...inCall, since: soon }],
  ["mending", { at: "mending", ...inCall, why: "noPackets", lost: soon, attempt: 1, until: later }],
  ["ended", { at: "ended", call: "B", side: "called", why: "hungUp", answered: soon, ended: soon, until: later }],
];

const ring = { type: "ring", by: "far", spent: ms(0), desks: ["desk"] } as const;
const receipt = (kind: (Event & { type: "receipt" })["kind"]): Event => ({
  type: "receipt",
  call: "B",
  kind,
  terminal: kind === "answered" ? "far" : null,
});

const events: readonly (readonly [name: string, event: Event])[] = [
  ["we press Call", { type: "place", call: "N", by: "desk" }],
  ["their ring, smaller id", { ...ring, call: "A" }],
  ["their ring, greater id", { ...ring, call: "C" }],
  ["their ring, all desks taken", { ...ring, call: "A", desks: "busy" }],
  ["their ring, a minute old", { ...ring, call: "A", spent: ms(60_000) }],
  ["it rings at our desk", { type: "rang", call: "B", desk: "desk" }],
  ["we press Answer", { type: "answer", call: "B", desk: "desk" }],
  ["the last desk declines", { type: "decline", call: "B", desk: "desk" }],
  ["we press End", { type: "hangUp", call: "B" }],
  ["they answered", receipt("answered")],
  ["they declined", receipt("declined")],
  ["their terminal says that it answered", { type: "theyAnswered", call: "B" }],
  ["they ended it", { type: "theyHungUp", call: "B", why: "hungUp" }],
  ["a frame opens", { type: "up", call: "B" }],
  ["a second without one", { type: "lost", call: "B", why: "noPackets" }],
  ["we hand it to another terminal", { type: "handOver", call: "B", to: "other" }],
  ["another terminal takes it", { type: "take", call: "B", desk: "other" }],
  ["they move", { type: "theyMoved", call: "B", to: "other" }],
  ["the deadline passes", { type: "tick" }],
];

const nameOf = (line: Line): string => (line.at === "ringing" ? line.side : line.at);

function cell(line: Line, event: Event): string {
  const [next, effects] = step(line, event, event.type === "tick" ? later : soon);
  const done = effects.map((effect) =>
    effect.type === "refuse" ? "refused" : effect.type === "sendReceipt" ? `say ${effect.kind}` : effect.type,
  );
  const moved = next === line ? "" : nameOf(next);
  const parts = [moved === "" ? "" : `**${moved}**`, ...new Set(done)].filter((part) => part !== "");
  return parts.length === 0 ? "·" : parts.join(", ");
}

/** The table in Markdown; `·` is a pair that changes nothing. */
export function callTable(): string {
  const head = ["", ...states.map(([name]) => name)];
  const rows = events.map(([name, event]) => [name, ...states.map(([, line]) => cell(line, event))]);
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
