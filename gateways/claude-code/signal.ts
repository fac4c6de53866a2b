import { claimed } from "#gateways/field-reader.ts";
import { type Attributes, attributeText, attributeValue, type OtlpElement } from "#gateways/otlp/element.ts";

/** A log record or span of Claude Code's, by the name of its event without the prefix `claude_code.`. */
export interface Signal {
  readonly name: string;
  readonly element: OtlpElement;
  /** An attribute by the first of its names that is there: the record's own before the resource's. */
  value(...names: readonly string[]): unknown;
  text(...names: readonly string[]): string | null;
}

const PREFIX = "claude_code.";

/**
 * Null where the element is none of Claude Code's. It is known by its scope (`com.anthropic.claude_code…`), since
 * OTEL_SERVICE_NAME may rename the service, by the service's name, or by the prefix of the event's name.
 */
export function readSignal(element: OtlpElement): Signal | null {
  const named = nameOf(element);
  if (named === null || !(named.hasPrefix || isOurs(element))) return null;
  const { attributes, resource } = element;
  return {
    name: named.name,
    element,
    value: (...names) => attributeValue(attributes, ...names) ?? attributeValue(resource, ...names),
    text: (...names) => attributeText(attributes, ...names) ?? attributeText(resource, ...names),
  };
}

/** Whether Claude Code's own telemetry made the element, whatever event it is. */
export function isClaudeCode(element: OtlpElement): boolean {
  return isOurs(element) || nameOf(element)?.hasPrefix === true;
}

function isOurs({ scope, resource }: OtlpElement): boolean {
  const scopeName = claimed(scope.name) ?? "";
  const service = attributeText(resource, "service.name") ?? "";
  return scopeName.startsWith("com.anthropic.claude_code") || /^claude-code(?:-|$)/.test(service);
}

/** Versions and exporters put the event's name into an attribute, the log's own field or its body. */
function nameOf(element: OtlpElement): { name: string; hasPrefix: boolean } | null {
  const places =
    element.otlp === "span"
      ? [element.name]
      : [attributeName(element.attributes), element.event_name, element.body];
  const names = places.map((place) => (typeof place === "string" ? claimed(place, 128) : null));
  const name = names.find((text) => text !== null);
  if (name === null || name === undefined) return null;
  const hasPrefix = names.some((text) => text?.startsWith(PREFIX));
  return { name: name.startsWith(PREFIX) ? name.slice(PREFIX.length) || name : name, hasPrefix };
}

const attributeName = (attributes: Attributes) => attributeValue(attributes, "event.name");
