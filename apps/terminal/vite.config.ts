// How the terminal is bundled. What a station serves must stand under a policy that starts from nothing: no inline script or
// style, no eval, no data: fonts, no code that is fetched later, so that the integrity of every script is in the page itself.
import react from "@vitejs/plugin-react";
import { type Plugin, defineConfig } from "vite";

/** The languages of React Aria's own words that a terminal can show; the other thirty are left out of the bundle. */
const keptLanguages = /^(en-US|ar-AE)$/;

/** Replaces the messages of languages that no terminal shows by nothing. */
function onlyOurLanguages(): Plugin {
  return {
    name: "only-our-languages",
    enforce: "pre",
    load(id) {
      const language = /\/react-(?:aria|stately)[^/]*\/.*\/([a-z]{2}-[A-Z]{2})\.m?js$/.exec(id)?.[1];
      return language === undefined || keptLanguages.test(language) ? null : "export default {};";
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  plugins: [onlyOurLanguages(), react()],
  worker: { format: "es" },
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    minify: true,
    sourcemap: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
