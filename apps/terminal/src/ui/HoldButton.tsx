// A button that acts only when it was held for a second, by pointer or by Space or Enter, with the time shown as it fills.
// Assistive technology cannot hold: its press arms the button, and a second one within four seconds acts.
import { useEffect, useRef, useState } from "react";
import { Button as Press } from "react-aria-components/Button";
import { type Cancel, ms, seconds } from "@parley/base/time";
import { type Say, say } from "../words/say.ts";
import { useClock } from "./Clockwork.tsx";
import { Words } from "./Words.tsx";

/** How long a hold is, and how long an armed button waits: chosen; long enough that no knock on a desk ends a call. */
const holdFor = ms(1000);
const armedFor = seconds(4);

type Hold = "rest" | "holding" | "armed";

export type HoldButtonProps = {
  readonly label: Say;
  readonly onHeld: () => void;
  readonly size?: "desk" | "console";
  /** Focus rests here when the screen comes up; one such a screen. */
  readonly rest?: boolean;
  /** `plain` is for what ends nothing. */
  readonly kind?: "danger" | "plain";
  /** `data-act`, as on a Button. */
  readonly mark?: string;
};

export function HoldButton({ label, onHeld, size = "desk", rest = false, kind = "danger", mark }: HoldButtonProps) {
  const clock = useClock();
  const [hold, setHold] = useState<Hold>("rest");
  const cancel = useRef<Cancel | null>(null);

  function letGo(): void {
    cancel.current?.();
    cancel.current = null;
    setHold("rest");
  }
  function held(): void {
    letGo();
    onHeld();
  }
  useEffect(() => () => cancel.current?.(), []);

  return (
    <Press
      className="button hold"
      data-kind={kind}
      data-size={size}
      data-hold={hold}
      data-act={mark}
      data-rest={rest ? "" : undefined}
      onPressStart={(press) => {
        if (press.pointerType === "virtual") {
          if (hold === "armed") return held();
          cancel.current?.();
          cancel.current = clock.wait(armedFor, letGo);
          return setHold("armed");
        }
        cancel.current?.();
        cancel.current = clock.wait(holdFor, held);
        setHold("holding");
      }}
      onPressEnd={(press) => {
        if (press.pointerType !== "virtual") letGo();
      }}
      onBlur={letGo}
    >
      <span className="hold-fill" aria-hidden="true" />
      <span className="hold-label">
        <Words say={hold === "armed" ? say("hold.again") : label} />
      </span>
      {hold !== "armed" && (
        <span className="hold-hint">
          <Words say={say("hold.hint")} />
        </span>
      )}
    </Press>
  );
}
