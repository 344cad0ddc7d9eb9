/** Maximum length of a line of an answer, in bytes. An error is one line. */
const maxLine = 4_096;

/** One line of an answer: a string, an error, a number, the length of a string (up to 999), or of a list (up to 9). */
const line = /^(?:[+-][^\r\n]*|:-?\d{1,15}|\$(\d{1,3})|\*(\d))\r\n$/;

/**
 * Checks the bytes that Redis sends, by RESP2, before ioredis parses them. Its parser keeps whatever an answer
 * announces, and throws out of an event handler for deep lists, long lists and null. The commands of this server are
 * answered with a line or with a short, flat list.
 */
export class AnswerCheck {
  /** The start of a line whose end has not arrived. */
  #line = '';
  /** Bytes of a string that have not arrived, with its line end. */
  #missing = 0;
  /** Elements of a list that have not begun. */
  #elements = 0;

  /** Whether the bytes that arrived so far can be the answers to commands of this server. */
  accepts(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.#missing > 0) {
        const arrived = Math.min(this.#missing, chunk.length - at);
        this.#missing -= arrived;
        at += arrived;
        continue;
      }
      const feed = chunk.indexOf('\n', at);
      const end = feed === -1 ? chunk.length : feed + 1;
      if (this.#line.length + end - at > maxLine) return false;
      this.#line += chunk.toString('latin1', at, end);
      at = end;
      if (feed !== -1 && !this.#acceptsLine()) return false;
    }
    return true;
  }

  #acceptsLine(): boolean {
    const found = line.exec(this.#line);
    this.#line = '';
    if (found === null) return false;
    const [, length, elements] = found;
    if (length !== undefined) this.#missing = Number(length) + 2;
    if (elements === undefined) {
      if (this.#elements > 0) this.#elements -= 1;
      return true;
    }
    // A list in a list.
    if (this.#elements > 0) return false;
    this.#elements = Number(elements);
    return true;
  }
}
