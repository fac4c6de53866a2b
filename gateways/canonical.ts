import type { Adapter } from "#core/adapter.ts";
import { readCloudEvent } from "#core/cloudevents.ts";
import { REQUEST_TYPE } from "#core/event.ts";
import { eventId } from "#core/identity.ts";
import { ok } from "#core/result.ts";

/**
 * Canonical events (`docs/events.md`) as CloudEvents, structured or binary: what emitters of our own contract
 * send. Identity is CloudEvents' `source` with `id`, both opaque and compared exactly (upper and lower case
 * differ), under the name of our source.
 */
export const canonical: Adapter = {
  gateway: "canonical",
  version: 1,
  redaction: {
    credential: [],
    // The contract holds no content; an emitter that adds some is rejected, and its bytes are stored without it.
    content: ["messages", "prompt", "completion", "content", "request_body", "response_body"],
    person: ["user", "end_user"],
  },
  adapt(element, { source, headers }) {
    const event = readCloudEvent(element, headers, headers.get("content-type") ?? null);
    if (!event.ok) return event;
    const identity = {
      eventId: eventId(source.name, [event.value.source, event.value.id]),
      identityQuality: "vendor",
    } as const;
    return event.value.type === REQUEST_TYPE
      ? ok([{ ...identity, kind: "request", data: event.value.data }])
      : ok([{ ...identity, kind: "response", data: event.value.data }]);
  },
};
