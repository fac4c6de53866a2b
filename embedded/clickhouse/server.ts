/**
 * ClickHouse as this process: calls the library's entry point of `clickhouse local` with statements that make it
 * listen and then read stdin to its end. So it lives exactly as long as the pipe that its parent holds, also when
 * the parent is killed. ffi-rs and not koffi: koffi switches stacks, which makes ClickHouse abort.
 *
 * Arguments: the library, the data folder, the HTTP port, the TCP port, the configuration file.
 */
import { DataType, isNullPointer, type JsExternal, load, open } from "ffi-rs";

const [library = "", dir = "", httpPort = "", tcpPort = "", configFile = ""] = process.argv.slice(2);
// Ctrl-C at a terminal is for the parent, which stops us in order.
process.on("SIGINT", () => {});

const STATEMENTS = "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT count() FROM table FORMAT Null";
const command = [
  ["clickhouse", "--path", dir, "--config-file", configFile],
  ["--listen_host", "127.0.0.1", "--http_port", httpPort, "--tcp_port", tcpPort],
  ["--structure", "x String", "--input-format", "LineAsString", "--query", STATEMENTS],
].flat();

open({ library: "clickhouse", path: library });
const answer = load({
  library: "clickhouse",
  funcName: "chdb_query_cmdline",
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [command.length, command],
});
const fault = faultOf(answer);
if (fault !== null) process.stderr.write(`<Error> ${fault}\n`);
process.exit(fault === null ? 0 : 1);

/** Why the call ended, in ClickHouse's words; it does not log that itself. Null: stdin ended, all is well. */
function faultOf(result: JsExternal): string | null {
  const call = { library: "clickhouse", funcName: "chdb_result_error", paramsType: [DataType.External] };
  // No error is a null pointer; reading that as text would end this process by a signal, and slowly.
  const text = load({ ...call, retType: DataType.External, paramsValue: [result] });
  return isNullPointer(text) ? null : load({ ...call, retType: DataType.String, paramsValue: [result] });
}
