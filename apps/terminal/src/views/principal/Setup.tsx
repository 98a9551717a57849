// How a browser becomes a desk: a one-time code, the officer's approval while both screens show the same letters, and the
// choice of camera, microphone and loudspeaker with their own proof. After that no menu is ever needed again.
import { useState } from "react";
import { Form } from "react-aria-components/Form";
import { Meter } from "react-aria-components/Meter";
import { between } from "@parley/base/time";
import type { DeskAction } from "../../model/actions.ts";
import type { DeskScreen, DeviceKind, Devices } from "../../model/desk.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Code } from "../../ui/CodeWords.tsx";
import { FaceTile } from "../../ui/FaceTile.tsx";
import { Field } from "../../ui/Field.tsx";
import type { Pictures } from "../../ui/VideoTile.tsx";
import { Words, useWords } from "../../ui/Words.tsx";
import { name, say } from "../../words/say.ts";

type Act = (action: DeskAction) => void;
type Of<At extends DeskScreen["at"]> = Extract<DeskScreen, { at: At }>;

/** Longest code that is taken from a person, characters: twelve letters and their spaces are eighteen; the rest is room. */
const maxCode = 40;

export function NotEnrolled({ screen, act }: { screen: Of<"notEnrolled">; act: Act }) {
  const [code, setCode] = useState("");
  const { entry } = screen;
  const wrong = entry === "asking" || entry === "sending" ? null : say(`enrol.${entry}`);
  return (
    <div className="desk-heart">
      <h1 className="desk-title">
        <Words say={say("enrol.title")} />
      </h1>
      <p className="desk-why">
        <Words say={say("enrol.why")} />
      </p>
      <Form
        className="desk-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() !== "") act({ type: "enterCode", code });
        }}
      >
        <Field
          name="code"
          label={say("enrol.code")}
          hint={say("enrol.hint")}
          kind="code"
          max={maxCode}
          wrong={wrong}
          value={code}
          onChange={setCode}
          rest
        />
        <Button
          label={say(entry === "sending" ? "enrol.sending" : "enrol.send")}
          kind="primary"
          size="desk"
          tone="neutral"
          disabled={entry === "sending"}
        />
      </Form>
    </div>
  );
}

export function Enrolling({ screen, act }: { screen: Of<"enrolling">; act: Act }) {
  return (
    <div className="desk-heart">
      <h1 className="desk-title">
        <Words say={say("enrolling.title", { terminal: name(screen.terminal) })} />
      </h1>
      <Code text={screen.compare} />
      <p className="desk-why">
        <Words say={say("enrolling.why", { lasted: { lasted: between(screen.since, screen.now) } })} />
      </p>
      <Button label={say("enrolling.startOver")} size="desk" onPress={() => act({ type: "startOver" })} />
    </div>
  );
}

export function Setup({ screen, pictures, act }: { screen: Of<"setup">; pictures: Pictures; act: Act }) {
  return (
    <div className="desk-heart">
      <h1 className="desk-title">
        <Words say={say("setup.title", { terminal: name(screen.terminal) })} />
      </h1>
      <div className="setup">
        <FaceTile whose="ours" stream={pictures.self} picture={screen.self} them={screen.us} />
        <div className="setup-choices">
          <DeviceChoices
            devices={screen.devices}
            onDevice={(kind, id) => act({ type: "device", kind, id })}
            onTone={() => act({ type: "testSpeaker" })}
          />
        </div>
      </div>
      <Button
        label={say("setup.done")}
        kind="primary"
        size="desk"
        tone="neutral"
        rest
        onPress={() => act({ type: "setupDone" })}
      />
    </div>
  );
}

export type DeviceChoicesProps = {
  readonly devices: Devices;
  readonly onDevice: (kind: DeviceKind, id: string) => void;
  readonly onTone: () => void;
};

/** The three choices, the loudness at the microphone and a tone from the loudspeaker; the console shows the same. */
export function DeviceChoices({ devices, onDevice, onTone }: DeviceChoicesProps) {
  const words = useWords();
  return (["camera", "microphone", "speaker"] as const).map((kind) => (
    <div key={kind} className="device">
      <Choice
        label={say(`check.${kind}`)}
        empty={say("device.none")}
        options={devices[kind].all.map((device) => ({
          id: device.id,
          label: say("device.named", { label: name(device.label) }),
        }))}
        chosen={devices[kind].chosen}
        onChoose={(id) => onDevice(kind, id)}
      />
      {kind === "microphone" && (
        <Meter className="level" value={Math.round(devices.level * 100)} aria-label={words(say("device.level"))}>
          <svg
            className="level-bar"
            viewBox="0 0 100 4"
            preserveAspectRatio="none"
            aria-hidden="true"
            focusable="false"
          >
            <rect className="level-track" width="100" height="4" />
            <rect className="level-fill" width={Math.round(devices.level * 100)} height="4" />
          </svg>
        </Meter>
      )}
      {kind === "speaker" && <Button label={say("setup.testSpeaker")} kind="quiet" size="small" onPress={onTone} />}
    </div>
  ));
}
