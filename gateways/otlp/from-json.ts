import { readRecord } from "#core/json/read-record.ts";
import type { Collect, OtlpSignal, WantedSignal } from "#gateways/otlp/decode.ts";
import { exactValue } from "#gateways/otlp/exact-numbers.ts";
import { NO_SCOPE } from "#gateways/otlp/from-proto.ts";
import { attributesJson, isObject, type JsonObject, member } from "#gateways/otlp/json-attributes.ts";
import { logJson } from "#gateways/otlp/json-logs.ts";
import { textJson } from "#gateways/otlp/json-scalars.ts";
import { spanJson } from "#gateways/otlp/json-traces.ts";
import { objectText } from "#gateways/otlp/object-text.ts";
import { OtlpFault } from "#gateways/otlp/otlp-fault.ts";

/** A value as deep as protobuf's parsers allow takes four levels of OTLP's JSON for each of its own. */
const JSON_DEPTH_MAX = 512;
/** The tree of a JSON text takes many times its bytes; who has more to send has protobuf, or smaller batches. */
const JSON_BYTES_MAX = 16 * 1024 * 1024;

/** What each signal's members are called, now and before OTLP 0.15 (2022). */
const NAMES = {
  logs: {
    groups: ["resourceLogs", "resource_logs"],
    scopes: ["scopeLogs", "scope_logs", "instrumentationLibraryLogs", "instrumentation_library_logs"],
    items: ["logRecords", "log_records", "logs"],
  },
  traces: {
    groups: ["resourceSpans", "resource_spans"],
    scopes: ["scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"],
    items: ["spans"],
  },
} as const;

/**
 * The elements of one request in OTLP's JSON (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding": lowerCamelCase,
 * ids as hex, enums as numbers, 64-bit integers as text or numbers); also in the snake_case of protobuf's own JSON.
 * Unknown members are passed over.
 * @throws OtlpFault
 */
export function elementsFromJson(bytes: Buffer, wanted: WantedSignal, collect: Collect): void {
  const read = readRecord(bytes, { bytesMax: JSON_BYTES_MAX, depthMax: JSON_DEPTH_MAX });
  if (!read.ok) throw new OtlpFault(read.reason, read.detail);
  const message = exactValue(read.value.text, read.value.value);
  if (!isObject(message)) throw new OtlpFault("not_otlp", "is a list where an OTLP message was due");
  const signal = wanted === "either" ? signalIn(message) : wanted;
  const names = NAMES[signal];
  const groups = member(message, ...names.groups);
  if (groups === undefined && Object.keys(message).length > 0) {
    throw new OtlpFault("not_otlp", `is no OTLP message: it has no member ${names.groups[0]}`);
  }
  for (const group of listOf(groups, names.groups[0])) readGroup(group, signal, collect);
}

function signalIn(message: JsonObject): OtlpSignal {
  return member(message, ...NAMES.traces.groups) === undefined ? "logs" : "traces";
}

function readGroup(group: JsonObject, signal: OtlpSignal, collect: Collect): void {
  const names = NAMES[signal];
  const resource = resourceJson(group["resource"]);
  for (const scoped of listOf(member(group, ...names.scopes), names.scopes[0])) {
    const scope = scopeJson(member(scoped, "scope", "instrumentationLibrary", "instrumentation_library"));
    const items = member(scoped, ...names.items);
    if (items === undefined) continue;
    if (!Array.isArray(items)) throw noList(names.items[0]);
    for (const item of items) {
      // What is no object goes its way as it is, and is a reject by itself.
      if (!isObject(item)) collect(JSON.stringify(item), "utf8");
      else
        collect(signal === "logs" ? logJson(resource, scope, item) : spanJson(resource, scope, item), "utf8");
    }
  }
}

function resourceJson(resource: unknown): string {
  if (resource === undefined || resource === null) return "{}";
  return isObject(resource) ? attributesJson(resource["attributes"]) : JSON.stringify(resource);
}

function scopeJson(scope: unknown): string {
  if (scope === undefined) return NO_SCOPE;
  if (!isObject(scope)) return JSON.stringify(scope);
  const { name, version, attributes } = scope;
  return objectText({
    name: textJson(name),
    version: textJson(version),
    attributes: attributesJson(attributes),
  });
}

function listOf(value: unknown, name: string): readonly JsonObject[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw noList(name);
  return value;
}

function noList(name: string): OtlpFault {
  return new OtlpFault("not_otlp", `is no OTLP message: ${name} is no list of objects`);
}
