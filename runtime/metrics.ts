import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export interface MetricSpec<Label extends string> {
  /** What and unit: `records_accepted`; the name becomes `spendtrail_records_accepted_total` for a counter. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

export interface Metrics {
  counter<Label extends string = never>(spec: MetricSpec<Label>): Counter<Label>;
  gauge<Label extends string = never>(spec: MetricSpec<Label>): Gauge<Label>;
  /** A gauge that is asked for its value whenever somebody looks. */
  watch(spec: MetricSpec<never>, value: () => number): void;
  histogram<Label extends string = never>(
    spec: MetricSpec<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label>;
  /** The text that Prometheus scrapes, and its content type. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/**
 * A registry of its own (prom-client's global one would be shared by programs in one process). All names are
 * `spendtrail_<what>_<unit>`, with `_total` for a counter; a label's values come from closed lists.
 * Node's own figures (`process_*`, `nodejs_*`) are in it unless `defaults` is false.
 */
export function createMetrics(options: { defaults?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.defaults !== false) collectDefaultMetrics({ register: registry });
  const common = <Label extends string>(spec: MetricSpec<Label>, suffix = "") => ({
    name: metricName(spec.name, suffix),
    help: spec.help,
    labelNames: [...(spec.labels ?? [])],
    registers: [registry],
  });
  return {
    counter: (spec) => new Counter(common(spec, "_total")),
    gauge: (spec) => new Gauge(common(spec)),
    watch: (spec, value) => {
      const gauge: Gauge = new Gauge({ ...common(spec), collect: () => gauge.set(value()) });
    },
    histogram: (spec) => new Histogram({ ...common(spec), buckets: [...spec.buckets] }),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function metricName(name: string, suffix: string): string {
  if (
    !/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/.test(name) ||
    name.startsWith("spendtrail_") ||
    name.endsWith("_total")
  )
    throw new Error(`a metric is named <what>_<unit>, without prefix and suffix: ${name}`);
  return `spendtrail_${name}${suffix}`;
}
