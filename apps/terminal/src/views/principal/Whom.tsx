// Whom to call, where this desk has several lines: one name is before the person, and the button under it calls them. A line
// whose ring was missed says so beside its name.
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";
import type { DeskAction } from "../../model/actions.ts";
import { type Line, lineMark } from "../../model/line.ts";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Words, useWords } from "../../ui/Words.tsx";
import { say } from "../../words/say.ts";

export type WhomProps = {
  readonly line: Line;
  readonly lines: readonly Line[];
  readonly act: (action: DeskAction) => void;
};

export function Whom({ line, lines, act }: WhomProps) {
  const words = useWords();
  if (lines.length < 2) return null;
  return (
    <RadioGroup
      className="whom"
      aria-label={words(say("desk.whom"))}
      orientation="horizontal"
      value={line.id}
      onChange={(id) => act({ type: "choose", line: id })}
    >
      {lines.map((one) => {
        const { shape, tone } = lineMark(one.state);
        return (
          <Radio key={one.id} value={one.id} className="whom-one" data-line={one.id}>
            <ShapeMark shape={shape} tone={tone} />
            <bdi>{one.them.name}</bdi>
            {one.missed !== null && (
              <small>
                <Words say={say("desk.missed")} />
              </small>
            )}
          </Radio>
        );
      })}
    </RadioGroup>
  );
}
