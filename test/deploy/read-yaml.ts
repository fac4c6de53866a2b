/**
 * The YAML that our configuration files are written in and no more: maps and lists (of scalars, or of maps) by
 * indentation, plain and double-quoted scalars and keys, one-line `[lists]`, anchors on maps, aliases and `<<` merges.
 * All scalars are texts. What it does not know it throws at, so that a check never passes on something it has not read.
 */
export function readYaml(text: string): YamlMap {
  const lines = text.split("\n").flatMap((raw, at): Line[] => {
    const trimmed = raw.trimEnd();
    if (trimmed.trim() === "" || /^\s*#/.test(trimmed)) return [];
    if (trimmed.includes("\t")) throw new Error(`line ${at + 1}: a tab`);
    return [{ indent: trimmed.search(/\S/), text: trimmed.trim(), at: at + 1 }];
  });
  const reader = { lines, next: 0, anchors: new Map<string, Yaml>() };
  const map = readMap(reader, 0);
  if (reader.next < lines.length) throw new Error(`line ${lines[reader.next]?.at}: not understood`);
  return map;
}

export type Yaml = string | Yaml[] | YamlMap;
export interface YamlMap {
  [key: string]: Yaml;
}

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly at: number;
}
interface Reader {
  readonly lines: Line[];
  next: number;
  readonly anchors: Map<string, Yaml>;
}

/** A key, and what stands behind it: a colon inside a word or a URL is none. */
const KEY = /^([\w.<-]+):(?: (.*))?$/;

function readMap(reader: Reader, indent: number): YamlMap {
  const own: YamlMap = {};
  const merged: YamlMap = {};
  for (let line = reader.lines[reader.next]; line?.indent === indent; line = reader.lines[reader.next]) {
    const match = KEY.exec(line.text);
    if (match?.[1] === undefined || line.text.startsWith("- ")) throw new Error(`line ${line.at}: no key`);
    const key = match[1];
    if (key in own) throw new Error(`line ${line.at}: ${key} a second time`);
    reader.next += 1;
    const value = readValue(reader, indent, match[2] ?? "", line);
    if (key === "<<") Object.assign(merged, ...[value].flat());
    else own[key] = value;
  }
  return { ...merged, ...own };
}

function readValue(reader: Reader, indent: number, text: string, line: Line): Yaml {
  const anchor = /^&(\S+)$/.exec(text)?.[1];
  if (text !== "" && anchor === undefined) return readInline(reader, text, line);
  const first = reader.lines[reader.next];
  if (first === undefined || first.indent <= indent) return "";
  const value = first.text.startsWith("- ") ? readList(reader, first.indent) : readMap(reader, first.indent);
  if (anchor !== undefined) reader.anchors.set(anchor, value);
  return value;
}

function readList(reader: Reader, indent: number): Yaml[] {
  const list: Yaml[] = [];
  for (let line = reader.lines[reader.next]; line?.indent === indent; line = reader.lines[reader.next]) {
    if (!line.text.startsWith("- ")) throw new Error(`line ${line.at}: no list element`);
    const text = line.text.slice(2);
    if (KEY.test(text)) {
      // A map: its first key stands behind the dash, the others two columns in.
      reader.lines[reader.next] = { ...line, indent: indent + 2, text };
      list.push(readMap(reader, indent + 2));
    } else {
      reader.next += 1;
      list.push(readInline(reader, text, line));
    }
  }
  return list;
}

function readInline(reader: Reader, text: string, line: Line): Yaml {
  const alias = /^\*(\S+)$/.exec(text)?.[1];
  if (alias !== undefined) {
    const value = reader.anchors.get(alias);
    if (value === undefined) throw new Error(`line ${line.at}: no anchor ${alias}`);
    return value;
  }
  if (/^\[\*/.test(text)) return splitFlow(text).map((one) => readInline(reader, one, line));
  // A double-quoted text and a list of such are JSON too.
  if (/^["[]/.test(text)) return JSON.parse(text) as Yaml;
  if (/^[&*!|>'%@`{]|^[-?] |: | #/.test(text)) throw new Error(`line ${line.at}: not understood: ${text}`);
  return text;
}

function splitFlow(text: string): string[] {
  return text
    .slice(1, -1)
    .split(",")
    .map((one) => one.trim());
}
