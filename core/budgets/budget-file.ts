import { z } from "zod";
import { no, ok, type Result } from "#core/result.ts";
import { BUDGETS_MAX, BudgetSetting } from "#core/settings/budget.ts";
import { firstRepeated } from "#core/table/first-repeated.ts";
import { instantText } from "#core/table/read-table.ts";

const File = z.strictObject({ budgets: z.array(z.record(z.string(), z.unknown())).max(BUDGETS_MAX) });

/** A file that is wrong in every entry is wrong in one way. */
const FAULTS_MAX = 50;

/**
 * Reads the budgets of a file that was parsed already: the entries are settings, but for two comforts. A person may be
 * named as the gateway names them; `pseudonymOf` makes the pseudonym, so that no name gets into the settings. And a
 * moment may be a date, which begins in UTC. Every fault names the entry and the field.
 */
export function readBudgetFile(
  content: unknown,
  pseudonymOf: (name: string) => string,
): Result<readonly BudgetSetting[], "bad_shape" | "named_twice"> {
  const file = File.safeParse(content);
  if (!file.success) return no("bad_shape", file.error.issues.map(fileFault).join("\n"));
  const faults: string[] = [];
  const budgets: BudgetSetting[] = [];
  for (const [at, entry] of file.data.budgets.entries()) {
    const read = BudgetSetting.safeParse(spelt(entry, pseudonymOf));
    if (read.success) budgets.push(read.data);
    else {
      const name = typeof entry["id"] === "string" ? `budget ${entry["id"].slice(0, 100)}` : "budget";
      for (const { path, message } of read.error.issues)
        faults.push(`${name} (entry ${at + 1}): ${path.join(".") || "the entry"}: ${message}`);
    }
  }
  if (faults.length > 0) return no("bad_shape", faults.slice(0, FAULTS_MAX).join("\n"));
  const twice = firstRepeated(budgets.map(({ id }) => id));
  return twice === undefined ? ok(budgets) : no("named_twice", `budget ${twice}: id: is in the file twice`);
}

function fileFault({ path, message }: z.core.$ZodIssue): string {
  const [list, at] = path;
  if (list !== "budgets")
    return `the file: ${message}; it holds \`budgets:\`, a list of them, and nothing else`;
  return at === undefined ? `budgets: ${message}` : `budgets (entry ${Number(at) + 1}): ${message}`;
}

type Entry = Readonly<Record<string, unknown>>;

/** The entry with people as pseudonyms and dates as instants; what is of another shape is left for the schema. */
function spelt(entry: Entry, pseudonymOf: (name: string) => string): Entry {
  const person = (name: unknown) => (typeof name === "string" && name !== "" ? pseudonymOf(name) : name);
  const { scope, members, top_ups: topUps } = entry;
  const isOfUser = isEntry(scope) && scope["kind"] === "user";
  return {
    ...withInstants(entry, ["valid_from", "valid_to"]),
    ...(isOfUser ? { scope: { ...scope, id: person(scope["id"]) } } : {}),
    ...(Array.isArray(members) ? { members: members.map(person) } : {}),
    ...(Array.isArray(topUps)
      ? { top_ups: topUps.map((one) => (isEntry(one) ? withInstants(one, ["from", "expires_at"]) : one)) }
      : {}),
  };
}

function withInstants(entry: Entry, fields: readonly string[]): Entry {
  const said = fields.flatMap((field) => {
    const value = entry[field];
    return typeof value === "string" ? [[field, instantText(value)] as const] : [];
  });
  return { ...entry, ...Object.fromEntries(said) };
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
