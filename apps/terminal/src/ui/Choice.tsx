// One of a few, from a list that opens under its button: a device, a role, a terminal.
import { Button as Press } from "react-aria-components/Button";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select, SelectValue } from "react-aria-components/Select";
import type { Say } from "../words/say.ts";
import { Words, useWords } from "./Words.tsx";

export type Option = { readonly id: string; readonly label: Say };

export type ChoiceProps = {
  readonly label: Say;
  readonly options: readonly Option[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
  /** Shown while nothing is chosen. */
  readonly empty: Say;
  /** False where the words on the button already say what it is for. */
  readonly labelSeen?: boolean;
};

export function Choice({ label, options, chosen, onChoose, empty, labelSeen = true }: ChoiceProps) {
  const words = useWords();
  return (
    <Select
      className="choice"
      value={chosen}
      placeholder={words(empty)}
      isDisabled={options.length === 0}
      onChange={(key) => {
        if (key !== null) onChoose(String(key));
      }}
    >
      <Label className={labelSeen ? "field-label" : "unseen"}>
        <Words say={label} />
      </Label>
      <Press className="choice-button">
        <SelectValue className="choice-value" />
        <svg className="choice-arrow" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
          <path d="M6 9l6 6 6-6" />
        </svg>
      </Press>
      <Popover className="choice-list">
        <ListBox>
          {options.map((option) => (
            <ListBoxItem key={option.id} id={option.id} className="choice-item" textValue={words(option.label)}>
              <Words say={option.label} />
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
