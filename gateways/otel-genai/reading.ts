import { claimed, type FieldReader } from "#gateways/field-reader.ts";
import { type Attributes, attributeCount, attributeValue, type OtlpElement } from "#gateways/otlp/element.ts";
import { type ServiceProfile, serviceOf } from "#gateways/otlp/services.ts";

/** An element with the row of its service. */
export interface Reading {
  readonly element: OtlpElement;
  readonly service: ServiceProfile;
  readonly attributes: Attributes;
  /** The value of the first attribute that is there; of a list (a header has one) its first. */
  value(...names: readonly string[]): unknown;
  /** The same as text, among the resource's attributes where the element itself has none. */
  text(...names: readonly string[]): string | null;
  count(names: readonly string[], fields: FieldReader): number | null;
}

export function readingOf(element: OtlpElement): Reading {
  const service = serviceOf(element);
  const attributes =
    service.absent === undefined ? element.attributes : without(element.attributes, service.absent);
  const value = (...names: readonly string[]) => single(attributeValue(attributes, ...names));
  return {
    element,
    service,
    attributes,
    value,
    text: (...names) =>
      claimed(value(...names)) ?? claimed(single(attributeValue(element.resource, ...names))),
    count: (names, fields) => attributeCount(attributes, names, fields),
  };
}

function without(attributes: Attributes, absent: string): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== absent));
}

function single(value: unknown): unknown {
  return Array.isArray(value) ? (value[0] ?? null) : value;
}
