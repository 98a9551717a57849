// A button with a sentence on it. `primary` is the one act of a screen; `danger` never stands beside it.
import { Button as Press } from "react-aria-components/Button";
import type { Say } from "../words/say.ts";
import { Words, useWords } from "./Words.tsx";

export type ButtonProps = {
  readonly label: Say;
  /** Left out by a button that submits the form around it. */
  readonly onPress?: () => void;
  /** A finger or key is down on it; the press may yet be let go elsewhere. */
  readonly onReach?: () => void;
  /** What assistive technology reads instead, where the label alone is not enough; it begins with the label. */
  readonly spoken?: Say;
  readonly kind?: "primary" | "plain" | "quiet" | "danger";
  readonly size?: "desk" | "console" | "small";
  /** Colours a primary button: green only when the line is proven ready. */
  readonly tone?: "ready" | "neutral";
  /** Focus rests here when the screen comes up; one such a screen. */
  readonly rest?: boolean;
  readonly disabled?: boolean;
  readonly describedBy?: string;
  /** A name for what it does, in the page's own terms and no language's: `data-act`, by which tests and measurements find it. */
  readonly mark?: string;
};

export function Button(props: ButtonProps) {
  const words = useWords();
  const { label, onPress, kind = "plain", size = "console", tone = "ready", rest = false, disabled = false } = props;
  return (
    <Press
      className="button"
      data-kind={kind}
      data-size={size}
      data-tone={tone}
      data-act={props.mark}
      data-rest={rest ? "" : undefined}
      isDisabled={disabled}
      type={onPress === undefined ? "submit" : "button"}
      {...(onPress === undefined ? {} : { onPress })}
      {...(props.onReach === undefined ? {} : { onPressStart: props.onReach })}
      {...(props.spoken === undefined ? {} : { "aria-label": words(props.spoken) })}
      {...(props.describedBy === undefined ? {} : { "aria-describedby": props.describedBy })}
    >
      <Words say={label} />
    </Press>
  );
}
