import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import { issueKey, KEY_RANDOM_BYTES } from "#core/settings/issue-key.ts";
import { type KeySetting, ROLES } from "#core/settings/key.ts";
import { Name } from "#core/settings/source.ts";
import { ADMINS } from "#query-api/access.ts";
import { conflict, Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { callerOf } from "#query-api/caller.ts";
import { appliedOr } from "#query-api/setting-outcome.ts";

/** A key without its hash: what is listed and answered. */
const Key = z.object({
  id: z.string(),
  label: z.string(),
  role: z.enum(ROLES),
  teams: z.array(z.string()),
  sources: z.array(z.string()),
  expires_at: z.string().nullable(),
  revoked: z.boolean(),
  version: z.int(),
});

const NewKey = z
  .strictObject({
    label: Text.describe("What the key is for."),
    role: z.enum(ROLES),
    teams: z.array(Text).max(1000).default([]).describe("For a viewer: the teams that it sees."),
    sources: z.array(Name).max(100).default([]).describe("For an ingest key: the sources that it writes as."),
    expires_at: Instant.nullable().default(null),
    reason: Text.describe("Why it is made; part of the history."),
  })
  .refine((key) => key.role !== "viewer" || key.teams.length > 0, "a viewer key names at least one team")
  .refine(
    (key) => key.role !== "ingest" || key.sources.length > 0,
    "an ingest key names at least one source",
  );

export function listKeysRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/keys",
    config: { access: ADMINS },
    schema: {
      operationId: "listKeys",
      tags: ["keys"],
      summary: "All keys, revoked ones too; never a secret or its hash",
      response: { 200: z.object({ settings_offset: Integer, keys: z.array(Key) }), ...problems },
    },
    handler: () => {
      const { keys, offset } = deps.settings.state();
      const list = [...keys.values()].map(({ value, version }) => ({ ...value, version }));
      return { settings_offset: offset, keys: list };
    },
  });
}

export function createKeyRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/keys",
    config: { access: ADMINS },
    schema: {
      operationId: "createKey",
      tags: ["keys"],
      summary: "Make a key; its token is shown this once",
      body: NewKey,
      response: {
        201: z.object({
          token: z.string().describe("Shown once, stored nowhere."),
          key: Key,
          settings_offset: Integer,
        }),
        ...problems,
      },
    },
    handler: async (request, reply) => {
      // Once more here, whatever the framework made of the content type.
      const { reason, ...fields } = NewKey.parse(request.body);
      const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), fields);
      const { offset, version } = await change(deps, callerOf(request).keyId, setting, 0, reason);
      return reply.status(201).send({ token, key: { ...setting, version }, settings_offset: offset });
    },
  });
}

export function revokeKeyRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "DELETE",
    url: "/v1/keys/:id",
    config: { access: ADMINS },
    schema: {
      operationId: "revokeKey",
      tags: ["keys"],
      summary: "Revoke a key for good",
      description: "The key stays in the list, so that it stays known who held it.",
      params: z.strictObject({ id: z.string().max(64) }),
      querystring: z.strictObject({ reason: Text.default("revoked over the API") }),
      response: {
        200: z.object({ key: Key, settings_offset: Integer }),
        ...problems,
        ...notFound,
        ...conflict,
      },
    },
    handler: async (request) => {
      const current = deps.settings.state().keys.get(request.params.id);
      if (current === undefined) throw failure("NOT_FOUND");
      if (current.value.revoked)
        return { key: { ...current.value, version: current.version }, settings_offset: current.offset };
      const revoked = { ...current.value, revoked: true };
      const { keyId } = callerOf(request);
      const { offset, version } = await change(deps, keyId, revoked, current.version, request.query.reason);
      return { key: { ...revoked, version }, settings_offset: offset };
    },
  });
}

async function change(deps: RouteDeps, actor: string, value: KeySetting, expected: number, reason: string) {
  return appliedOr(
    await deps.changeSettings({
      kind: "key",
      id: value.id,
      value,
      expected_version: expected,
      change_id: randomUUID(),
      actor,
      reason,
      at: deps.clock().toISOString(),
    }),
  );
}
