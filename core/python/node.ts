/** A part of a Python literal and where in the text it lies. */
export type PythonNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "scalar"; readonly value: number | string | boolean | null }
  | { readonly kind: "dict"; readonly members: readonly PythonMember[] }
  | { readonly kind: "list"; readonly items: readonly PythonNode[] }
);

export interface PythonMember {
  readonly key: string;
  /** null for a field's name in a model. */
  readonly keyNode: PythonNode | null;
  readonly node: PythonNode;
}

/** The text is no literal that can be read for sure. */
export class PythonSyntaxError extends Error {}

/** A number as it stands; digits that a double does not hold exactly stay text, infinity and NaN are null. */
export function pythonScalar(text: string): number | string | null {
  const number = Number(text);
  if (!Number.isFinite(number)) return null;
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number) ? text : number;
}

/** The plain data of a literal. */
export function pythonValue(node: PythonNode): unknown {
  switch (node.kind) {
    case "string":
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(pythonValue);
    default:
      return Object.fromEntries(node.members.map(({ key, node: member }) => [key, pythonValue(member)]));
  }
}
