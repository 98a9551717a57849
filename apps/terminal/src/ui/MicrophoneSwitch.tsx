// The microphone as a word: a switch whose name never changes ("Microphone"), whose state is told to assistive technology by
// aria-checked, and whose sentence says in full what is true now: "You are heard" or "You are muted".
import { useId } from "react";
import { Pressable } from "react-aria-components/Pressable";
import { type Microphone, microphoneSentence } from "../model/call.ts";
import { say } from "../words/say.ts";
import { Words } from "./Words.tsx";

export type MicrophoneSwitchProps = {
  readonly microphone: Microphone;
  readonly onChange: (to: "open" | "muted") => void;
};

export function MicrophoneSwitch({ microphone, onChange }: MicrophoneSwitchProps) {
  const nameId = useId();
  const sentenceId = useId();
  const open = microphone.at === "open";
  return (
    <Pressable onPress={() => onChange(open ? "muted" : "open")}>
      <button
        type="button"
        className="mic"
        role="switch"
        aria-checked={open}
        aria-labelledby={nameId}
        aria-describedby={sentenceId}
        data-at={microphone.at}
      >
        <span className="mic-track" aria-hidden="true">
          <span className="mic-thumb" />
        </span>
        <span className="mic-words">
          <span className="mic-sentence" id={sentenceId}>
            <Words say={microphoneSentence(microphone)} />
          </span>
          <span className="mic-name" id={nameId}>
            <Words say={say("mic.name")} />
          </span>
        </span>
      </button>
    </Pressable>
  );
}
