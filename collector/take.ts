import type { IncomingHttpHeaders } from "node:http";
import type { FastifyRequest } from "fastify";
import { admissionOf, requireIngestKey } from "#collector/admit.ts";
import type { ByteLease } from "#collector/byte-budget.ts";
import { isConnectionTest } from "#collector/connection-test.ts";
import { type MediaType, mediaTypeOf } from "#collector/content-type.ts";
import type { CollectorParts } from "#collector/parts.ts";
import { readBody } from "#collector/read-body.ts";
import { gatewayDoor, sourceOf } from "#collector/source-of.ts";
import { RECORD_BYTES_MAX, toRecords } from "#collector/to-records.ts";
import type { Adapter } from "#core/adapter.ts";
import { Failure, failure } from "#core/failure.ts";
import { splitBytes } from "#core/json/split-elements.ts";
import type { KeySetting } from "#core/settings/key.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/** A request whose sender is known: what it may write, and as what. */
export interface Sender {
  readonly keyId: string;
  readonly source: SourceSetting;
  readonly adapter: Adapter;
}

/** One whose body is labelled with what it is. */
export interface LabelledSender extends Sender {
  readonly mediaType: MediaType;
}

/**
 * Who sends, judged on the headers alone. The order is: key, gateway, source, label; so that a stranger learns
 * nothing but that a key is needed.
 * @throws failure API_KEY_*, ROLE_FORBIDDEN, GATEWAY_UNKNOWN, SOURCE_*, BODY_TYPE_UNSUPPORTED
 */
export async function senderOf(
  request: FastifyRequest,
  gateway: string,
  parts: CollectorParts,
): Promise<LabelledSender> {
  const { deps } = parts;
  const key = await keyOf(request, parts);
  const adapter = deps.adapters.get(gateway);
  if (adapter === undefined) {
    throw failure("GATEWAY_UNKNOWN", { gateways: [...deps.adapters.keys()].join(", ") });
  }
  const source = sourceOf(key, deps.settings.state(), gatewayDoor(gateway), namedSource(request));
  return { keyId: key.id, source, adapter, mediaType: mediaTypeOf(request.headers["content-type"]) };
}

/** The key of a request by HTTP or gRPC. @throws failure API_KEY_*, ROLE_FORBIDDEN */
export async function keyOf(
  request: Pick<FastifyRequest, "headers" | "id">,
  { deps, measures }: CollectorParts,
): Promise<KeySetting> {
  const admission = await admissionOf(request, deps);
  if (!admission.ok) {
    measures.keysRefused.inc({ reason: admission.reason });
    deps.log.info({ requestId: request.id, reason: admission.reason }, "key refused");
  }
  return requireIngestKey(admission);
}

/** The source that a request names by the header `spendtrail-source` or by `?source=`. @throws failure REQUEST_INVALID */
export function namedSource(request: {
  readonly headers: IncomingHttpHeaders;
  readonly query?: unknown;
}): string | null {
  const header = request.headers["spendtrail-source"];
  const query = (request.query as Readonly<Record<string, unknown>> | undefined)?.["source"];
  if (header === undefined && query === undefined) return null;
  const names = new Set([header, query].filter((name) => name !== undefined));
  const [name] = names;
  if (names.size !== 1 || typeof name !== "string") {
    throw failure("REQUEST_INVALID", { faults: "the source must be named once" });
  }
  return name;
}

/**
 * The body as Kafka records, one per element. `extraHeaders` of CloudEvents' binary mode make the whole body one
 * element. @throws failure BODY_*, COLLECTOR_BUSY
 */
export async function recordsOf(
  request: FastifyRequest,
  sender: LabelledSender,
  parts: CollectorParts,
  lease: ByteLease,
  extraHeaders: Readonly<Record<string, string>> | null = null,
): Promise<OutgoingRecord[]> {
  const { deps, config, measures } = parts;
  const body = await readBody(request.raw, request.headers, config, lease);
  if (isConnectionTest(request.headers, body)) return [];
  const elements = extraHeaders === null ? split(body) : [body];
  if (body.length === 0) throw failure("BODY_EMPTY");
  const records = await toRecords(elements, {
    ...sender,
    personSalt: deps.personSalt,
    randomUuid: deps.randomUuid,
    recordBytesMax: config.recordBytesMax ?? RECORD_BYTES_MAX,
    headers: extraHeaders ?? { "content-type": elementType(sender.mediaType) },
  });
  measures.bytes.inc({ door: sender.source.gateway }, body.length);
  return records;
}

function split(body: Buffer): readonly Buffer[] {
  const elements = splitBytes(body);
  if (elements.ok) return elements.value;
  if (elements.reason === "empty_value") throw failure("BODY_EMPTY");
  if (elements.reason === "record_too_large")
    throw failure("BODY_ELEMENTS_TOO_MANY", { reason: elements.detail });
  throw failure("BODY_UNREADABLE", { reason: `it ${elements.detail}` });
}

/** An element of a batch or a line is a document of its own, and labelled as one. */
function elementType(mediaType: MediaType): string {
  return mediaType.startsWith("application/cloudevents")
    ? "application/cloudevents+json"
    : "application/json";
}

/**
 * Resolves only when all in-sync replicas have every record, or the spool's disk has.
 * @throws failure RECORDS_NOT_CONFIRMED, SPOOL_FULL: none of them counts as taken, though some may be there
 */
export async function confirm(
  records: readonly OutgoingRecord[],
  sender: Sender,
  parts: CollectorParts,
): Promise<void> {
  if (records.length === 0) return;
  const { deps, config, measures, numbering } = parts;
  const door = sender.source.gateway;
  const numbered = numbering.number(sender.source.name, records);
  try {
    const taken = await deps.sender.send(config.topic, numbered.records);
    numbered.taken();
    if (taken === "spool") measures.spooled.inc({ door }, records.length);
  } catch (error) {
    numbered.refused();
    measures.unconfirmed.inc({ door }, records.length);
    if (error instanceof Failure && error.code === "SPOOL_FULL") throw error;
    throw failure("RECORDS_NOT_CONFIRMED", {}, error);
  }
  const cut = records.filter((record) => record.headers?.["spendtrail-oversize"] !== undefined).length;
  measures.records.inc({ door, form: "whole" }, records.length - cut);
  if (cut > 0) measures.records.inc({ door, form: "oversize" }, cut);
}
