// A dialog over the screen, opened by its own button; Escape and "Cancel" close it, and focus goes back to where it was.
import type { ReactNode } from "react";
import { Button as Press } from "react-aria-components/Button";
import { Dialog as Window, DialogTrigger } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import type { Say } from "../words/say.ts";
import type { ButtonProps } from "./Button.tsx";
import { useRest } from "./useRest.ts";
import { Words, useWords } from "./Words.tsx";

export type DialogProps = {
  readonly opener: Say;
  /** What assistive technology reads of the opener where its words alone are not enough; it begins with them. */
  readonly spoken?: Say;
  readonly title: Say;
  readonly kind?: ButtonProps["kind"];
  /** What stands in the dialog; `close` shuts it. */
  readonly children: (close: () => void) => ReactNode;
};

function Inside({ children }: { children: ReactNode }) {
  const root = useRest<HTMLDivElement>("dialog", "once");
  return (
    <div className="dialog-inside" ref={root}>
      {children}
    </div>
  );
}

export function Dialog({ opener, spoken, title, kind = "quiet", children }: DialogProps) {
  const words = useWords();
  return (
    <DialogTrigger>
      <Press
        className="button"
        data-kind={kind}
        data-size="small"
        {...(spoken === undefined ? {} : { "aria-label": words(spoken) })}
      >
        <Words say={opener} />
      </Press>
      <ModalOverlay className="veil" isDismissable>
        <Modal className="modal">
          <Window className="dialog">
            {({ close }) => (
              <Inside>
                <Heading slot="title" className="dialog-title">
                  <Words say={title} />
                </Heading>
                {children(close)}
              </Inside>
            )}
          </Window>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
