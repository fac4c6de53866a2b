import type { Meters } from "#core/meters.ts";
import { canonicalModel } from "#core/model-name.ts";
import { type AnthropicCounts, metersOf, readCounts } from "#gateways/anthropic/counts.ts";
import { membersOf } from "#gateways/anthropic/members.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";

/** What a call consumed beside its own message, rated by itself; `model` null is the call's. */
export interface UsagePart {
  readonly kind: string;
  readonly model: string | null;
  readonly meters: Meters;
}

export interface Iteration {
  readonly kind: string;
  readonly model: string | null;
  readonly counts: AnthropicCounts;
}

export interface Iterations {
  /** Those whose sum the top level states: of the model that answered. */
  readonly own: readonly Iteration[];
  /** Those that the top level leaves out. */
  readonly apart: readonly Iteration[];
  /** Of a kind that nobody has documented yet; whether the top level counts them has to show in the figures. */
  readonly unknown: readonly Iteration[];
  /** The model that answered in place of the one asked for; null without a server-side fallback. */
  readonly servedBy: string | null;
  /** A model declined before any output, which is billed or not by a category that lies in the content. */
  readonly isBillUncertain: boolean;
}

const COUNT_MAX = 256;

/**
 * Sorts `usage.iterations` by what the top level counts (Anthropic, "Compaction", "Advisor tool" and "Refusals and
 * fallback"): compactions and the advisor's messages never; with a server-side fallback only the attempt that
 * answered, whose last item is `fallback_message`, while each model that declined stands as a `message` of its own.
 */
export function readIterations(list: unknown, fields: FieldReader): Iterations {
  const items = itemsOf(list, fields);
  const served = items.findLast(({ kind }) => kind === "fallback_message") ?? null;
  const isOwn = (item: Iteration) =>
    item === served ||
    (item.kind === "message" && (served === null || isSameModel(item.model, served.model)));
  const declined = items.filter((item) => item.kind === "message" && !isOwn(item));
  const apart = items.filter((item) => APART.has(item.kind) && !isOwn(item));
  return {
    own: items.filter(isOwn),
    apart: [...apart, ...declined].filter(consumed),
    unknown: items.filter((item) => !KNOWN.has(item.kind) && consumed(item)),
    servedBy: served?.model ?? null,
    isBillUncertain: declined.some((item) => consumed(item) && item.counts.output === 0),
  };
}

/** Of compactions the call's model: "the model specified in your request is used for summarization". */
export function partOf(item: Iteration, fields: FieldReader): UsagePart {
  if (item.kind !== "compaction" && item.model === null)
    fields.fail("usage_unreadable", `usage.iterations has a ${item.kind} that names no model`);
  return { kind: item.kind, model: item.model, meters: metersOf(item.counts, fields) };
}

const APART = new Set(["compaction", "advisor_message", "fallback_message"]);
const KNOWN = new Set([...APART, "message"]);

function itemsOf(list: unknown, fields: FieldReader): Iteration[] {
  if (list === null || list === undefined) return [];
  if (!Array.isArray(list) || list.length > COUNT_MAX) {
    fields.fail("usage_unreadable", `usage.iterations is no list of at most ${COUNT_MAX}`);
    return [];
  }
  return list.flatMap((value, at) => {
    const members = membersOf(value);
    const kind = fields.text(members?.["type"], `usage.iterations.${at}.type`);
    if (members === null || kind === null) {
      fields.fail("usage_unreadable", `usage.iterations.${at} has no type`);
      return [];
    }
    const counts = readCounts(members, `usage.iterations.${at}`, fields);
    return [{ kind: kind.slice(0, 64), model: claimed(members["model"]), counts }];
  });
}

function consumed({ counts }: Iteration): boolean {
  return Object.values(counts).some((count) => count !== null && count > 0);
}

/** An alias and the snapshot that it stands for are one model; without a name it is the one that answered. */
function isSameModel(one: string | null, other: string | null): boolean {
  if (one === null || other === null || one === other) return true;
  const model = canonicalModel(one).model;
  return model !== null && model === canonicalModel(other).model;
}
