// The language of a terminal: its catalogue, its direction and the locale of its dates. Digits are Latin in every
// language, so that two officers on the telephone read the same figures off two screens.
import type { ReactNode } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { IntlProvider } from "react-intl";
import { ar } from "../words/ar.ts";
import { en, type WordId } from "../words/en.ts";

export type LanguageCode = "en" | "ar";

type Row = {
  /** For dates and plurals, BCP 47. */
  readonly locale: string;
  /** For React Aria's own words and keyboard directions. */
  readonly aria: string;
  readonly dir: "ltr" | "rtl";
  readonly words: Readonly<Record<WordId, string>>;
};

export const languages: Readonly<Record<LanguageCode, Row>> = {
  en: { locale: "en-GB", aria: "en-US", dir: "ltr", words: en },
  ar: { locale: "ar-u-nu-latn", aria: "ar-AE", dir: "rtl", words: ar },
};

/** The first of the browser's languages that there is a catalogue for, else English. */
export function pickLanguage(wanted: readonly string[]): LanguageCode {
  for (const tag of wanted) {
    const code = tag.toLowerCase().split("-")[0];
    if (code === "en" || code === "ar") return code;
  }
  return "en";
}

/** Sets the language and direction of the whole page; once at start, and again when the person chooses another. */
export function applyLanguage(page: Document, code: LanguageCode): void {
  page.documentElement.lang = code;
  page.documentElement.dir = languages[code].dir;
}

export function Language({ of, children }: { of: LanguageCode; children: ReactNode }) {
  const { locale, aria, words } = languages[of];
  return (
    <IntlProvider locale={locale} messages={words} defaultLocale="en-GB">
      <I18nProvider locale={aria}>{children}</I18nProvider>
    </IntlProvider>
  );
}
