import { failure } from "#core/failure.ts";

/**
 * What a body may be labelled. The shape is told from the text and not from the label, since LiteLLM labels
 * NDJSON application/json; the label only says whether a JSON object is a CloudEvent in structured mode.
 */
const MEDIA_TYPES = [
  "application/json",
  "application/x-ndjson",
  "application/ndjson",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** Exactly a media type with at most `charset=utf-8` behind it; whatever else is in a label is refused. */
const LABEL = /^([a-z]+\/[a-z0-9+.-]+)(?:[ \t]*;[ \t]*charset="?utf-8"?)?$/i;

/** @throws failure BODY_TYPE_UNSUPPORTED */
export function mediaTypeOf(label: string | undefined): MediaType {
  const name = LABEL.exec(label ?? "")?.[1]?.toLowerCase();
  const known = MEDIA_TYPES.find((type) => type === name);
  if (known === undefined) throw failure("BODY_TYPE_UNSUPPORTED", { types: MEDIA_TYPES.join(", ") });
  return known;
}
