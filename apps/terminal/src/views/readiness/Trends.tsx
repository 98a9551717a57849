// The trends of set-up, round trip and loss under one hand: it walks over the days, and beside each trend stands what that day had.
import { useState } from "react";
import { millisecondsSay, partsSay, secondsSay } from "../../model/oneDrill.ts";
import type { DrillSummary } from "../../model/readiness.ts";
import { dayMoment } from "../../model/squares.ts";
import { type Measure, type Trend, measures, newestDay, trendOf, worstDay } from "../../model/trend.ts";
import { DaySlider } from "../../ui/DaySlider.tsx";
import { TrendChart } from "../../ui/Trend.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Words } from "../../ui/Words.tsx";
import { utc } from "../../words/place.ts";
import { type Say, moment, say } from "../../words/say.ts";

const valueSay: Readonly<Record<Measure, (value: number) => Say>> = {
  setUp: secondsSay,
  roundTrip: millisecondsSay,
  lost: partsSay,
};

const dayOf = (day: number) => moment(dayMoment(day), utc, "dayOfMonth");

export function Trends({ summary }: { readonly summary: DrillSummary }) {
  const trends = measures.map((measure) => trendOf(summary, measure));
  const [first] = trends;
  const days = first?.points.length ?? 0;
  const [at, move] = useState(() => Math.max(0, ...trends.map((trend) => newestDay(trend) ?? 0)));
  const day = first?.points[at]?.day ?? summary.today;
  const atDay = (trend: Trend): Say => {
    const spread = trend.points[at]?.spread ?? null;
    return spread === null ? say("trend.noDrill") : valueSay[trend.measure](spread.middle);
  };
  const [setUp, roundTrip, lost] = trends.map(atDay);
  return (
    <Panel id="trends" title={say("trend.title")} sub={say("trend.sub")}>
      <div className="trends">
        {trends.map((trend) => (
          <TrendRow key={trend.measure} trend={trend} at={at} />
        ))}
        <p className="trend-day">
          <Words say={say("time.only", { at: moment(dayMoment(day), utc, "date") })} />
        </p>
        <DaySlider
          label={say("trend.atDay", {
            day: moment(dayMoment(day), utc, "date"),
            setUp: setUp ?? say("trend.noDrill"),
            roundTrip: roundTrip ?? say("trend.noDrill"),
            lost: lost ?? say("trend.noDrill"),
          })}
          days={days}
          at={at}
          onMove={move}
        />
        <p className="trend-ends" aria-hidden="true">
          <Words say={say("time.only", { at: dayOf(first?.points[0]?.day ?? 0) })} />
          <Words say={say("time.only", { at: dayOf(summary.today) })} />
        </p>
      </div>
    </Panel>
  );
}

function TrendRow({ trend, at }: { readonly trend: Trend; readonly at: number }) {
  const value = valueSay[trend.measure];
  const spread = trend.points[at]?.spread ?? null;
  return (
    <>
      <div className="trend-says">
        <h3>
          <Words say={say(`trend.${trend.measure}`)} />
        </h3>
        {spread === null ? (
          <p className="ready-quiet">
            <Words say={say("trend.noDrill")} />
          </p>
        ) : (
          <>
            <p className="trend-value">
              <Words say={value(spread.middle)} />
            </p>
            <p className="ready-quiet">
              <Words say={say("trend.range", { low: value(spread.low), high: value(spread.high) })} />
            </p>
          </>
        )}
      </div>
      <TrendChart trend={trend} at={at} label={spoken(trend)} top={value(trend.top)} />
    </>
  );
}

/** What the picture says, for whoever does not see it. */
function spoken(trend: Trend): Say {
  const value = valueSay[trend.measure];
  const what = say(`trend.${trend.measure}`);
  const newest = newestDay(trend);
  const last = newest === null ? null : (trend.points[newest] ?? null);
  const worst = worstDay(trend);
  if (last === null || last.spread === null || worst === null) return say("trend.spokenNone", { what });
  return say("trend.spoken", {
    what,
    day: dayOf(last.day),
    middle: value(last.spread.middle),
    low: value(last.spread.low),
    high: value(last.spread.high),
    worst: value(worst.spread.high),
    worstDay: dayOf(worst.day),
  });
}
