// Subresource integrity (W3C SRI) for the page: every script and stylesheet that it names carries the hash of its bytes, so
// that a file swapped on the way, or half replaced on the disk, does not run.
import { createHash } from "node:crypto";

export const integrityOf = (bytes: Uint8Array): string =>
  `sha384-${createHash("sha384").update(bytes).digest("base64")}`;

/** A `<script src>`, or a `<link>` of a kind that browsers check; the address is captured. */
const checked =
  /<script\b[^>]*?\bsrc="([^"]+)"[^>]*>|<link\b(?=[^>]*\brel="(?:stylesheet|modulepreload)")[^>]*?\bhref="([^"]+)"[^>]*>/g;

/**
 * The page with `integrity` on every script and stylesheet. `read` gives the bytes behind an address of our own, or null.
 * Throws when the page names a file that is not there or is somebody else's, or carries script or style inside itself:
 * such a page would be a bug of the build.
 */
export function withIntegrity(html: string, read: (address: string) => Uint8Array | null): string {
  const inline = /<script(?![^>]*\bsrc=)[^>]*>|<style\b|\bstyle="|\son[a-z]+="/.exec(html);
  if (inline !== null) throw new Error(`the page carries something inline: ${inline[0]}`);
  return html.replace(checked, (tag: string, script: string | undefined, link: string | undefined) => {
    const address = script ?? link ?? "";
    const bytes = address.startsWith("/") && !address.startsWith("//") ? read(address) : null;
    if (bytes === null) throw new Error(`the page names ${address}, which is no file of ours`);
    return tag.replace(/\s*\/?>$/, ` integrity="${integrityOf(bytes)}">`);
  });
}
