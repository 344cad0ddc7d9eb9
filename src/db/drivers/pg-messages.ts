// Those messages of PostgreSQL's protocol (manual, "Message Formats") that every statement consists of, of which a
// request may have hundreds. All others are left to `pg-protocol`.
import pg from 'pg';

/** The first byte of the messages that say something about a statement. */
export const messageType = {
  dataRow: 0x44,
  errorResponse: 0x45,
  noData: 0x6e,
  readyForQuery: 0x5a,
  rowDescription: 0x54,
} as const;

const bind = 0x42;

/** The byte for the type, and four for the length, which counts itself. */
const headLength = 5;

/** Gets a message: its type, and where it begins and ends in these bytes, head included. */
export type OnMessage = (type: number, bytes: Buffer, start: number, end: number) => void;

/** Finds the messages in what a connection receives, which comes in chunks of any size. */
export class MessageSplitter {
  readonly #onMessage: OnMessage;
  /** The beginning of a message that is not whole yet. */
  #kept: Buffer[] = [];
  #keptLength = 0;
  /** How long that message is; as long as its head, while even that is not whole. */
  #wanted = headLength;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    if (this.#keptLength === 0) {
      this.#split(chunk);
      return;
    }
    this.#kept.push(chunk);
    this.#keptLength += chunk.length;
    if (this.#keptLength < this.#wanted) return;
    const bytes = Buffer.concat(this.#kept);
    this.#kept = [];
    this.#keptLength = 0;
    this.#split(bytes);
  }

  #split(bytes: Buffer): void {
    let start = 0;
    this.#wanted = headLength;
    while (start + headLength <= bytes.length) {
      const end = start + 1 + bytes.readInt32BE(start + 1);
      if (end > bytes.length) {
        this.#wanted = end - start;
        break;
      }
      this.#onMessage(bytes[start] as number, bytes, start, end);
      start = end;
    }
    if (start === bytes.length) return;
    this.#kept.push(bytes.subarray(start));
    this.#keptLength = bytes.length - start;
  }
}

/** Makes a value of a field's text; null where the text is the value. */
export type FieldParser = ((text: string) => unknown) | null;

const timestamptz: number = pg.types.builtins.TIMESTAMPTZ;
/** What `pg` does with types of which the text is the value. */
const unparsed: unknown = pg.types.getTypeParser(pg.types.builtins.TEXT);

/** How fields of a type are read: as `pg` does, but times are left as texts. */
export function fieldParserOf(oid: number): FieldParser {
  if (oid === timestamptz) return null;
  const parser = pg.types.getTypeParser(oid) as (text: string) => unknown;
  return parser === unparsed ? null : parser;
}

/** The fields of a `DataRow` message that starts there, each with its parser. */
export function fieldsOf(bytes: Buffer, start: number, parsers: readonly FieldParser[]): unknown[] {
  // oxlint-disable-next-line no-new-array -- One that grows field by field takes room for many more.
  const fields = new Array<unknown>(parsers.length);
  // Behind the number of fields, in two bytes, which is that of the parsers.
  let at = start + headLength + 2;
  for (let index = 0; index < parsers.length; index += 1) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) {
      fields[index] = null;
      continue;
    }
    // As UTF-8, which takes longer where it is named.
    const text = bytes.toString(undefined, at, at + length);
    const parse = parsers[index] as FieldParser;
    fields[index] = parse === null ? text : parse(text);
    at += length;
  }
  return fields;
}

/** `Execute`, for all rows of the unnamed portal, and `Sync`. */
const executeAndSync = Buffer.from('E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04', 'latin1');

/**
 * The messages that run a prepared statement: `Bind`, `Execute` and `Sync`. Its parameters are texts, and its fields
 * will be.
 */
export function runMessages(name: string, values: readonly (string | null)[]): Buffer {
  // The length itself, two names with a zero at the end, of which the portal's is empty, and three numbers.
  let length = 4 + 1 + Buffer.byteLength(name) + 1 + 3 * 2;
  for (const value of values) length += 4 + (value === null ? 0 : Buffer.byteLength(value));
  const bytes = Buffer.allocUnsafe(1 + length + executeAndSync.length);
  let at = bytes.writeUInt8(bind, 0);
  at = bytes.writeInt32BE(length, at);
  at = bytes.writeUInt8(0, at);
  at += bytes.write(name, at);
  at = bytes.writeUInt8(0, at);
  at = bytes.writeInt16BE(0, at);
  at = bytes.writeInt16BE(values.length, at);
  for (const value of values) {
    if (value === null) {
      at = bytes.writeInt32BE(-1, at);
    } else {
      const written = bytes.write(value, at + 4);
      at = bytes.writeInt32BE(written, at) + written;
    }
  }
  at = bytes.writeInt16BE(0, at);
  executeAndSync.copy(bytes, at);
  return bytes;
}

/** A value as the text that PostgreSQL reads it from. */
export function parameterText(value: unknown): string | null {
  if (value == null) return null;
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? `{${value.map(elementText).join()}}` : JSON.stringify(value);
}

function elementText(element: unknown): string {
  const text = parameterText(element);
  return text === null ? 'null' : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
