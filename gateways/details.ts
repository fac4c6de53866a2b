import type { AuditData } from "#core/event-data.ts";
import { claimed } from "#gateways/field-reader.ts";

/** As `details` in core/event-data.ts allows. */
const MEMBERS_MAX = 32;

/** What an audit event says beside its fields: short texts, numbers and flags; what is none of these is left out. */
export function detailsOf(members: Readonly<Record<string, unknown>>): AuditData["details"] {
  const details: Record<string, string> = {};
  for (const [name, value] of Object.entries(members)) {
    if (Object.keys(details).length === MEMBERS_MAX) break;
    const text = claimed(typeof value === "boolean" || typeof value === "number" ? String(value) : value);
    if (text !== null) details[name] = text;
  }
  return details;
}

/** The names of an object's members, or of JSON's in a string, sorted; as many as fit into one detail. */
export function memberNames(value: unknown): string | null {
  const object = typeof value === "string" ? parsed(value) : value;
  if (typeof object !== "object" || object === null || Array.isArray(object)) return null;
  const names = Object.keys(object).sort();
  let text = "";
  for (const name of names) {
    const longer = text === "" ? name : `${text}, ${name}`;
    if (longer.length > 500) return claimed(`${text}, …`);
    text = longer;
  }
  return claimed(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
