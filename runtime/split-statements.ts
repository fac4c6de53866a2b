/** Strings, quoted names and comments of ClickHouse's SQL, whose semicolons end nothing; then the semicolon itself. */
const TOKEN =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`\\]|\\[\s\S]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;

/** The statements of a SQL text in order, comments inside them kept, without the ending semicolons. */
export function splitStatements(sql: string): readonly string[] {
  const statements: string[] = [];
  let start = 0;
  for (const match of sql.matchAll(TOKEN)) {
    if (match[0] !== ";") continue;
    statements.push(sql.slice(start, match.index));
    start = match.index + 1;
  }
  statements.push(sql.slice(start));
  return statements.map((statement) => statement.trim()).filter(saysSomething);
}

/** Whether anything but comments and space is left: the tail of a file is often a comment. */
function saysSomething(statement: string): boolean {
  return statement.replaceAll(TOKEN, (token) => (/^(--|\/\*)/.test(token) ? "" : token)).trim() !== "";
}
