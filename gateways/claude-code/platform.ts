/** Where a model ran, as far as its id tells: Bedrock's have the vendor in front or are ARNs, Vertex's a date after an @. */
export function platformOfModel(model: string | null): string | null {
  if (model === null) return null;
  if (/^arn:aws[a-z-]*:bedrock:|^(?:[a-z-]+\.)?anthropic\./.test(model)) return "bedrock";
  return /@(?:\d{8}|default)$/.test(model) ? "vertex" : null;
}
