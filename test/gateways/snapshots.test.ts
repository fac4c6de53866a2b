import { expect, test } from "vitest";
import { adapterOf, contextOf, FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";

/**
 * What each fixture becomes, in full, beside it in `snapshots/`: read the difference when it changes, and raise the
 * adapter's version. `npx vitest run test/gateways/snapshots.test.ts -u` writes them anew.
 */
test.each(FIXTURES)("%s", async (name) => {
  const gateway = gatewayOf(name);
  const adapted = adapterOf(gateway).adapt(fixture(name), contextOf({ gateway }));
  const seen = adapted.ok ? adapted.value.map(said) : { rejected: adapted.reason, detail: adapted.detail };
  await expect(`${JSON.stringify(seen, null, 2)}\n`).toMatchFileSnapshot(`snapshots/${name}.json`);
});

/** Without what is not known: the fields that a record does not speak of. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => !isNothing(member));
  return Object.fromEntries(members.map(([name, member]) => [name, said(member)]));
}

function isNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}
