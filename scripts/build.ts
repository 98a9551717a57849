// `npm run build`: the terminal, the only part of Parley that is built at all, into apps/terminal/dist.
import { join } from "node:path";
import { buildTerminal } from "../apps/terminal/build/build.ts";

const { folder, manifest } = await buildTerminal("index", join(import.meta.dirname, "..", "apps", "terminal", "dist"));
const size = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
console.log(`Built ${manifest.files.length} files, ${Math.ceil(size / 1024)} kB, into ${folder}`);
console.log(`Manifest ${manifest.hash}`);
