// Made-up parties and moments for the preview: the same facts in every language, with names in the viewer's own script.
import { type Instant, instant, ms } from "@parley/base/time";
import type { Ends } from "../model/call.ts";
import type { Line, Party, Tick } from "../model/line.ts";
import type { LanguageCode } from "../ui/Language.tsx";

/** Monday 7 December 2026, 20:07:12 UTC: 15:07 in Northmark, 23:07 in Estovar. */
export const now: Instant = instant(Date.UTC(2026, 11, 7, 20, 7, 12));

export const before = (seconds: number): Instant => instant(now - seconds * 1000);
export const day = (year: number, month: number, date: number, hour = 9): Instant =>
  instant(Date.UTC(year, month - 1, date, hour));

export type Names = Record<
  | "northmark"
  | "estovar"
  | "maren"
  | "sollund"
  | "vey"
  | "terminal"
  | "room"
  | "ada"
  | "jonas"
  | "camera"
  | "microphone"
  | "speaker"
  | "console"
  | "browser"
  | "longName",
  string
>;

const names: Readonly<Record<LanguageCode, Names>> = {
  en: {
    northmark: "Northmark",
    estovar: "Estovar",
    maren: "Maren",
    sollund: "Sollund",
    vey: "Vey",
    terminal: "Desk, room 3",
    room: "President’s office",
    ada: "Ada Lindqvist",
    jonas: "Jonas Brandt",
    camera: "Room camera",
    microphone: "Table microphone",
    speaker: "Room loudspeaker",
    console: "Console, watch room",
    browser: "Chromium on Linux",
    longName: "Federal Ministry of Foreign Affairs of the Republic of Estovar",
  },
  ar: {
    northmark: "نورثمارك",
    estovar: "إستوفار",
    maren: "مارين",
    sollund: "سولوند",
    vey: "فيي",
    terminal: "مكتب، غرفة 3",
    room: "مكتب الرئيس",
    ada: "آدا ليندكفيست",
    jonas: "يوناس برانت",
    camera: "كاميرا الغرفة",
    microphone: "ميكروفون الطاولة",
    speaker: "سماعة الغرفة",
    console: "وحدة التحكم، غرفة المناوبة",
    browser: "Chromium على Linux",
    longName: "وزارة الخارجية الاتحادية لجمهورية إستوفار الشمالية",
  },
};

const shield = (a: string, b: string): string =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 72"><path d="M3 3h54v34c0 17-13 27-27 32C16 64 3 54 3 37z" fill="${a}" stroke="#c9d3de" stroke-width="2"/><path d="M30 3v66C16 64 3 54 3 37V3z" fill="${b}"/><path d="M3 30h54" stroke="#c9d3de" stroke-width="2"/></svg>`,
  )}`;

export type Cast = {
  readonly names: Names;
  readonly us: Party;
  readonly them: Party;
  readonly maren: Party;
  readonly sollund: Party;
  readonly vey: Party;
  readonly ends: Ends;
};

export function cast(language: LanguageCode): Cast {
  const n = names[language];
  const party = (name: string, zone: string, crest: string | null = null): Party => ({
    name,
    place: { name, zone },
    crest,
  });
  const us = party(n.northmark, "America/New_York");
  const them = party(n.estovar, "Europe/Istanbul", shield("#23405f", "#6b2430"));
  return {
    names: n,
    us,
    them,
    maren: party(n.maren, "Asia/Kolkata"),
    sollund: party(n.sollund, "Europe/Oslo"),
    vey: party(n.vey, "Pacific/Auckland"),
    ends: { here: us, them, room: n.room },
  };
}

export function ticks(count: number, marked: Readonly<Record<number, Tick>> = {}): readonly Tick[] {
  return Array.from({ length: count }, (_, i) => marked[i] ?? "passed");
}

export function readyLine(them: Party): Line {
  return {
    id: "line-1",
    them,
    established: day(2021, 3, 4),
    used: null,
    missed: null,
    state: { at: "ready", provenAt: before(12 * 60) },
    ticks: ticks(48, { 17: "degraded" }),
    lastDrill: before(12 * 60),
    rehearsing: "no",
    people: {
      ours: { at: "ready", since: before(2 * 3600), by: "Ada" },
      theirs: { at: "ready", since: before(6 * 3600), by: "" },
    },
    stations: { at: "linked", since: day(2026, 11, 30, 4) },
    roundTrip: { time: ms(41), loss: 0 },
    horizon: { at: day(2027, 3, 14), what: "turnCertificate", whose: "theirs", name: "" },
    findings: [],
  };
}

export function newLine(them: Party): Line {
  return {
    ...readyLine(them),
    established: day(2026, 12, 7, 19),
    state: { at: "unproven", why: "neverDrilled", since: day(2026, 12, 7, 19), test: "none" },
    ticks: [],
    lastDrill: null,
    rehearsing: "no",
    people: {
      ours: { at: "ready", since: before(2 * 3600), by: "Ada" },
      theirs: { at: "untold", since: before(0), by: "" },
    },
    roundTrip: null,
    horizon: null,
    findings: [],
  };
}
