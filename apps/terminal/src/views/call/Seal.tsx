// What both screens say of the call that this terminal holds: the card of its seal and its path, and what is wrong with it.
import type { ReactNode } from "react";
import type { Instant } from "@parley/base/time";
import { type CallFacts, alarmSentence, routeSentence, sealSentences } from "../../model/call.ts";
import { Card, type CardProps } from "../../ui/Card.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Words } from "../../ui/Words.tsx";
import { say } from "../../words/say.ts";

export type SealCardProps = Pick<CardProps, "level"> & {
  readonly call: CallFacts;
  readonly now: Instant;
  /** What else stands in the card. */
  readonly children?: ReactNode;
};

export function SealCard({ call, now, level = 2, children }: SealCardProps) {
  const { here, them } = call.ends;
  return (
    <Card title={say("seal.title")} tone="seal" level={level}>
      {sealSentences(call.seal, them, here.place, call.began, now).map((line) => (
        <p key={line.id} className="card-line">
          <Words say={line} />
        </p>
      ))}
      <p className="card-line">
        <Words say={routeSentence(call.route, now)} />
      </p>
      {children}
    </Card>
  );
}

export function CallAlarms({ call }: { call: CallFacts }) {
  return call.alarms.map((alarm) => (
    <p key={alarm.id} className="alarm">
      <ShapeMark shape="triangle" tone="warn" />
      <Words say={alarmSentence(alarm, call.ends.them)} />
    </p>
  ));
}
