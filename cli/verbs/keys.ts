import { type Command, Option } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { listOption } from "#cli/port-option.ts";
import { makeKey, revokeKey } from "#cli/stack/make-key.ts";
import { withSettings } from "#cli/with-settings.ts";
import { failure } from "#core/failure.ts";
import { type KeySetting, ROLES, type Role } from "#core/settings/key.ts";

interface CreateOptions extends CommonOptions {
  readonly role: Role;
  readonly label: string;
  readonly team: readonly string[];
  readonly source: readonly string[];
  readonly expires?: string;
  readonly reason: string;
}

/** `spendtrail keys create|list|revoke`. */
export function registerKeys(program: Command): void {
  const keys = program.command("keys").description("make, list and revoke keys");
  const create = keys
    .command("create")
    .description("make a key; its token is shown this once")
    .addOption(
      new Option("--role <role>", "what its holder may do").choices([...ROLES]).makeOptionMandatory(),
    )
    .requiredOption("--label <text>", "what the key is for")
    .option("--team <team>", "for a viewer: a team that it sees; repeatable", listOption, [])
    .option("--source <name>", "for ingest: a source that it writes as; repeatable", listOption, [])
    .option("--expires <time>", "an ISO 8601 time after which it is no longer valid")
    .option("--reason <text>", "why, for the history", "made at the command line");
  common(create, [
    "spendtrail keys create --role ingest --source litellm --label 'LiteLLM in production'",
    "spendtrail keys create --role gateway --label 'LiteLLM asks before each call'",
    "spendtrail keys create --role viewer --team search --label 'Search team dashboard'",
  ]).action(createKey);
  common(keys.command("list").description("list the keys"), ["spendtrail keys list --json"]).action(listKeys);
  const revoke = keys
    .command("revoke")
    .argument("<id>", "the key's id, from the list")
    .description("revoke a key for good")
    .option("--reason <text>", "why, for the history", "revoked at the command line");
  common(revoke, ["spendtrail keys revoke 7kq2m4x9a1bc --reason 'left the company'"]).action(
    async (id: string, options: CommonOptions & { reason: string }) => {
      await withSettings(options, (at) => revokeKey(at, id, options.reason));
      screenOf(options).answer({ id, revoked: true }, [`Key ${id} is revoked.`]);
    },
  );
}

async function createKey(options: CreateOptions): Promise<void> {
  if (options.role === "viewer" && options.team.length === 0) {
    throw failure("OPTION_INVALID", {
      option: "--team",
      value: "missing",
      accepts: "for a viewer at least one team",
    });
  }
  if (options.role === "ingest" && options.source.length === 0) {
    throw failure("OPTION_INVALID", {
      option: "--source",
      value: "missing",
      accepts: "for ingest at least one source",
    });
  }
  const fields = {
    role: options.role,
    label: options.label,
    teams: [...options.team],
    sources: [...options.source],
    expires_at: expiry(options.expires),
    reason: options.reason,
  };
  const { token, setting } = await withSettings(options, (at) => makeKey(at, fields));
  screenOf(options).answer({ id: setting.id, token, ...shown(setting) }, [
    token,
    "",
    "This is shown once. Keep it like a password.",
  ]);
}

function expiry(text: string | undefined): string | null {
  if (text === undefined) return null;
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw failure("OPTION_INVALID", {
    option: "--expires",
    value: text,
    accepts: "an ISO 8601 time, such as 2027-01-31T00:00:00Z",
  });
}

async function listKeys(options: CommonOptions): Promise<void> {
  const keys = await withSettings(options, async ({ settings }) =>
    [...settings.state().keys.values()].map(({ value }) => value),
  );
  screenOf(options).table(
    keys.map((key) => ({ id: key.id, ...shown(key) })),
    [
      { title: "id", text: (key: KeySetting) => key.id },
      { title: "role", text: (key) => key.role },
      { title: "sees or writes", text: (key) => [...key.teams, ...key.sources].join(",") || "everything" },
      { title: "state", text: stateOf },
      { title: "label", text: (key) => key.label },
    ],
    keys,
  );
}

function stateOf(key: KeySetting): string {
  if (key.revoked) return "revoked";
  if (key.expires_at === null) return "valid";
  return Date.parse(key.expires_at) > Date.now() ? `until ${key.expires_at.slice(0, 10)}` : "expired";
}

/** Everything of a key but its hash. */
function shown({ secret_sha256: _hash, id: _id, ...key }: KeySetting) {
  return key;
}
