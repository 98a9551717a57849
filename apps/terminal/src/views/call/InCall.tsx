// The call that runs, as the officer has it: the pictures where this console holds it, its seal and receipts, and the ways to
// be heard, to show a screen, to hand it to another terminal or take it from one, and to end it.
import { between } from "@parley/base/time";
import type { ConsoleAction } from "../../model/actions.ts";
import { beganSentence } from "../../model/call.ts";
import type { ConsoleCall, ConsoleOn } from "../../model/console.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { FaceTile } from "../../ui/FaceTile.tsx";
import { HoldButton } from "../../ui/HoldButton.tsx";
import { MicrophoneSwitch } from "../../ui/MicrophoneSwitch.tsx";
import type { Pictures } from "../../ui/VideoTile.tsx";
import { Words } from "../../ui/Words.tsx";
import { name, say } from "../../words/say.ts";
import { ReceiptTrack } from "../principal/Ring.tsx";
import { CallAlarms, SealCard } from "./Seal.tsx";

type Act = (action: ConsoleAction) => void;
type Props = { readonly screen: ConsoleOn; readonly act: Act };
type Of<At extends ConsoleCall["at"]> = Extract<ConsoleCall, { at: At }>;

export function InCall({
  call,
  screen,
  pictures,
  act,
}: Props & { readonly call: Of<"inCall">; readonly pictures: Pictures }) {
  const { facts, seat, handover } = call;
  const { them } = facts.ends;
  return (
    <>
      <CallAlarms call={facts} />
      <div className="call-columns">
        {seat.at === "here" && (
          <div className="call-pictures">
            <FaceTile whose="theirs" stream={pictures.them} picture={facts.picture} them={them} />
            <div className="call-corner">
              <FaceTile whose="ours" stream={pictures.self} picture={facts.selfPicture} them={them} />
            </div>
          </div>
        )}
        <div className="call-facts">
          {seat.at === "here" ? (
            <SealCard call={facts} now={screen.now} level={3}>
              <p className="card-line">
                <Words say={beganSentence(facts.began, facts.ends)} />
              </p>
            </SealCard>
          ) : (
            // What seals a call that another terminal holds is known there alone, so nothing is claimed of it here.
            <Card title={say("call.heldAt", { terminal: name(seat.name) })} level={3}>
              <p className="card-line">
                <Words say={beganSentence(facts.began, facts.ends)} />
              </p>
            </Card>
          )}
          <Card title={say("call.receipts")} level={3}>
            <ReceiptTrack receipts={call.receipts} here={screen.us.place} />
          </Card>
        </div>
      </div>
      <div className="call-acts">
        {seat.at === "here" ? (
          <>
            <MicrophoneSwitch
              microphone={facts.microphone}
              onChange={(to) => act({ type: "microphone", call: call.id, to })}
            />
            <Button
              label={say(facts.screen === "ours" ? "screen.stop" : "screen.share")}
              onPress={() => act({ type: "screen", call: call.id, to: facts.screen === "ours" ? "stopped" : "shared" })}
            />
            {handover.at === "none" && screen.handTargets.length > 0 && (
              <Choice
                label={say("call.handOver")}
                labelSeen={false}
                empty={say("call.handOverTo")}
                options={screen.handTargets.map((target) => ({
                  id: target.id,
                  label: say("device.named", { label: name(target.name) }),
                }))}
                chosen={null}
                onChoose={(to) => act({ type: "handOver", call: call.id, to })}
              />
            )}
          </>
        ) : (
          <Button label={say("call.takeOver")} onPress={() => act({ type: "takeOver", call: call.id })} />
        )}
        <span className="apart">
          <HoldButton label={say("call.end")} size="console" onHeld={() => act({ type: "end", call: call.id })} />
        </span>
      </div>
      {handover.at === "offered" && (
        <div className="row-acts">
          <output className="card-line">
            <Words
              say={say("call.offered", {
                terminal: name(handover.to),
                lasted: { lasted: between(handover.since, screen.now) },
              })}
            />
          </output>
          <Button label={say("call.keep")} size="small" onPress={() => act({ type: "keep", call: call.id })} />
        </div>
      )}
    </>
  );
}
