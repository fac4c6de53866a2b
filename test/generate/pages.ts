import { configDoc } from "#runtime/config/doc.ts";
import { cliPage } from "#test/generate/cli-page.ts";
import { costsPage } from "#test/generate/costs-page.ts";
import { errorsPage } from "#test/generate/errors-page.ts";
import { eventSchema } from "#test/generate/event-schema.ts";
import { eventsPage } from "#test/generate/events-page.ts";
import { profileMembersPage } from "#test/generate/profile-members.ts";
import { rejectsPage } from "#test/generate/rejects-page.ts";

export interface GeneratedPage {
  /** Relative to the project's root. */
  readonly path: string;
  readonly render: () => string | Promise<string>;
}

/** Everything that is written from code; `current.test.ts` says whether what is committed is what the code says. */
export const PAGES: readonly GeneratedPage[] = [
  { path: "docs/cli.md", render: cliPage },
  { path: "docs/costs.md", render: costsPage },
  { path: "docs/configuration.md", render: configDoc },
  { path: "docs/events.md", render: eventsPage },
  { path: "docs/event-v1.schema.json", render: () => `${JSON.stringify(eventSchema(), null, 2)}\n` },
  { path: "docs/rejects.md", render: rejectsPage },
  { path: "docs/errors.md", render: errorsPage },
  { path: "docs/gateways/profile-members.md", render: profileMembersPage },
];
