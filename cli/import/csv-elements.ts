import { Readable } from "node:stream";
import { type CastingContext, CsvError, parse } from "csv-parse";
import { ELEMENT_BYTES_MAX, type Portion } from "#cli/import/input.ts";
import { NotElements } from "#cli/import/json-elements.ts";

const PORTION_ROWS = 500;
/** A name of a column; a value (a time, a number, JSON, an id with dashes) is none. */
const COLUMN = /^[A-Za-z_][A-Za-z0-9_ ]{0,62}$/;

/**
 * The rows of a CSV with a header (RFC 4180) as one JSON object each, every value as text. An empty cell is NULL, as
 * PostgreSQL's COPY writes it, and left out; two quotes are the empty text.
 * @throws NotElements where it is not UTF-8, has no header, or a row has other columns than the header
 */
export async function* splitCsv(pieces: AsyncIterable<Buffer>): AsyncGenerator<Portion> {
  const parser = parse({
    bom: true,
    columns: (header: string[]) => checkedHeader(header),
    skip_empty_lines: true,
    relax_column_count: false,
    max_record_size: ELEMENT_BYTES_MAX,
    cast: (value: string, context: CastingContext) =>
      value === "" && !context.quoting && !context.header ? null : value,
  });
  const text = Readable.from(strictUtf8(pieces), { objectMode: false });
  text.on("error", (error) => parser.destroy(error));
  text.pipe(parser);
  let elements: Buffer[] = [];
  try {
    for await (const row of parser) {
      elements.push(Buffer.from(JSON.stringify(withoutNulls(row as Record<string, string | null>))));
      if (elements.length < PORTION_ROWS) continue;
      yield { elements, cursor: null };
      elements = [];
    }
  } catch (error) {
    if (error instanceof CsvError) throw new NotElements(`is no CSV that can be read: ${error.message}`);
    throw error;
  } finally {
    text.destroy();
  }
  if (elements.length > 0) yield { elements, cursor: null };
}

function checkedHeader(header: readonly string[]): string[] {
  const odd = header.find((name) => !COLUMN.test(name));
  if (odd !== undefined)
    throw new NotElements(
      `has no header: its first line must name the columns, and a name in it is ${JSON.stringify(odd.slice(0, 40))}`,
    );
  const twice = header.find((name, at) => header.indexOf(name) !== at);
  if (twice !== undefined) throw new NotElements(`names the column ${twice} twice`);
  return [...header];
}

function withoutNulls(row: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).filter((cell): cell is [string, string] => cell[1] !== null));
}

async function* strictUtf8(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (piece?: Buffer): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw new NotElements("is not UTF-8");
    }
  };
  for await (const piece of pieces) yield decode(piece);
  yield decode();
}
