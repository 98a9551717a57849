// The facts of one call as both screens show them: who, since when, sealed with whose key, what is heard and seen.
// Elapsed time is worked out from `now`, never counted here.
import { type Instant, type Ms, between } from "@parley/base/time";
import { type Place } from "../words/place.ts";
import { type Say, ago, length, moment, name, say } from "../words/say.ts";
import { type Cause, causeClause } from "./cause.ts";
import type { Party } from "./line.ts";

/** The two ends of a call and the person's room over there; `them.place` gives the far clock. */
export type Ends = {
  readonly here: Party;
  readonly them: Party;
  /** "President's office", or null */ readonly room: string | null;
};

/** The receipts of a ring: when each was signed over there, or null while it is awaited. */
export type Receipts = {
  readonly delivered: Instant | null;
  readonly rang: Instant | null;
  readonly seen: Instant | null;
  readonly answered: Instant | null;
};

export const receiptNames = ["delivered", "rang", "seen", "answered"] as const;

export type Seal = {
  /** Since when the other party's root key is the one that was compared at pairing. */
  readonly keySince: Instant;
  /** When the current epoch began; the keys of a call change every few minutes. */
  readonly epochAt: Instant;
  /** Whether the other side acknowledged this epoch; with `waiting` the age shows. */
  readonly epoch: "confirmed" | "waiting";
  /** When a drill last proved the line before this call, or null. */
  readonly provenAt: Instant | null;
};

export type Microphone =
  { readonly at: "open" } | { readonly at: "muted" } | { readonly at: "lost"; readonly cause: Cause };

/** Why a tile shows no picture. A grey tile without its cause is never shown. */
export type PictureCause =
  "waitingForKeys" | "waitingForPicture" | "off" | "poorPath" | "dark" | "unsealed" | "opening";

export type Picture =
  | { readonly at: "shown" }
  | { readonly at: "hidden"; readonly why: PictureCause }
  /** The camera over here, or over there, cannot be used. */
  | { readonly at: "lost"; readonly cause: Cause };

export type Route =
  | { readonly at: "direct" | "relay"; readonly roundTrip: Ms | null }
  | { readonly at: "searching"; readonly since: Instant };

export type CallAlarm = {
  readonly id: string;
  readonly what: "unsealedFrames" | "forgedFrames" | "epochOld" | "codeChanged";
  readonly since: Instant;
};

export type CallFacts = {
  readonly id: string;
  readonly ends: Ends;
  /** When both sides first saw or heard each other. */
  readonly began: Instant;
  readonly seal: Seal;
  readonly microphone: Microphone;
  readonly theirMicrophone: "open" | "muted" | "lost" | "unknown";
  readonly picture: Picture;
  readonly selfPicture: Picture;
  /** Whose screen is on show under the same seal, besides the faces. */
  readonly screen: "none" | "ours" | "theirs";
  readonly route: Route;
  readonly alarms: readonly CallAlarm[];
};

type Somewhere = Pick<Party, "name" | "place">;

/** "Began 15:07 Northmark (UTC−5), 23:07 Estovar (UTC+3)." */
export function beganSentence(began: Instant, ends: { readonly here: Somewhere; readonly them: Somewhere }): Say {
  return say("call.began", {
    here: moment(began, ends.here.place, "timeThere"),
    there: moment(began, ends.them.place, "timeThere"),
  });
}

/** "Ended 16:19 Northmark (UTC−5), 00:19 Estovar (UTC+3)." */
export function endedSentence(ended: Instant, ends: { readonly here: Somewhere; readonly them: Somewhere }): Say {
  return say("ended.at", {
    here: moment(ended, ends.here.place, "timeThere"),
    there: moment(ended, ends.them.place, "timeThere"),
  });
}

/** How the ledger tells of a call: with whom, when it began at both ends, and how long it lasted. */
export function callEntry(them: Somewhere, here: Somewhere, began: Instant, ended: Instant): Say {
  return say("entry.call", {
    them: name(them.name),
    began: beganSentence(began, { here, them }),
    length: length(between(began, ended)),
  });
}

export function microphoneSentence(microphone: Microphone): Say {
  switch (microphone.at) {
    case "open":
      return say("mic.heard");
    case "muted":
      return say("mic.muted");
    case "lost":
      return say("mic.lost", { cause: causeClause(microphone.cause) });
  }
  microphone satisfies never;
}

/** The lines of the seal card, most telling first. */
export function sealSentences(seal: Seal, them: Party, here: Place, began: Instant, now: Instant): readonly Say[] {
  const key = say("seal.key", { them: name(them.name), since: moment(seal.keySince, here, "date") });
  const age = between(seal.epochAt, now);
  const epoch =
    seal.epoch === "confirmed"
      ? say("seal.epoch", { ago: ago(age) })
      : say("seal.epochWaiting", { length: length(age), them: name(them.name) });
  const proven =
    seal.provenAt === null
      ? say("seal.unproven")
      : say("seal.proven", { length: length(between(seal.provenAt, began)) });
  return [key, epoch, proven];
}

export function routeSentence(route: Route, now: Instant): Say {
  if (route.at === "searching") return say("route.searching", { length: length(between(route.since, now)) });
  if (route.roundTrip === null) return say(`route.${route.at}`);
  return say(`route.${route.at}Timed`, { ms: Math.round(route.roundTrip) });
}

/** Why there is no picture; null while there is one. */
export function pictureSentence(picture: Picture, whose: "ours" | "theirs", them: Party): Say | null {
  switch (picture.at) {
    case "shown":
      return null;
    case "hidden":
      return say(`picture.${picture.why}`, { whose, them: name(them.name) });
    case "lost":
      return say("picture.lost", { whose, cause: causeClause(picture.cause) });
  }
  return picture satisfies never;
}

export function alarmSentence(alarm: CallAlarm, them: Party): Say {
  return say(`callAlarm.${alarm.what}`, { them: name(them.name) });
}
