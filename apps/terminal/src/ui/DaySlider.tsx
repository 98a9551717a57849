// A hand that walks over days: by arrow keys, by dragging, by a press on the track. What it points at is said in words.
import { Slider, SliderThumb, SliderTrack } from "react-aria-components/Slider";
import type { Say } from "../words/say.ts";
import { useWords } from "./Words.tsx";

export function DaySlider(props: {
  readonly label: Say;
  /** How many days there are. */
  readonly days: number;
  readonly at: number;
  readonly onMove: (to: number) => void;
}) {
  const words = useWords();
  return (
    <Slider
      className="day-slider"
      aria-label={words(props.label)}
      minValue={0}
      maxValue={props.days - 1}
      step={1}
      value={props.at}
      onChange={(value: number | number[]) => props.onMove(typeof value === "number" ? value : (value[0] ?? 0))}
    >
      <SliderTrack className="day-track">
        <SliderThumb className="day-thumb" />
      </SliderTrack>
    </Slider>
  );
}
