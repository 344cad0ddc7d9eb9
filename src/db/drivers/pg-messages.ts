// Those messages of PostgreSQL's protocol (manual, "Message Formats") that every statement consists of, of which a
// request may have hundreds. All others are left to `pg-protocol`.
import pg from 'pg';
import { serialize } from 'pg-protocol';

/** The first byte of the messages that a session without `COPY` receives. */
export const messageType = {
  bindComplete: 0x32,
  closeComplete: 0x33,
  commandComplete: 0x43,
  dataRow: 0x44,
  emptyQueryResponse: 0x49,
  errorResponse: 0x45,
  noData: 0x6e,
  noticeResponse: 0x4e,
  notificationResponse: 0x41,
  parameterDescription: 0x74,
  parameterStatus: 0x53,
  parseComplete: 0x31,
  readyForQuery: 0x5a,
  rowDescription: 0x54,
} as const;

/** An answer that does not fit the protocol. Its SQLSTATE is `protocol_violation`. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
  readonly code = '08P01';
}

/** A message that came where the protocol has none of its type. */
export function unfit(type: number): ProtocolViolation {
  return new ProtocolViolation(
    `PostgreSQL sent a message of type ${String.fromCharCode(type)} out of place.`,
  );
}

/** Maximum length of a message, in bytes. No statement selects rows that come near it. */
const maxLength = 64 * 2 ** 20;

const bind = 0x42;

/** The byte for the type, and four for the length, which counts itself. */
const headLength = 5;

/** Gets a message: its type, and where it begins and ends in these bytes, head included. */
export type OnMessage = (type: number, bytes: Buffer, start: number, end: number) => void;

/**
 * Finds the messages in what a connection receives, which comes in chunks of any size.
 *
 * @throws {ProtocolViolation} for a length that no message has; it must get no more chunks then.
 */
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
      const length = bytes.readInt32BE(start + 1);
      if (length < 4 || length > maxLength) {
        throw new ProtocolViolation(`PostgreSQL sent a message of ${length} bytes.`);
      }
      const end = start + 1 + length;
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

/**
 * Reads the fields of the `DataRow` message between these positions, each with its parser.
 *
 * @throws {ProtocolViolation} when it has more or fewer fields.
 */
export function fieldsOf(
  bytes: Buffer,
  start: number,
  end: number,
  parsers: readonly FieldParser[],
): unknown[] {
  // oxlint-disable-next-line no-new-array -- One that grows field by field takes room for many more.
  const fields = new Array<unknown>(parsers.length);
  // Behind the number of fields, in two bytes.
  let at = start + headLength + 2;
  if (at > end || bytes.readUInt16BE(at - 2) !== parsers.length) throw misfit();
  for (let index = 0; index < parsers.length; index += 1) {
    const from = at + 4;
    if (from > end) throw misfit();
    const length = bytes.readInt32BE(at);
    at = from;
    if (length < 0) {
      fields[index] = null;
      continue;
    }
    at += length;
    if (at > end) throw misfit();
    // As UTF-8, which takes longer where it is named.
    const text = bytes.toString(undefined, from, at);
    const parse = parsers[index] as FieldParser;
    fields[index] = parse === null ? text : parse(text);
  }
  if (at !== end) throw misfit();
  return fields;
}

function misfit(): ProtocolViolation {
  return new ProtocolViolation('PostgreSQL sent a row with other fields than it described.');
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

/**
 * The messages that prepare a statement and describe what it selects: `Parse` and `Describe`. They are behind a `Close`
 * of the names that were evicted, and of its own: a statement that failed between the two has left its name behind.
 */
export function preparation(name: string, text: string, evicted: readonly string[]): Buffer[] {
  return [
    ...[...evicted, name].map((closed) => serialize.close({ type: 'S', name: closed })),
    serialize.parse({ name, text }),
    serialize.describe({ type: 'S', name }),
  ];
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
