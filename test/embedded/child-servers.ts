import { startServers } from "#embedded/servers.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { testUsers } from "#test/support/test-users.ts";

/**
 * A program that runs both servers on the folder that it is given, says where on one line, and does nothing until
 * it is killed, or until its stdin ends: then it stops them in order.
 */
const [dataDir = "", kafkaPort = "0", clickHousePort = "0"] = process.argv.slice(2);
const servers = await startServers({
  dataDir,
  kafka: true,
  clickhouse: true,
  usersXml: clickHouseUsersXml(testUsers(), "spendtrail"),
  kafkaPort: Number(kafkaPort),
  clickHousePort: Number(clickHousePort),
});
console.log(
  JSON.stringify({
    brokers: servers.kafka?.brokers,
    clickHouseUrl: servers.clickhouse?.url,
    pids: [servers.kafka?.pid, servers.clickhouse?.pid],
  }),
);
process.stdin.resume();
process.stdin.on("end", async () => {
  await servers.stop();
  process.exit(0);
});
