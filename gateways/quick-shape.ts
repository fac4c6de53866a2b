import type { z } from "zod";

/** Nothing that can be said without the schema itself: it misfits, or it is of a kind that is not known here. */
export const UNTOLD = Symbol("untold");

/** The value as its schema gives it, unknown members of objects left in; or `UNTOLD`. */
export type QuickShape = (value: unknown) => unknown;

/**
 * A schema as a quick look, for the records that fit it as they stand: all but a few. zod makes every object anew, a
 * record's forty members one by one, and measured twice what the rest of an adapter costs. Where a look says
 * `UNTOLD` the schema is asked, so every fault and its sentence are zod's own. Made of the schema, so the two cannot
 * drift apart.
 */
export function quickShape(schema: z.core.$ZodType): QuickShape {
  const known = LOOKS.get(schema);
  if (known !== undefined) return known;
  const made = lookOf(schema as z.core.$ZodTypes);
  LOOKS.set(schema, made);
  return made;
}

const LOOKS = new WeakMap<z.core.$ZodType, QuickShape>();

const anything: QuickShape = (value) => value;
const cannotTell: QuickShape = () => UNTOLD;

function lookOf(schema: z.core.$ZodTypes): QuickShape {
  const { def } = schema._zod;
  if (def.checks !== undefined && def.checks.length > 0) return cannotTell;
  switch (def.type) {
    case "unknown":
      return anything;
    case "optional":
      return unless(undefined, quickShape(def.innerType));
    case "nullable":
      return unless(null, quickShape(def.innerType));
    case "catch":
      return quickShape(def.innerType);
    case "default": {
      const inner = quickShape(def.innerType);
      return (value) => inner(value === undefined ? def.defaultValue : value);
    }
    case "enum":
      return oneOf(Object.values(def.entries));
    case "literal":
      return oneOf(def.values);
    case "record":
      return isAnyRecord(def) ? (value) => (isObject(value) ? value : UNTOLD) : cannotTell;
    case "pipe":
      return piped(def.in as z.core.$ZodTypes, quickShape(def.out));
    case "union":
      return firstOf(def.options.map(quickShape));
    case "custom":
      return (value) => (def.fn(value) ? value : UNTOLD);
    case "object":
      return def.catchall === undefined ? objectLook(def.shape) : cannotTell;
    default:
      return cannotTell;
  }
}

function unless(spared: unknown, inner: QuickShape): QuickShape {
  return inner === anything ? anything : (value) => (value === spared ? value : inner(value));
}

const oneOf =
  (values: readonly unknown[]): QuickShape =>
  (value) =>
    values.includes(value) ? value : UNTOLD;

function firstOf(looks: readonly QuickShape[]): QuickShape {
  return (value) => {
    for (const look of looks) {
      const shaped = look(value);
      if (shaped !== UNTOLD) return shaped;
    }
    return UNTOLD;
  };
}

/** `z.preprocess`: what comes in is changed and then looked at. */
function piped(first: z.core.$ZodTypes, out: QuickShape): QuickShape {
  const { def } = first._zod;
  if (def.type !== "transform") return cannotTell;
  return (value) => out(def.transform(value, { value, issues: [] }));
}

function isAnyRecord({ keyType, valueType }: z.core.$ZodRecordDef): boolean {
  const key = (keyType as z.core.$ZodTypes)._zod.def;
  return (
    key.type === "string" &&
    key.checks === undefined &&
    (valueType as z.core.$ZodTypes)._zod.def.type === "unknown"
  );
}

/** The object itself, unless a member is another than it was: then a copy. */
function objectLook(shape: Readonly<Record<string, z.core.$ZodType>>): QuickShape {
  const members = Object.entries(shape).map(([name, member]) => [name, quickShape(member)] as const);
  const judged = members.filter(([, look]) => look !== anything);
  return (value) => {
    if (!isObject(value)) return UNTOLD;
    let shaped = value;
    for (const [name, look] of judged) {
      const stated = value[name];
      const member = look(stated);
      if (member === UNTOLD) return UNTOLD;
      if (member === stated) continue;
      if (shaped === value) shaped = { ...value };
      shaped[name] = member;
    }
    return shaped;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
