// Everything a person can do at a desk or a console, as two closed unions. Each action names what it is about, so that the
// same press twice is the same action twice and does nothing the second time.
import type { DeviceKind } from "./desk.ts";

export type DeskAction =
  | { readonly type: "choose"; readonly line: string }
  | { readonly type: "call"; readonly line: string }
  /** A finger is on Answer, which may yet slide off. */
  | { readonly type: "reach"; readonly call: string }
  | { readonly type: "answer"; readonly call: string }
  | { readonly type: "takeOver"; readonly call: string }
  | { readonly type: "stopRinging"; readonly call: string }
  | { readonly type: "microphone"; readonly call: string; readonly to: "open" | "muted" }
  | { readonly type: "end"; readonly call: string }
  | { readonly type: "backToLine" }
  | { readonly type: "enterCode"; readonly code: string }
  | { readonly type: "startOver" }
  | { readonly type: "device"; readonly kind: DeviceKind; readonly id: string | null }
  | { readonly type: "tryDevices" }
  | { readonly type: "testSpeaker"; readonly kind: "speaker" | "ringer" }
  | { readonly type: "setupDone" }
  | { readonly type: "tryAgain" };

export const sections = ["lines", "readiness", "call", "terminals", "pairing", "ledger", "alarms"] as const;
export type Section = (typeof sections)[number];

/** What an enrolment code may make of whoever types it, once a signed-in officer approves. */
export type EnrolRole = "desk" | "console" | "officer";

export type ConsoleAction =
  | { readonly type: "signIn" }
  | { readonly type: "signOut" }
  | { readonly type: "firstOfficer"; readonly code: string; readonly name: string }
  | { readonly type: "open"; readonly section: Section }
  | { readonly type: "tryAgain" }
  | { readonly type: "call"; readonly line: string; readonly from: "here" | "desk" }
  | { readonly type: "answerHere"; readonly call: string }
  | { readonly type: "ringDesk"; readonly call: string }
  | { readonly type: "handOver"; readonly call: string; readonly to: string }
  | { readonly type: "takeOver"; readonly call: string }
  | { readonly type: "keep"; readonly call: string }
  | { readonly type: "decline"; readonly call: string }
  | { readonly type: "stopRinging"; readonly call: string }
  | { readonly type: "end"; readonly call: string }
  | { readonly type: "microphone"; readonly call: string; readonly to: "open" | "muted" }
  | { readonly type: "screen"; readonly call: string; readonly to: "shared" | "stopped" }
  | { readonly type: "device"; readonly kind: DeviceKind; readonly id: string | null }
  | { readonly type: "tryDevices" }
  | { readonly type: "testSpeaker"; readonly kind: "speaker" | "ringer" }
  | { readonly type: "makeCode"; readonly role: EnrolRole; readonly name: string }
  | { readonly type: "withdrawCode"; readonly id: string }
  | { readonly type: "approve"; readonly request: string }
  | { readonly type: "refuse"; readonly request: string }
  | { readonly type: "removeTerminal"; readonly terminal: string; readonly typed: string }
  | { readonly type: "confirmRemoval"; readonly terminal: string }
  | { readonly type: "rekeyLine"; readonly line: string }
  | { readonly type: "here"; readonly question: string }
  | { readonly type: "openSetup"; readonly terminal: string }
  | { readonly type: "addPasskey" }
  | { readonly type: "makeOffer" }
  | { readonly type: "withdrawOffer" }
  | { readonly type: "importOffer"; readonly text: string }
  | { readonly type: "importFile"; readonly file: File }
  | { readonly type: "saveOffer" }
  | { readonly type: "words"; readonly answer: "match" | "differ" }
  | { readonly type: "pairingSeen" }
  | { readonly type: "olderEntries" }
  /** Opens the section of readiness on that line, at its newest drill. */
  | { readonly type: "readiness"; readonly line: string }
  | { readonly type: "olderDrills"; readonly line: string }
  /** A session of a drill, by its entry in the ledger. */
  | { readonly type: "drill"; readonly index: number }
  | { readonly type: "drillNow"; readonly line: string }
  | { readonly type: "acknowledge"; readonly alarm: string }
  | { readonly type: "shelve"; readonly alarm: string; readonly minutes: 15 | 60 | 240 };
