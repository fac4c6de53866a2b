import type { AdaptContext } from "#core/adapter.ts";
import { OPERATIONS, type Operation, type ResponseData } from "#core/event-data.ts";
import type { FieldMap } from "#core/mapping/field-map.ts";
import type { Paths } from "#core/mapping/path.ts";
import { clientProgram } from "#gateways/client-program.ts";
import { endpointRegion } from "#gateways/endpoint-region.ts";
import { claimed, personName } from "#gateways/field-reader.ts";
import { asksNothing, type PathKind, pathKind } from "#gateways/path-kind.ts";
import { platformOfHost } from "#gateways/platform-of-host.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";
import { labelsOf } from "#gateways/team-tag.ts";
import type { Who } from "#gateways/who.ts";

/** The host of an address, with its port. */
const HOST = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#]+)/i;

type Ids = Pick<
  ResponseData,
  | "gateway"
  | "gateway_version"
  | "call_id"
  | "provider_request_id"
  | "provider_message_id"
  | "client_request_id"
  | "trace_id"
  | "attempt"
  | "parent_call_id"
  | "internal_origin"
>;

export function idsOf(gateway: string, map: FieldMap, record: RecordReader, { source }: AdaptContext): Ids {
  const text = (paths: Paths | undefined) => claimed(record.get(paths));
  return {
    gateway,
    gateway_version: source.gateway_version ?? text(map.gateway_version),
    call_id: text(map.call_id),
    provider_request_id: text(map.provider_request_id),
    provider_message_id: text(map.provider_message_id),
    client_request_id: text(map.client_request_id),
    trace_id: text(map.trace_id),
    attempt: attemptOf(record.get(map.attempt), map.attempt_from ?? 1),
    parent_call_id: text(map.parent_call_id),
    internal_origin: text(map.internal_origin),
  };
}

function attemptOf(value: unknown, from: 0 | 1): number | null {
  const number = typeof value === "string" && /^\d{1,3}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number)) return null;
  const attempt = number + 1 - from;
  return attempt >= 0 && attempt <= 1000 ? attempt : null;
}

export function whoOf(map: FieldMap, record: RecordReader, { source }: AdaptContext): Who {
  const text = (paths: Paths | undefined) => claimed(record.get(paths));
  const tellsPeople = source.user_from !== "none";
  const consumer = source.team_from === "consumer" ? undefined : record.get(map.consumer);
  return {
    team: text(map.team),
    team_alias: text(map.team_alias),
    organization: text(map.organization),
    project: text(map.project),
    user: tellsPeople ? personName(record.get(map.user) ?? consumer) : null,
    end_user: tellsPeople ? personName(record.get(map.end_user)) : null,
    api_key: text(map.api_key),
    claimed_team: text(map.claimed_team),
    tags: tagsOf(record.get(map.tags)),
    agent: text(map.agent),
    parent_agent: text(map.parent_agent),
  };
}

export function tagsOf(value: unknown): string[] {
  const text = typeof value === "string" ? claimed(value, 16_384) : null;
  return labelsOf(text === null ? value : text.split(","));
}

type What = Pick<
  ResponseData,
  | "client"
  | "api_format"
  | "operation"
  | "platform"
  | "model_requested"
  | "model"
  | "region"
  | "inference_geo"
  | "stream"
>;

export function whatOf(map: FieldMap, record: RecordReader, { source }: AdaptContext): What {
  const text = (paths: Paths | undefined) => claimed(record.get(paths));
  const kind = kindOf(map.operation, record);
  const host = hostOf(record.get(map.platform?.host));
  const model = withoutPrefix(text(map.model), map.model_prefixes);
  return {
    client: clientProgram(record.get(map.client)),
    api_format: text(map.api_format) ?? kind.api_format,
    operation: kind.operation,
    platform:
      platformOf(map.platform, record, host) ?? source.platform ?? map.platform?.otherwise ?? "unknown",
    model_requested: withoutPrefix(text(map.model_requested), map.model_prefixes),
    model,
    region: text(map.region) ?? endpointRegion(host, model),
    inference_geo: text(map.inference_geo),
    stream: flagOf(record.get(map.stream)),
  };
}

function kindOf(map: FieldMap["operation"], record: RecordReader): PathKind {
  const path = claimed(record.get(map?.request_path), 2048);
  const found = path === null ? null : pathKind(path);
  const named = claimed(record.get(map?.path))?.toLowerCase();
  const listed = named === undefined ? undefined : tabled(map?.table, named);
  const api_format = found?.api_format ?? null;
  if (listed !== undefined) return { operation: operationOf(listed), api_format };
  if (asksNothing(record.get(map?.method)) && found?.operation !== "list_models")
    return { operation: "other", api_format };
  return found ?? { operation: operationOf(map?.otherwise), api_format };
}

const operationOf = (name: string | undefined): Operation =>
  OPERATIONS.find((one) => one === name) ?? "generate";

function hostOf(value: unknown): string | null {
  return HOST.exec(claimed(value, 2048) ?? "")?.[1] ?? null;
}

function platformOf(map: FieldMap["platform"], record: RecordReader, host: string | null): string | null {
  const named = claimed(record.get(map?.path));
  const hasTable = Object.keys(map?.table ?? {}).length > 0;
  const listed = named === null ? undefined : hasTable ? tabled(map?.table, named.toLowerCase()) : named;
  return listed ?? (host === null ? null : platformOfHost(host));
}

/** A table's entry; a name is any text of a record's, so `constructor` must not find what every object has. */
function tabled(table: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function withoutPrefix(model: string | null, prefixes: readonly string[] | undefined): string | null {
  const prefix = prefixes?.find((one) => model?.startsWith(one) && model.length > one.length);
  return prefix === undefined ? model : (model?.slice(prefix.length) ?? null);
}

function flagOf(value: unknown): boolean | null {
  const text = typeof value === "object" || value === undefined ? "" : String(value).toLowerCase();
  if (["true", "1", "yes", "stream", "sse"].includes(text)) return true;
  return ["false", "0", "no"].includes(text) ? false : null;
}
