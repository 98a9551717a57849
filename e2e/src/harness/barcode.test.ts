import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bandOfHeight, cellsOf, codeOf, readSampled, rectangles, sampledHeight, sampledWidth } from "./barcode.ts";

const anyCode = fc.record({ party: fc.integer({ min: 1, max: 15 }), number: fc.integer({ min: 0, max: 2 ** 32 - 1 }) });

/** Paints the rectangles into a picture and samples its band by nearest pixel, as a canvas would by scaling. */
function throughPicture(code: { party: number; number: number }, width: number, height: number) {
  const picture = new Uint8Array(width * height).fill(128);
  for (const r of rectangles(code, width, height))
    for (let y = r.y; y < r.y + r.height; y++)
      picture.fill(r.white ? 235 : 16, y * width + r.x, y * width + r.x + r.width);
  return readSampled((x, y) => {
    const px = Math.floor(((x + 0.5) * width) / sampledWidth);
    const py = Math.floor(((y + 0.5) * height * bandOfHeight) / sampledHeight);
    return picture[py * width + px] ?? 0;
  });
}

describe("barcode", () => {
  it("every party and number comes back from its cells, and from a picture of any size a camera has", () => {
    fc.assert(
      fc.property(anyCode, fc.integer({ min: 160, max: 1920 }), fc.integer({ min: 90, max: 1080 }), (code, w, h) => {
        expect(codeOf(cellsOf(code))).toEqual(code);
        expect(throughPicture(code, w, h)).toEqual(code);
      }),
      { numRuns: 40 },
    );
  });
  it("up to two wrong cells never read as another barcode", () => {
    fc.assert(
      fc.property(anyCode, fc.nat(47), fc.nat(47), (code, a, b) => {
        const bent = cellsOf(code).map((cell, i) => (i === a || i === b ? !cell : cell));
        expect(codeOf(bent)).toBeNull();
      }),
    );
  });
  it("a black, a white and a grey picture say nothing", () => {
    for (const level of [0, 16, 128, 235, 255]) expect(readSampled(() => level)).toBeNull();
  });
});
