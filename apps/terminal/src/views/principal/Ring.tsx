// A ring going out, with the signed receipts as they come in; a ring coming in, where nothing is sent before the one press;
// and the moment between the answer and the picture.
import type { Instant } from "@parley/base/time";
import type { DeskAction } from "../../model/actions.ts";
import { type Receipts, receiptNames } from "../../model/call.ts";
import type { DeskScreen } from "../../model/desk.ts";
import { Button } from "../../ui/Button.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { FaceTile } from "../../ui/FaceTile.tsx";
import { HoldButton } from "../../ui/HoldButton.tsx";
import { PartyName } from "../../ui/PartyName.tsx";
import { ShapeMark, StateMark } from "../../ui/StateMark.tsx";
import { Thread } from "../../ui/Thread.tsx";
import type { Pictures } from "../../ui/VideoTile.tsx";
import { Words } from "../../ui/Words.tsx";
import type { Place } from "../../words/place.ts";
import { type Say, moment, name, say } from "../../words/say.ts";

type Act = (action: DeskAction) => void;
type Of<At extends DeskScreen["at"]> = Extract<DeskScreen, { at: At }>;

export function RingingOut({ screen, act }: { screen: Of<"ringingOut">; act: Act }) {
  const { ends, now, since, receipts } = screen;
  return (
    <>
      <Thread at={now} here={ends.here} there={ends.them} state="calling" shape="ringing" tone="live" />
      <div className="desk-heart">
        <Whom ends={ends} />
        <p className="desk-state">
          <StateMark mark={{ shape: "ringing", tone: "live", word: say("state.ringing") }} />
          <Elapsed since={since} now={now} />
        </p>
        <ReceiptTrack receipts={receipts} here={ends.here.place} />
        <HoldButton
          label={say("ring.stop")}
          mark="stop"
          rest
          onHeld={() => act({ type: "stopRinging", call: screen.call })}
        />
      </div>
    </>
  );
}

const ringWord = { call: "ring.calling", handover: "ring.waiting", asked: "ring.asked" } as const;

export function RingingIn({ screen, pictures, act }: { screen: Of<"ringingIn">; pictures: Pictures; act: Act }) {
  const { ends, now, since } = screen;
  const them = name(ends.them.name);
  return (
    <>
      <Thread at={now} here={ends.here} there={ends.them} state="called" shape="ringing" tone="live" />
      <div className="desk-heart">
        <Whom ends={ends} />
        <p className="desk-state">
          <StateMark
            mark={{
              shape: "ringing",
              tone: "live",
              word: say(ringWord[screen.how]),
            }}
          />
          <Elapsed since={since} now={now} />
        </p>
        <Button
          label={say(screen.how === "call" ? "ring.answer" : "ring.join")}
          mark="answer"
          kind="primary"
          size="desk"
          rest
          describedBy="not-yet"
          onReach={() => act({ type: "reach", call: screen.call })}
          onPress={() => act({ type: "answer", call: screen.call })}
        />
        <p className="desk-note" id="not-yet">
          <Words say={say("ring.notYet", { them })} />{" "}
          {screen.how !== "asked" && <Words say={say(`ring.keys.${screen.keys}`)} />}
        </p>
      </div>
      <div className="desk-preview">
        <FaceTile whose="ours" stream={pictures.self} picture={screen.self} them={ends.them} />
      </div>
    </>
  );
}

/** Laid out as the call will be, so that nothing jumps when it begins: their picture covers the sentence as soon as it is there. */
export function Connecting({ screen, act }: { screen: Of<"connecting">; act: Act }) {
  const { ends, now, since } = screen;
  return (
    <>
      <p className="connecting-why">
        <Words
          say={say(`connecting.${screen.step}`, { them: name(ends.them.name), terminal: name(ends.room ?? "") })}
        />
      </p>
      <div className="call-over">
        <div className="call-head-row">
          <section className="card">
            <h1 className="who-name">
              <bdi>{ends.them.name}</bdi>
              {ends.room !== null && <bdi className="who-room">{ends.room}</bdi>}
            </h1>
            <p className="who-running">
              <StateMark mark={{ shape: "ringing", tone: "live", word: say("state.connecting") }} />
              <Elapsed since={since} now={now} />
            </p>
          </section>
        </div>
        <div />
        <div className="call-foot-row">
          <div className="bar">
            <HoldButton
              label={say("call.end")}
              mark="end"
              rest
              onHeld={() => act({ type: "end", call: screen.call })}
            />
          </div>
        </div>
      </div>
    </>
  );
}

function Whom({ ends }: { ends: Of<"ringingOut">["ends"] }) {
  return (
    <>
      {ends.them.crest !== null && <img className="crest" src={ends.them.crest} alt="" />}
      <PartyName name={ends.them.name} />
      {ends.room !== null && (
        <p className="desk-room">
          <bdi>{ends.room}</bdi>
        </p>
      )}
    </>
  );
}

/** The four receipts of a ring in their order, each with its time once it is there. */
export function ReceiptTrack({ receipts, here }: { receipts: Receipts; here: Place }) {
  return (
    <ol className="receipts">
      {receiptNames.map((receipt) => {
        const at = receipts[receipt];
        return (
          <li key={receipt} className="receipt" data-at={at === null ? "awaited" : "there"}>
            <ShapeMark shape={at === null ? "hollow" : "disc"} tone={at === null ? "quiet" : "live"} />
            <span className="receipt-word">
              <Words say={say(`receipt.${receipt}`)} />
            </span>
            <span className="receipt-time">
              <Words say={receiptTime(at, here)} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}

const receiptTime = (at: Instant | null, here: Place): Say =>
  at === null ? say("receipt.awaited") : say("time.only", { at: moment(at, here, "seconds") });
