import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createIntl } from "react-intl";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";
import { languages } from "./Language.tsx";
import { en } from "../words/en.ts";

const source = join(import.meta.dirname, "..");
const { formatters } = createIntl({ locale: "en", messages: {} });

type Node = { type: number; value?: unknown; options?: Record<string, { value: Node[] }>; pluralType?: string };
type Argument = { readonly name: string; readonly kind: string; readonly options: readonly string[] };

/** The arguments of a message, those inside its branches too, each with its kind and the branches it chooses between. */
function argumentsOf(message: string, locale: string): Argument[] {
  const found: Argument[] = [];
  const kinds = ["literal", "argument", "number", "date", "time", "select", "plural", "pound", "tag"];
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      const kind = kinds[node.type] ?? "unknown";
      if (kind !== "literal" && kind !== "pound")
        found.push({ name: String(node.value), kind, options: Object.keys(node.options ?? {}) });
      for (const option of Object.values(node.options ?? {})) visit(option.value);
    }
  };
  visit(formatters.getMessageFormat(message, locale).getAst() as Node[]);
  return found;
}

const names = (message: string, locale: string): string[] =>
  [...new Set(argumentsOf(message, locale).map(({ name }) => name))].toSorted();

/** What a message lets its arguments choose between, which no language has more or less of. */
const choices = (message: string, locale: string): readonly (readonly string[])[] =>
  argumentsOf(message, locale).flatMap(({ kind, options }) => (kind === "select" ? [options] : []));

describe("catalogues", () => {
  for (const [code, { locale, words }] of Object.entries(languages)) {
    it(`[VW2] ${code} has the keys and arguments of English, and words in each message`, () => {
      expect(Object.keys(words).toSorted()).toEqual(Object.keys(en).toSorted());
      for (const [key, message] of Object.entries(words)) {
        const english = en[key as keyof typeof en];
        expect([key, names(message, locale)]).toEqual([key, names(english, "en")]);
        expect([key, message.trim() === ""]).toEqual([key, english === ""]);
      }
    });

    it(`[VW2] ${code} has every plural form of its language, and the choices of English`, () => {
      const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.filter((form) => form !== "zero");
      for (const [key, message] of Object.entries(words)) {
        for (const argument of argumentsOf(message, locale)) {
          if (argument.kind === "plural" && !argument.options.some((option) => option.startsWith("=15")))
            expect([key, needed.filter((form) => !argument.options.includes(form))]).toEqual([key, []]);
          if (argument.kind === "select") expect([key, argument.options.at(-1)]).toEqual([key, "other"]);
        }
        const english = en[key as keyof typeof en];
        expect([key, choices(message, locale)]).toEqual([key, choices(english, "en")]);
      }
    });
  }

  it("[VW2] every message is one that some screen can show", () => {
    const code = [...files(source, /\.tsx?$/)]
      .filter((path) => !/words\/(en|ar)\.ts$|\.test\.|\/preview\//.test(path))
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
    // `cause.${code}` may show any message that begins and ends as the template does.
    const templates = [...code.matchAll(/`((?:[\w.]|\$\{[^}]+\})+)`/g)]
      .map((match) => match[1] ?? "")
      .filter((template) => /^[a-zA-Z]+\..*\$\{|^[a-zA-Z]+\$\{/.test(template))
      .map((template) => new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\$\{[^}]+\}/g, "\\w+")}$`));
    const unused = Object.keys(en).filter(
      (key) => !code.includes(`"${key}"`) && !templates.some((template) => template.test(key)),
    );
    expect(unused).toEqual([]);
  });

  it("[VW2] no view and no part of one holds text of its own", () => {
    const literal: string[] = [];
    let looked = 0;
    for (const path of [...files(join(source, "views"), /\.tsx$/), ...files(join(source, "ui"), /\.tsx$/)]) {
      const { program, errors } = parseSync(path, readFileSync(path, "utf8"));
      expect(errors).toEqual([]);
      looked += 1;
      walk(program, (node) => {
        const text = textOf(node);
        if (text !== null && /\p{L}{2}/u.test(text)) literal.push(`${path}: ${text.trim()}`);
      });
    }
    expect(looked).toBeGreaterThan(20);
    expect(literal).toEqual([]);
  });
});

const spoken = new Set([
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "title",
  "alt",
  "placeholder",
  "label",
]);

/** Text between tags, or a text given to an attribute that people read or hear; null for everything else. */
function textOf(node: Record<string, unknown>): string | null {
  if (node["type"] === "JSXText") return String(node["value"]);
  if (node["type"] === "JSXAttribute") {
    const name = (node["name"] as { name?: string }).name ?? "";
    const value = node["value"] as { type: string; value?: unknown } | null;
    if (spoken.has(name) && value?.type === "Literal") return String(value.value);
  }
  if (node["type"] === "JSXExpressionContainer") {
    const inner = node["expression"] as { type: string; value?: unknown };
    if (inner.type === "Literal" && typeof inner.value === "string") return inner.value;
  }
  return null;
}

function walk(node: unknown, see: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(node)) return node.forEach((child) => walk(child, see));
  if (typeof node !== "object" || node === null) return;
  if ("type" in node) see({ ...node });
  // An attribute's own value was judged with its name.
  for (const [key, child] of Object.entries(node))
    if (!("type" in node && node.type === "JSXAttribute" && key === "name")) walk(child, see);
}

function* files(folder: string, name: RegExp): Generator<string> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && name.test(entry.name)) yield join(entry.parentPath, entry.name);
}
