// A QR code as one path of an SVG: no image, no canvas and no HTML built from text.
import { useMemo } from "react";
import { encode } from "uqr";

export function Qr({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => {
    const code = encode(text, { ecc: "M", border: 3 });
    let d = "";
    code.data.forEach((row, y) => row.forEach((dark, x) => dark && (d += `M${x} ${y}h1v1h-1z`)));
    return { path: d, size: code.size };
  }, [text]);
  return (
    <figure className="qr" aria-label={label}>
      <svg aria-hidden="true" viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
        <path d={path} />
      </svg>
    </figure>
  );
}
