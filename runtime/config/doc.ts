import { SETTING_GROUPS } from "#runtime/config/schema.ts";
import type { Setting } from "#runtime/config/setting.ts";

/** The page `docs/configuration.md`, made from the schema that the programs read their configuration with. */
export function configDoc(): string {
  const groups = Object.entries(SETTING_GROUPS).flatMap(([title, settings]) => [
    `## ${title}`,
    "",
    "| setting | default | what |",
    "| --- | --- | --- |",
    ...Object.entries(settings).map(([name, setting]) => tableRow(name, setting as Setting<unknown>)),
    "",
  ]);
  return [...HEAD, ...groups].join("\n").replace(/\n+$/, "\n");
}

const HEAD = [
  "# Configuration",
  "",
  "<!-- Generated from runtime/config by `npm run generate`; do not edit. -->",
  "",
  "Every program reads the same settings: from the environment first, then from one JSON file, then the defaults.",
  "The file is named by `SPENDTRAIL_CONFIG` or `--config` and holds one object with the same names as keys:",
  "",
  "```json",
  '{ "KAFKA_BROKERS": ["kafka-1:9092", "kafka-2:9092"], "SPENDTRAIL_BATCH_ROWS_MAX": 20000 }',
  "```",
  "",
  "- A secret or a certificate can also be given as a file: `<NAME>_FILE` holds the path. Giving both is a fault.",
  "- An empty variable counts as absent.",
  "- A name that starts with `SPENDTRAIL_` and is no setting is a fault, as is any unknown key of the file and a",
  "  `KAFKA_` or `CLICKHOUSE_` variable one or two letters away from a setting: a misspelt one would silently be its",
  "  default.",
  "- All faults are told at once, each with the name, what was given (a secret only by its length) and what is",
  "  accepted. `--check-config` stops after that.",
  "",
  "`spendtrail up` without `KAFKA_BROKERS` or `CLICKHOUSE_URL` runs that server itself. Its passwords and the salt of",
  "the pseudonyms are then made on first use and kept in `secrets.json` in the data folder, readable by its owner",
  "alone; back that file up with the data.",
  "",
];

function tableRow(name: string, setting: Setting<unknown>): string {
  const { about, accepts, fallback, required, secret, file } = setting;
  const notes = [
    escapeCell(about),
    `Accepts ${escapeCell(accepts)}.`,
    ...(required === undefined ? [] : [`**Required** ${escapeCell(required)}.`]),
    ...(secret === true ? [`Secret; also as \`${name}_FILE\`.`] : []),
    ...(file === true ? [`Also as \`${name}_FILE\`.`] : []),
  ];
  return `| \`${name}\` | ${fallback === undefined ? "" : `\`${fallback}\``} | ${notes.join(" ")} |`;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
