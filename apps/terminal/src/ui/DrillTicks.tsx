// The drills of a page as ticks to choose from, oldest first in the direction of reading: a list of options in rows, so that arrow keys
// go through them and each is wide enough to press. What came of one is its shape; its name says it in words ([VW71] [VW74]).
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import type { Tick } from "../model/line.ts";
import type { Say } from "../words/say.ts";
import { useWords } from "./Words.tsx";

export type TickOption = { readonly id: string; readonly came: Tick; readonly label: Say };

export function DrillTicks(props: {
  readonly label: Say;
  readonly options: readonly TickOption[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}) {
  const words = useWords();
  return (
    <ListBox
      className="drill-ticks"
      aria-label={words(props.label)}
      layout="grid"
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={props.chosen === null ? [] : [props.chosen]}
      onSelectionChange={(keys) => {
        const [key] = keys === "all" ? [] : keys;
        if (key !== undefined) props.onChoose(String(key));
      }}
    >
      {props.options.map(({ id, came, label }) => (
        <ListBoxItem key={id} id={id} className="drill-tick" textValue={words(label)} aria-label={words(label)}>
          <span className="drill-tick-mark" data-came={came} />
        </ListBoxItem>
      ))}
    </ListBox>
  );
}
