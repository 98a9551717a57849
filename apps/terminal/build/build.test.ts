import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isNoise } from "./build.ts";
import { integrityOf, withIntegrity } from "./integrity.ts";
import { listingOf, manifestOf } from "./manifest.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const files = new Map([
  ["/assets/a.js", bytes("a")],
  ["/assets/b.css", bytes("b")],
]);
const read = (address: string): Uint8Array | null => files.get(address) ?? null;

describe("integrity", () => {
  it("[VW40] each script, stylesheet and preloaded module gets the hash of its bytes, other links none", () => {
    const page = withIntegrity(
      `<link rel="icon" href="/i.svg"><link rel="stylesheet" crossorigin href="/assets/b.css"><link href="/assets/a.js" rel="modulepreload" /><script type="module" crossorigin src="/assets/a.js"></script>`,
      read,
    );
    expect(page).toBe(
      `<link rel="icon" href="/i.svg"><link rel="stylesheet" crossorigin href="/assets/b.css" integrity="${integrityOf(bytes("b"))}"><link href="/assets/a.js" rel="modulepreload" integrity="${integrityOf(bytes("a"))}"><script type="module" crossorigin src="/assets/a.js" integrity="${integrityOf(bytes("a"))}"></script>`,
    );
    expect(integrityOf(bytes("a"))).toMatch(/^sha384-[A-Za-z0-9+/]{64}$/);
  });

  it("[VW40] a page with something inline, missing or somebody else's is not made", () => {
    for (const bad of [
      "<script>go()</script>",
      '<script type="module">go()</script>',
      "<style>p{}</style>",
      '<p style="color:red">',
      '<body onload="go()">',
      '<script src="/assets/gone.js"></script>',
      '<script src="https://elsewhere.example/a.js"></script>',
      '<link rel="stylesheet" href="//elsewhere.example/b.css">',
    ])
      expect(() => withIntegrity(bad, read)).toThrow();
  });
});

describe("what the bundler says", () => {
  it("is silent about what is no problem, and about nothing else", () => {
    const externalized = (by: string, what = "crypto") =>
      `[plugin rolldown:vite-resolve] Module "${what}" has been externalized for browser compatibility, imported by "/x/${by}". See https://vite.dev`;
    expect(isNoise(externalized("node_modules/mlkem/esm/src/utils.js"))).toBe(true);
    expect(isNoise(externalized("node_modules/@hpke/common/esm/src/algorithm.js"))).toBe(true);
    expect(isNoise("C:\\x\\node_modules\\mlkem\\a.js")).toBe(false);
    expect(isNoise(externalized("node_modules/mlkem/esm/src/utils.js", "fs"))).toBe(false);
    expect(isNoise(externalized("node_modules/other/a.js"))).toBe(false);
    expect(isNoise(externalized("apps/terminal/src/main.tsx"))).toBe(false);
    expect(isNoise("Some chunks are larger than 2000 kB")).toBe(false);
  });
});

describe("manifest", () => {
  it("[VW41] lists every file in order of name, not itself, and its hash is that of sha256sum's output", () => {
    const served = new Map([
      ["index.html", bytes("page")],
      ["assets/z.js", bytes("z")],
      ["manifest.json", bytes("old")],
      ["assets/a.css", bytes("")],
    ]);
    const manifest = manifestOf(served);
    const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
    expect(manifest.files).toEqual([
      { path: "assets/a.css", bytes: 0, sha256: hash("") },
      { path: "assets/z.js", bytes: 1, sha256: hash("z") },
      { path: "index.html", bytes: 4, sha256: hash("page") },
    ]);
    expect(listingOf(manifest.files)).toBe(
      `${hash("")}  assets/a.css\n${hash("z")}  assets/z.js\n${hash("page")}  index.html\n`,
    );
    expect(manifest.hash).toBe(hash(listingOf(manifest.files)));
  });

  it("[VW41] one changed byte, name or file changes the hash", () => {
    const one = manifestOf(new Map([["a", bytes("a")]])).hash;
    expect(manifestOf(new Map([["a", bytes("b")]])).hash).not.toBe(one);
    expect(manifestOf(new Map([["b", bytes("a")]])).hash).not.toBe(one);
    expect(
      manifestOf(
        new Map([
          ["a", bytes("a")],
          ["b", bytes("")],
        ]),
      ).hash,
    ).not.toBe(one);
  });
});
