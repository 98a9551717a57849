// `npm run shots [-- part-of-a-state ...]`: every state of both screens as a picture in shots/, in English and in Arabic, at
// the sizes of real rooms and some at 200 % zoom, served by the station's own web server under the policy of production.
// Each page must load in silence, ask nobody else for anything, and be found without fault by axe; otherwise this fails.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axeFaults, openGallery } from "../e2e/src/views/gallery.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "shots");
const only = process.argv.slice(2);

type Size = { readonly name: string; readonly width: number; readonly height: number; readonly zoom: 1 | 2 };
const size = (width: number, height: number, zoom: 1 | 2 = 1): Size => ({
  name: zoom === 1 ? `${width}x${height}` : `${width}x${height}@200`,
  width,
  height,
  zoom,
});

const deskSizes = [size(1280, 800), size(1920, 1080)];
const consoleSizes = [size(1366, 768)];
/** The states also taken at 200 % zoom (WCAG 1.4.4): one of each layout. */
const zoomed = new Set([
  "desk/idle.ready",
  "desk/ringingIn",
  "desk/inCall",
  "desk/notEnrolled",
  "console/lines.ringing",
  "console/pairing.words",
  "console/terminals.letIn",
]);

if (only.length === 0) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const gallery = await openGallery(join(folder, ".site"));
let taken = 0;
const faults: string[] = [];
try {
  for (const state of gallery.states) {
    if (only.length > 0 && !only.some((part) => state.includes(part))) continue;
    const sizes = state.startsWith("desk/") ? deskSizes : consoleSizes;
    for (const language of ["en", "ar"]) {
      for (const at of [...sizes, ...(zoomed.has(state) ? [size(1280, 800, 2)] : [])]) {
        const name = `${state.replace("/", "-")}.${language}.${at.name}`;
        await gallery.show(state, language, at);
        writeFileSync(join(folder, `${name}.png`), await gallery.picture());
        faults.push(...gallery.complaints().map((complaint) => `${name}: ${complaint}`));
        faults.push(...(await axeFaults(gallery.page)).map((violation) => `${name}: ${violation}`));
        taken += 1;
      }
    }
  }
} finally {
  await gallery.close();
}
for (const fault of faults) console.log(fault);
console.log(`${taken} pictures in ${folder}; ${faults.length} faults`);
process.exit(faults.length === 0 && taken > 0 ? 0 : 1);
