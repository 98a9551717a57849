// Which of our terminals could take part in a drill: each page that knows drills says by itself whether a person uses it, and in
// which browser it runs. What an older page does not say is never taken for idle ([DR2] of docs/spec/drill.md).
import type { IdText } from "@parley/protocol/ids";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { DrillTerminal } from "./duty/drills/port.ts";

export type DrillTerminals = {
  readonly says: (terminal: IdText, message: FromTerminal & { type: "drillable" }) => void;
  readonly gone: (terminal: IdText) => void;
  readonly idle: () => readonly DrillTerminal[];
};

export type DrillTerminalsOptions = {
  /** Whether it is a desk of ours that could take a call now. */
  readonly isOn: (terminal: IdText) => boolean;
  readonly onChange: () => void;
};

export function drillTerminals({ isOn, onChange }: DrillTerminalsOptions): DrillTerminals {
  const said = new Map<IdText, { readonly at: "idle" | "inUse" } & Omit<DrillTerminal, "terminal">>();
  return {
    says: (terminal, { at, browser, sessions = [] }) => {
      said.set(terminal, { at, browser, sessions });
      onChange();
    },
    gone: (terminal) => {
      if (said.delete(terminal)) onChange();
    },
    idle: () =>
      [...said].flatMap(([terminal, { at, browser, sessions }]) =>
        at === "idle" && isOn(terminal) ? [{ terminal, browser, sessions }] : [],
      ),
  };
}
