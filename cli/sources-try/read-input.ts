import { readFileSync } from "node:fs";
import { failure } from "#core/failure.ts";
import { splitBytes } from "#core/json/split-elements.ts";
import { decodeOtlp } from "#gateways/otlp/decode.ts";

/**
 * The records of a file (`-` is stdin): one JSON document, an array, or NDJSON; of an OTLP request in JSON its log
 * records or spans. A record that is no JSON is one all the same, and then a reject.
 */
export function recordsIn(file: string): readonly Buffer[] {
  const bytes = bytesOf(file);
  const split = splitBytes(bytes);
  if (!split.ok) throw failure("FILE_UNREADABLE", { file, reason: `${split.detail} (${split.reason})` });
  return split.value.flatMap((element) => otlpElements(element, file) ?? [element]);
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw failure("FILE_UNREADABLE", { file, reason: (error as Error).message }, error);
  }
}

/** OTLP's envelope has one of two members; nothing else is looked at. */
function otlpElements(element: Buffer, file: string): readonly Buffer[] | null {
  const head = element.subarray(0, 256).toString("latin1");
  const signal = /^\s*\{\s*"resourceSpans"/.test(head)
    ? "traces"
    : /^\s*\{\s*"resourceLogs"/.test(head)
      ? "logs"
      : null;
  if (signal === null) return null;
  const read = decodeOtlp(element, signal, "json");
  if (!read.ok) throw failure("FILE_UNREADABLE", { file, reason: `${read.detail} (${read.reason})` });
  return read.value;
}
