// Metrics as OpenMetrics 1.0 text, which Prometheus and its kin read.
import { type MetricName, metricNames, metricsTable, sampleName } from "./table.ts";

export const contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** A value with those of the table's labels that are not empty; null is not known, and not said. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number | null };

/** All there are: a metric that nobody collects does not compile. */
export type Samples = Readonly<Record<MetricName, readonly Sample[]>>;

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (it) => (it === "\n" ? "\\n" : `\\${it}`));

export function writeMetrics(samples: Samples): string {
  const lines = metricNames.flatMap((name) => {
    const { type, help } = metricsTable[name];
    const head = [`# TYPE ${name} ${type}`, `# HELP ${name} ${escaped(help)}`];
    return [...head, ...samples[name].flatMap((sample) => lineOf(sampleName(name), sample) ?? [])];
  });
  return `${lines.join("\n")}\n# EOF\n`;
}

function lineOf(name: string, { labels, value }: Sample): string | null {
  if (value === null || !Number.isFinite(value)) return null;
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}
