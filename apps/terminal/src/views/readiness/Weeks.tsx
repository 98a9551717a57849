// A quarter of a year of days, and the hours of the week over all of it, as squares with one legend.
import type { Party } from "../../model/line.ts";
import type { DrillSummary } from "../../model/readiness.ts";
import { type Square, calendarOf, dayMoment, squareOf, weekOf, worstHour } from "../../model/squares.ts";
import { SquareMark, SquareTable } from "../../ui/Squares.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Words, useWords } from "../../ui/Words.tsx";
import { utc } from "../../words/place.ts";
import { moment, name, say } from "../../words/say.ts";

const none = { passed: 0, degraded: 0, failed: 0, missed: 0 };
const samples: readonly (readonly ["passed" | "degraded" | "failed" | "missed" | "none", Square])[] = [
  ["passed", squareOf({ ...none, passed: 1 })],
  ["degraded", squareOf({ ...none, passed: 1, degraded: 1 })],
  ["missed", squareOf({ ...none, passed: 1, missed: 1 })],
  ["failed", squareOf({ ...none, passed: 1, failed: 1 })],
  ["none", { at: "none" }],
];

/** Of an hour of the day, as clocks show it. */
const hourText = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

export function Weeks({ summary, us }: { readonly summary: DrillSummary; readonly us: Party }) {
  const words = useWords();
  const days = calendarOf(summary);
  const first = days[0]?.[0]?.day ?? summary.today;
  const worst = worstHour(summary);
  const weekday = (at: number) => moment(dayMoment(first + at), utc, "weekday");
  return (
    <div className="weeks">
      <Panel
        id="days"
        title={say("days.title")}
        sub={say("days.sub", {
          from: moment(dayMoment(first), utc, "dayOfMonth"),
          to: moment(dayMoment(summary.today), utc, "dayOfMonth"),
        })}
      >
        <SquareTable
          caption={say("days.title")}
          columns={(days[0] ?? []).map(({ day }, i) => ({
            key: String(day),
            head:
              i % 4 === 0
                ? say("time.only", { at: moment(dayMoment(day), utc, "dayOfMonth") })
                : say("squares.weekOf", { day: moment(dayMoment(day), utc, "dayOfMonth") }),
            seen: i % 4 === 0,
          }))}
          rows={days.map((row, at) => ({
            key: String(at),
            head: say("time.only", { at: weekday(at) }),
            squares: row.map(({ square }) => square),
          }))}
        />
      </Panel>
      <Panel id="hours" title={say("hours.title")} sub={say("hours.sub", { place: name(us.place.name) })}>
        <SquareTable
          caption={say("hours.title")}
          columns={Array.from({ length: 24 }, (_, hour) => ({
            key: String(hour),
            head: say("squares.hour", { hour: name(hourText(hour)) }),
            seen: hour % 6 === 0,
          }))}
          rows={weekOf(summary).map((squares, at) => ({
            key: String(at),
            head: say("time.only", { at: weekday(at) }),
            squares,
          }))}
        />
      </Panel>
      <p className="weeks-worst">
        <Words
          say={
            worst === null
              ? say("hours.noWorst")
              : say("hours.worst", {
                  weekday: weekday(worst.weekday),
                  hour: name(hourText(worst.hour)),
                  amiss: worst.amiss,
                  of: worst.of,
                })
          }
        />
      </p>
      <ul className="legend" aria-label={words(say("square.legend"))}>
        {samples.map(([came, square]) => (
          <li key={came}>
            <SquareMark square={square} />
            <Words say={say(`square.legend.${came}`)} />
          </li>
        ))}
      </ul>
    </div>
  );
}
