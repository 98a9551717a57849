// The choice of camera, microphone and loudspeakers, each with its own proof: a picture, a bar of loudness, a tone. What is
// wrong with one stands under it, with what to do. The desk's set-up and the console show the same.
import { Meter } from "react-aria-components/Meter";
import { type DeviceKind, type Devices, deviceKinds } from "../../model/desk.ts";
import { type Trouble, troubleWords } from "../../model/trouble.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Words, useWords } from "../../ui/Words.tsx";
import { name, say } from "../../words/say.ts";

/** What a person can do here, at a desk and at a console alike. */
type DeviceAction =
  | { readonly type: "device"; readonly kind: DeviceKind; readonly id: string | null }
  | { readonly type: "tryDevices" }
  | { readonly type: "testSpeaker"; readonly kind: "speaker" | "ringer" };

export type DeviceChoicesProps = { readonly devices: Devices; readonly act: (action: DeviceAction) => void };

/** Stands for no choice in the list of loudspeakers. */
const unchosen = "none";

export function DeviceChoices({ devices, act }: DeviceChoicesProps) {
  return deviceKinds.map((kind) => (
    <div key={kind} className="device">
      <Choice
        label={say(`check.${kind}`)}
        empty={say(devices[kind].all.length === 0 && kind !== "speaker" ? "device.none" : "device.system")}
        options={optionsOf(kind, devices)}
        chosen={devices[kind].chosen ?? (kind === "speaker" || kind === "ringer" ? unchosen : null)}
        onChoose={(id) => act({ type: "device", kind, id: id === unchosen ? null : id })}
      />
      {kind === "microphone" && <LevelBar level={devices.level} />}
      {(kind === "speaker" || kind === "ringer") && (
        <Button
          label={say("setup.testSpeaker")}
          kind="quiet"
          size="small"
          onPress={() => act({ type: "testSpeaker", kind })}
        />
      )}
      {kind !== "ringer" && devices[kind].trouble !== null && (
        <Wrong trouble={devices[kind].trouble} onAgain={() => act({ type: "tryDevices" })} />
      )}
    </div>
  ));
}

function optionsOf(kind: DeviceKind, devices: Devices): readonly Option[] {
  const named = devices[kind].all.map(({ id, label }) => ({ id, label: say("device.named", { label: name(label) }) }));
  if (kind === "speaker") return [{ id: unchosen, label: say("device.system") }, ...named];
  if (kind === "ringer") return [{ id: unchosen, label: say("device.every") }, ...named];
  return named;
}

function Wrong({ trouble, onAgain }: { trouble: Trouble; onAgain: () => void }) {
  const { what, cure } = troubleWords(trouble);
  return (
    <output className="device-wrong" data-trouble={trouble}>
      <span className="device-what">
        <ShapeMark shape="square" tone="fault" />
        <Words say={what} />
      </span>
      <span>
        <Words say={cure} />
      </span>
      {trouble !== "speakerMissing" && (
        <Button label={say("setup.again")} kind="quiet" size="small" onPress={onAgain} />
      )}
    </output>
  );
}

function LevelBar({ level }: { level: number }) {
  const words = useWords();
  const shown = Math.round(level * 100);
  return (
    <Meter className="level" value={shown} aria-label={words(say("device.level"))}>
      <svg className="level-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect className="level-track" width="100" height="4" />
        <rect className="level-fill" width={shown} height="4" />
      </svg>
    </Meter>
  );
}
