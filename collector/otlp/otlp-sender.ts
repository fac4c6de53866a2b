import type { IncomingHttpHeaders } from "node:http";
import type { CollectorParts } from "#collector/parts.ts";
import { type Door, sourceOf } from "#collector/source-of.ts";
import { keyOf, namedSource, type Sender } from "#collector/take.ts";
import type { Adapter } from "#core/adapter.ts";
import { failure } from "#core/failure.ts";

export interface OtlpRequest {
  readonly id: string;
  /** Of HTTP, or gRPC's metadata. */
  readonly headers: IncomingHttpHeaders;
  readonly query?: unknown;
}

/**
 * Who sends OTLP. The address says nothing of the gateway, so the source does: the one that is named, else the only
 * one of the key's whose adapter reads OTLP.
 * @throws failure API_KEY_*, ROLE_FORBIDDEN, SOURCE_*
 */
export async function otlpSenderOf(request: OtlpRequest, parts: CollectorParts): Promise<Sender> {
  const { adapters, settings } = parts.deps;
  const key = await keyOf(request, parts);
  const source = sourceOf(key, settings.state(), otlpDoor(adapters), namedSource(request));
  const adapter = adapters.get(source.gateway);
  if (adapter === undefined) throw failure("GATEWAY_UNKNOWN", { gateways: [...adapters.keys()].join(", ") });
  return { keyId: key.id, source, adapter };
}

function otlpDoor(adapters: ReadonlyMap<string, Adapter>): Door {
  return {
    gateways: "claude-code, otel-genai or another that reads OTLP",
    faultOf: (source) =>
      adapters.get(source.gateway)?.readsOtlp?.(source) === true
        ? null
        : `it is a source of gateway ${source.gateway}, whose records are not read from OTLP`,
  };
}
