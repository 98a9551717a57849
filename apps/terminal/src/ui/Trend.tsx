// One trend as a picture: the range of each day's drills as a band, the middle ones as a line, parted where there was none. Text stands
// beside it in the page's own elements, so that nothing of it is mirrored or stretched with the drawing ([VW73] [VW74]).
import { type Trend, bandPath, linePath, monthsOf, runsOf } from "../model/trend.ts";
import type { Say } from "../words/say.ts";
import { Words } from "./Words.tsx";

export function TrendChart(props: {
  readonly trend: Trend;
  /** The day under the hand, in days from the first, or null. */
  readonly at: number | null;
  readonly label: Say;
  readonly top: Say;
}) {
  const { trend, at } = props;
  const days = trend.points.length;
  const runs = runsOf(trend);
  const spread = at === null ? null : (trend.points[at]?.spread ?? null);
  return (
    <figure className="trend-chart" data-measure={trend.measure}>
      <figcaption className="unseen">
        <Words say={props.label} />
      </figcaption>
      <svg aria-hidden="true" viewBox={`0 0 ${days} 100`} preserveAspectRatio="none" focusable="false">
        {[0, 50, 100].map((y) => (
          <path key={y} className="trend-rule" d={`M0 ${y}H${days}`} />
        ))}
        {monthsOf(trend).map(({ x }) => (
          <path key={x} className="trend-month" d={`M${x} 0V100`} />
        ))}
        {runs.map((run) => (
          <g key={run[0]?.x}>
            <path className="trend-band" d={bandPath(run, trend.top)} />
            <path className="trend-line" d={linePath(run, trend.top)} />
          </g>
        ))}
        {at !== null && <path className="trend-hand" d={`M${at + 0.5} 0V100`} />}
      </svg>
      {at !== null && spread !== null && (
        <span
          className="trend-dot"
          aria-hidden="true"
          style={{
            insetInlineStart: `${((at + 0.5) / days) * 100}%`,
            insetBlockStart: `${(1 - Math.min(1, spread.middle / trend.top)) * 100}%`,
          }}
        />
      )}
      <span className="trend-top" aria-hidden="true">
        <Words say={props.top} />
      </span>
    </figure>
  );
}
