import { resolve } from "node:path";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { freePort } from "#embedded/ports.ts";
import { composeService } from "#test/deploy/compose-file.ts";

export interface ContainerServers {
  readonly brokers: string;
  readonly clickHouseUrl: string;
  stop(): Promise<void>;
}

/** With a cold image cache most of it is the download. */
const START_BOUND_MS = 300_000;
/** Where programs outside of compose's network reach the broker, inside the container. */
const KAFKA_HOST_LISTENER = 19_092;
const CLICKHOUSE_HTTP = 8123;

/** The two servers of deploy/compose.yaml, with its images, variables, limits and mounted files, on free ports. */
export async function startContainerServers(host: string, adminPassword: string): Promise<ContainerServers> {
  const starts = await Promise.allSettled([startKafka(host), startClickHouse(adminPassword)]);
  const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const stop = async () => {
    await Promise.all(started.map(({ container }) => container.stop()));
  };
  const failed = starts.find((start) => start.status === "rejected");
  const [kafka, clickhouse] = started;
  if (failed !== undefined || kafka === undefined || clickhouse === undefined) {
    await stop();
    throw failed?.reason ?? new Error("a container is missing");
  }
  return { brokers: kafka.address, clickHouseUrl: `http://${clickhouse.address}`, stop };
}

interface Started {
  readonly container: StartedTestContainer;
  readonly address: string;
}

/** The broker tells its clients where it is, so the port outside is chosen before it starts. */
async function startKafka(host: string): Promise<Started> {
  const { image, environment } = composeService("kafka");
  const port = await freePort(0, "Kafka in a container");
  const advertised = `INSIDE://localhost:9092,HOST://${host}:${port}`;
  const container = await new GenericContainer(image)
    .withEnvironment({ ...environment, KAFKA_ADVERTISED_LISTENERS: advertised })
    .withExposedPorts({ container: KAFKA_HOST_LISTENER, host: port })
    .withHealthCheck(healthOf("kafka"))
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(START_BOUND_MS)
    .start();
  return { container, address: `${host}:${port}` };
}

async function startClickHouse(adminPassword: string): Promise<Started> {
  const { image, environment, volumes, ulimits } = composeService("clickhouse");
  const { soft, hard } = ulimits?.nofile ?? { soft: "0", hard: "0" };
  const files = volumes.filter((volume) => volume.startsWith("./"));
  const container = await new GenericContainer(image)
    .withEnvironment({ ...environment, CLICKHOUSE_PASSWORD: adminPassword })
    .withUlimits({ nofile: { soft: Number(soft), hard: Number(hard) } })
    // Copied, not mounted: an engine on another machine does not see our files.
    .withCopyFilesToContainer(
      files.map((volume) => {
        const [source = "", target = ""] = volume.split(":");
        return { source: resolve("deploy", source), target, mode: 0o644 };
      }),
    )
    .withExposedPorts(CLICKHOUSE_HTTP)
    .withHealthCheck(healthOf("clickhouse"))
    .withWaitStrategy(
      Wait.forAll([Wait.forHealthCheck(), Wait.forHttp("/ping", CLICKHOUSE_HTTP).forStatusCode(200)]),
    )
    .withStartupTimeout(START_BOUND_MS)
    .start();
  return { container, address: `${container.getHost()}:${container.getMappedPort(CLICKHOUSE_HTTP)}` };
}

function healthOf(name: string) {
  const [kind, ...command] = composeService(name).healthcheck?.test ?? [];
  if (kind !== "CMD") throw new Error(`the health check of ${name} is not a command`);
  const test: ["CMD", ...string[]] = ["CMD", ...command];
  return { test, interval: 1_000, timeout: 3_000, retries: 90, startPeriod: 1_000 };
}
