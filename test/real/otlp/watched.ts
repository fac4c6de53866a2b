import { DiagLogLevel, diag } from "@opentelemetry/api";

interface ExportResult {
  readonly code: number;
  readonly error?: Error;
}
interface Exporter<Batch> {
  export(batch: Batch, done: (result: ExportResult) => void): void;
}

/** The SDK's exporter itself; each of its results is also noted. */
export function watched<Batch, Watched extends Exporter<Batch>>(
  exporter: Watched & Exporter<Batch>,
  results: string[],
): Watched {
  const original = exporter.export.bind(exporter);
  exporter.export = (batch, done) =>
    original(batch, (result) => {
      results.push(result.code === 0 ? "success" : String(result.error));
      done(result);
    });
  return exporter;
}

/** What the SDK warns of, such as a partial success, which is none of its results. */
export function sdkWarnings(): string[] {
  const told: string[] = [];
  const tell = (...words: unknown[]) => {
    told.push(words.map(String).join(" "));
  };
  const nothing = () => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return told;
}
