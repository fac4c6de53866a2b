/** Above this a line is content and never usage, which is a few hundred bytes. */
const LINE_LENGTH_MAX = 1_000_000;

/**
 * Reads the `data:` of a stream of server-sent events as its chunks go by, wherever they are cut: in the middle of a
 * line, of a line's end or of a character. It keeps one unfinished line and nothing else.
 */
export function sseReader(onData: (data: string) => void) {
  const decoder = new TextDecoder();
  let line = "";
  let data: string[] = [];
  let isTooLong = false;
  let afterCarriageReturn = false;

  function endLine(): void {
    if (line === "") {
      if (data.length > 0) onData(data.join("\n"));
      data = [];
    } else if (!isTooLong && line.startsWith("data:")) {
      data.push(line.slice(line[5] === " " ? 6 : 5));
    }
    line = "";
    isTooLong = false;
  }

  function take(text: string): void {
    let from = 0;
    for (const match of text.matchAll(/\r\n|\n|\r/g)) {
      // The second half of a line's end that was cut in two.
      const isSecondHalf = afterCarriageReturn && match.index === 0 && match[0] === "\n";
      afterCarriageReturn = false;
      if (!isSecondHalf) {
        add(text.slice(from, match.index));
        endLine();
      }
      from = match.index + match[0].length;
    }
    const rest = text.slice(from);
    if (rest !== "") afterCarriageReturn = false;
    if (text.endsWith("\r")) afterCarriageReturn = true;
    add(rest);
  }

  function add(text: string): void {
    if (isTooLong) return;
    if (line.length + text.length > LINE_LENGTH_MAX) {
      isTooLong = true;
      line = "-";
    } else line += text;
  }

  return {
    write: (chunk: Uint8Array) => take(decoder.decode(chunk, { stream: true })),
    /** The last event of a stream counts even where the blank line after it is missing. */
    end: () => {
      take(decoder.decode());
      endLine();
      endLine();
    },
  };
}
