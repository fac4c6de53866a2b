import type { Command } from "commander";
import { checkOnly } from "#cli/check-config.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { portOption } from "#cli/port-option.ts";
import { DEFAULT_SOURCES } from "#cli/stack/default-sources.ts";
import { untilEnded } from "#cli/stack/until-ended.ts";
import { startUp } from "#cli/stack/up.ts";

interface Options extends CommonOptions {
  readonly kafkaPort: number;
  readonly clickhousePort: number;
  readonly checkConfig?: boolean;
}

/** `spendtrail up`: everything on this machine. */
export function registerUp(program: Command): void {
  const command = program
    .command("up")
    .description(
      "run everything on this machine: Kafka and ClickHouse (unless KAFKA_BROKERS / CLICKHOUSE_URL name yours), collector, ingester, jobs, query API",
    )
    .option("--kafka-port <port>", "port of the embedded Kafka; 0 is any free one", portOption, 0)
    .option(
      "--clickhouse-port <port>",
      "HTTP port of the embedded ClickHouse; 0 is any free one",
      portOption,
      0,
    )
    .option("--check-config", "say whether the configuration is fine, and do not start");
  common(command, [
    "spendtrail up",
    "SPENDTRAIL_API_PORT=0 spendtrail up --json",
    "KAFKA_BROKERS=kafka:9092 spendtrail up",
  ]).action(up);
}

async function up(options: Options): Promise<void> {
  const screen = screenOf(options);
  const config = configOf(options, "up");
  if (options.checkConfig) return checkOnly(screen);
  const { base, collectorUrl, otlpGrpcUrl, apiUrl, logFile, lost } = await startUp(config, {
    kafkaPort: options.kafkaPort,
    clickHousePort: options.clickhousePort,
    sources: DEFAULT_SOURCES,
    onProgress: screen.progress,
  });
  const { brokers } = base.config.kafka;
  screen.answer(
    {
      collector: collectorUrl,
      otlp_grpc: otlpGrpcUrl,
      api: apiUrl,
      docs: `${apiUrl}/docs`,
      kafka: brokers,
      log: logFile,
    },
    [
      `collector  ${collectorUrl}   gateways post here (docs/collector.md)`,
      `OTLP gRPC  ${otlpGrpcUrl ?? "off"}`,
      `query API  ${apiUrl}   its pages: ${apiUrl}/docs`,
      `Kafka      ${brokers.join(",")}`,
      `data       ${base.config.dataDir}`,
      `log        ${logFile}`,
      "",
      "A key for a gateway:   spendtrail keys create --role ingest --source litellm --label gateway",
      "What teams spent:      spendtrail costs --group-by team,model",
      "Ctrl-C ends everything in order.",
    ],
  );
  await untilEnded(base, lost);
}
