// What ends, or should have been renewed: certificates as ports show them, and what people wrote down.
import type { Case } from "../case.ts";
import { configured } from "../acts.ts";

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const listed = (mode: number, what: string, days: number, how: string): Case => ({
  mode,
  how,
  guilty: "a",
  expects: [
    { at: "a", of: "b", by: "check", code: "CHECK_ENDS_SOON", about: what },
    { at: "b", of: "a", by: "check", code: "CHECK_ENDS_SOON", about: what },
  ],
  inject: ({ sites }) => configured(sites.a, (settings) => ({ ...settings, dates: [{ what, ends: inDays(days) }] })),
});

export const dates: readonly Case[] = [
  {
    mode: 1,
    how: "a's web and relay certificate ended a day ago and was taken up so",
    guilty: "a",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_CERTIFICATE_ENDED", about: "web" },
      { at: "a", of: "b", by: "check", code: "CHECK_CERTIFICATE_ENDED", about: "turnTls" },
      { at: "b", of: "a", by: "check", code: "CHECK_CERTIFICATE_ENDED", about: "turnTls" },
    ],
    inject: async ({ certified }) => {
      await certified.renew([-90, -1]);
      return () => certified.renew();
    },
  },
  {
    mode: 1,
    how: "a's certificate was renewed with a key that does not fit, so the ports go on showing the old one",
    guilty: "a",
    expects: [{ at: "a", of: "b", by: "check", code: "CHECK_CERTIFICATE_UNFIT" }],
    inject: async ({ certified }) => {
      await certified.misfit();
      return () => certified.renew();
    },
  },
  {
    mode: 1,
    how: "a's certificate was renewed for another name",
    guilty: "a",
    expects: [{ at: "a", of: "b", by: "check", code: "CHECK_CERTIFICATE_NAME", about: "web" }],
    inject: async ({ certified }) => {
      await certified.renew([-1, 90], "somebody.example");
      return () => certified.renew();
    },
  },
  {
    mode: 2,
    how: "a's certificate has a fifth of its life left and nothing has renewed it",
    guilty: "a",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_ENDS_SOON", about: "webCertificate" },
      { at: "b", of: "a", by: "check", code: "CHECK_ENDS_SOON", about: "turnCertificate" },
    ],
    inject: async ({ certified }) => {
      await certified.renew([-72, 18]);
      return () => certified.renew();
    },
  },
  listed(6, "domain northmark.example", 10, "a's domain, listed in its settings, ends in ten days"),
  listed(7, "contract for the circuit", -1, "a's contract for its circuit, listed in its settings, ended yesterday"),
  {
    mode: 41,
    how: "a's certificate has ended, a's station calls its officers, and nobody takes the alarm up",
    guilty: "a",
    listens: ["alarm"],
    expects: [
      { at: "a", by: "alarm", code: "CHECK_CERTIFICATE_ENDED" },
      { at: "b", of: "a", by: "alarm", code: "FAR_UNATTENDED" },
    ],
    prepare: ({ sites }) =>
      configured(sites.a, (settings) => ({ ...settings, alarms: { unacknowledgedMinutes: 0.05 } })),
    inject: async ({ certified }) => {
      await certified.renew([-90, -1]);
      return () => certified.renew();
    },
  },
];
