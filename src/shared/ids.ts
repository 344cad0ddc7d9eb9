import { getRandomValues } from 'node:crypto';
import { V7Generator } from 'uuidv7';
import { type DerivedField, derivedPlain, type PlainText } from './derived.ts';

const nodeKinds = ['user', 'tag', 'post', 'comment', 'session'] as const;

/** The kinds of object that have a global id; the kind is the id's prefix. */
export type NodeKind = (typeof nodeKinds)[number];

/**
 * What the API calls an id: a TypeID, the kind, `_` and 26 characters of base32 (`user_01h455vb…`).
 * Sorts like the UUID inside it. Made by `toGlobalId` only.
 */
export type GlobalId = PlainText & { readonly __globalId: true };

const kinds: ReadonlySet<string> = new Set(nodeKinds);

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const suffixLength = 26;

/** The value of each ASCII character as a hexadecimal digit, -1 where it is none; upper case is none. */
const hexValues = valuesOf('0123456789abcdef');
/** The value of each ASCII character as a base32 digit, -1 where it is none; upper case is none. */
const base32Values = valuesOf(alphabet);
/** The character code of each base32 digit. */
const base32Codes = Uint8Array.from(alphabet, (digit) => digit.charCodeAt(0));

/** A new UUID of version 7: unique, and later ones sort after earlier ones of this process. */
export function newUuid(): string {
  return generator.generate().toString();
}

const random = new Uint32Array(256);
let used = random.length;

/** Takes random numbers from the system many at a time: the call is what costs. */
const generator = new V7Generator({
  nextUint32() {
    if (used === random.length) {
      getRandomValues(random);
      used = 0;
    }
    const next = random[used] ?? 0;
    used += 1;
    return next;
  },
});

/**
 * The global id of a UUID (lower case, with hyphens), by TypeID specification 0.3.
 * Throws a `TypeError` when it is no UUID, since UUIDs come from the database and not from a client.
 */
export function toGlobalId(kind: NodeKind, uuid: string): GlobalId {
  const head = (hex(uuid, 0) << 4) | hex(uuid, 1);
  const a = bits20(uuid, 2, 3, 4, 5, 6);
  const b = bits20(uuid, 7, 9, 10, 11, 12);
  const c = bits20(uuid, 14, 15, 16, 17, 19);
  const d = bits20(uuid, 20, 21, 22, 24, 25);
  const e = bits20(uuid, 26, 27, 28, 29, 30);
  const f = bits20(uuid, 31, 32, 33, 34, 35);
  // A character that is no hexadecimal digit is -1, and so makes its group and their union negative.
  if (uuid.length !== 36 || (head | a | b | c | d | e | f) < 0) {
    throw new TypeError(`Not a UUID: ${JSON.stringify(uuid)}`);
  }
  // The characters are made into a text at once: one that is put together from pieces is kept as its pieces.
  // biome-ignore format: A line for each group.
  const digits = String.fromCharCode(
    code(head >> 5), code(head),
    code(a >> 15), code(a >> 10), code(a >> 5), code(a),
    code(b >> 15), code(b >> 10), code(b >> 5), code(b),
    code(c >> 15), code(c >> 10), code(c >> 5), code(c),
    code(d >> 15), code(d >> 10), code(d >> 5), code(d),
    code(e >> 15), code(e >> 10), code(e >> 5), code(e),
    code(f >> 15), code(f >> 10), code(f >> 5), code(f),
  );
  return `${kind}_${digits}` as GlobalId;
}

/** The last 8 base32 characters of a UUID, which are random, and all 26, for names that must be unique. */
export function idEndings(uuid: string): [string, string] {
  const whole = toGlobalId('post', uuid).slice(-suffixLength);
  return [whole.slice(-8), whole];
}

/** The field `id` of objects of a kind, whose rows have a UUID. */
export function globalId(kind: NodeKind): DerivedField<{ readonly id: string }, GlobalId> {
  return derivedPlain(({ id }) => toGlobalId(kind, id));
}

/**
 * The kind and the UUID (lower case, with hyphens) of a global id, or null when it is malformed:
 * an unknown prefix, a wrong length, a character outside the alphabet, or more than 128 bits.
 */
export function parseGlobalId(id: string): { kind: NodeKind; uuid: string } | null {
  const start = id.length - suffixLength;
  const kind = id.slice(0, Math.max(0, start - 1));
  if (!kinds.has(kind) || id.charAt(start - 1) !== '_') return null;
  const head = (base32(id, start) << 5) | base32(id, start + 1);
  // 26 characters hold 130 bits: the first one may use its lower three only, or the UUID overflows.
  if (head < 0 || head > 0xff) return null;
  let digits = head.toString(16).padStart(2, '0');
  for (let at = start + 2; at < id.length; at += 4) {
    const group =
      (base32(id, at) << 15) | (base32(id, at + 1) << 10) | (base32(id, at + 2) << 5) | base32(id, at + 3);
    if (group < 0) return null;
    digits += group.toString(16).padStart(5, '0');
  }
  const uuid = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
  return { kind: kind as NodeKind, uuid };
}

/** The UUID of a global id of this kind, or null when the id is malformed or of another kind. */
export function uuidOf(kind: NodeKind, id: string): string | null {
  const parsed = parseGlobalId(id);
  return parsed?.kind === kind ? parsed.uuid : null;
}

function valuesOf(digits: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < digits.length; i++) values[digits.charCodeAt(i)] = i;
  return values;
}

function hex(text: string, at: number): number {
  return hexValues[text.charCodeAt(at)] ?? -1;
}

function base32(text: string, at: number): number {
  return base32Values[text.charCodeAt(at)] ?? -1;
}

/** Five hexadecimal digits are twenty bits, and twenty bits are four base32 characters. */
function bits20(uuid: string, a: number, b: number, c: number, d: number, e: number): number {
  return (
    (hex(uuid, a) << 16) | (hex(uuid, b) << 12) | (hex(uuid, c) << 8) | (hex(uuid, d) << 4) | hex(uuid, e)
  );
}

/** The character code of the base32 digit that the last five bits are. */
function code(bits: number): number {
  return base32Codes[bits & 31] as number;
}
