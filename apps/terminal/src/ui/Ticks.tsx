// The history of drills, oldest first: one tick each, told apart by height and cut as well as colour. The caption under it
// says the same in words, so the picture itself is silent.
import type { Tick } from "../model/line.ts";

const looks: Readonly<Record<Tick, { readonly y: number; readonly height: number }>> = {
  passed: { y: 0, height: 32 },
  degraded: { y: 12, height: 20 },
  failed: { y: 24, height: 8 },
  missed: { y: 30, height: 2 },
};

/** Room for this many ticks; fewer are shown at the end of it, where now is. */
const room = 48;

export function Ticks({
  ticks,
  hold,
}: {
  ticks: readonly Tick[];
  /** Whether they speak for the line as it is now. */ hold: boolean;
}) {
  const shown = ticks.slice(-room);
  const first = room - shown.length;
  return (
    <svg
      className="ticks"
      data-hold={hold}
      viewBox={`0 0 ${room * 8 - 3} 32`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {Array.from({ length: room }, (_, i) => {
        const tick = shown[i - first];
        const { y, height } = tick === undefined ? { y: 30, height: 2 } : looks[tick];
        return (
          <rect
            key={i}
            data-tick={tick ?? "none"}
            x={i * 8}
            y={y}
            width={5}
            height={height}
            rx={height > 4 ? 1.5 : 0}
          />
        );
      })}
    </svg>
  );
}
