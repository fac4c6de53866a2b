import { z } from "zod";
import { COST_DIMENSIONS, type CostDimension } from "#query-api/dimensions.ts";

const TAG = /^tag:(.{1,64})$/s;

const GroupName = z.union([z.enum(COST_DIMENSIONS), z.string().regex(TAG, "is no dimension")]);

export const groupBy = z
  .preprocess(
    (value) => (Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : value),
    z.array(GroupName).max(COST_DIMENSIONS.length).default([]),
  )
  .describe(
    `Dimensions to group by, repeated or separated by commas: ${COST_DIMENSIONS.join(", ")}; or \`tag:<key>\`.`,
  );

export const tagKey = z
  .string()
  .min(1)
  .max(64)
  .optional()
  .describe(
    "Which labels the dimension `tag` is about: the value of the first `<key>:<value>` or `<key>=<value>` of a call.",
  );

export interface Grouping {
  readonly groupBy: readonly CostDimension[];
  readonly tagKey: string | undefined;
  /** What is wrong with it, in words. */
  readonly faults: readonly string[];
}

/** Dimensions as they were asked for, with the key of tags taken out of `tag:<key>`: one key in one question. */
export function readGrouping(
  names: readonly string[],
  asked: { tag_key?: string | undefined; tag?: unknown },
): Grouping {
  const keys = new Set(names.flatMap((name) => TAG.exec(name)?.[1] ?? []));
  if (asked.tag_key !== undefined) keys.add(asked.tag_key);
  const dimensions = names.map((name) => (TAG.test(name) ? "tag" : name)) as CostDimension[];
  const faults: string[] = [];
  if (new Set(dimensions).size < dimensions.length) faults.push("group_by names a dimension twice");
  if (keys.size > 1) faults.push("only one key of tags can be asked for at once");
  if (keys.size === 0 && (dimensions.includes("tag") || asked.tag !== undefined))
    faults.push("the dimension tag needs its key: tag:<key> in group_by, or tag_key");
  return { groupBy: dimensions, tagKey: [...keys][0], faults };
}
