/** A place in a list: the value that the list is ordered by, as text, and the identifier of the row there. */
export interface Position {
  readonly key: string;
  readonly id: string;
}

/** Reads the key of a list's order from its text form; false when it is not one. */
export type KeyCheck = (key: string) => boolean;

/**
 * An opaque cursor for a place in a list of this order: URL-safe base64 (RFC 4648) of a JSON array. It tells nothing
 * but the place.
 */
export function encodeCursor(order: string, { key, id }: Position): string {
  return Buffer.from(JSON.stringify([order, key, id])).toString('base64url');
}

/** The place that a cursor marks; null when it is not a cursor of a list of this order. */
export function decodeCursor(cursor: string, order: string, isKey: KeyCheck): Position | null {
  if (cursor.length > 512) return null;
  const bytes = Buffer.from(cursor, 'base64url');
  // Decoding skips what is not base64; only what the encoder writes is a cursor.
  if (bytes.toString('base64url') !== cursor) return null;
  const parts = parseTexts(bytes.toString());
  if (parts === null || parts.length !== 3) return null;
  const [name, key, id] = parts as [string, string, string];
  return name === order && isUuid(id) && isKey(key) ? { key, id } : null;
}

/** Whether a key is a time as the program writes it: RFC 3339 in UTC with milliseconds. PostgreSQL has no year 0. */
export const isTimeKey: KeyCheck = (key) => {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(key)) return false;
  const time = new Date(key);
  return !Number.isNaN(time.getTime()) && time.toISOString() === key;
};

/** Whether a key is text that a column can hold. */
export const isTextKey: KeyCheck = (key) => key.length <= 200 && key.isWellFormed() && !key.includes('\0');

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}

function parseTexts(json: string): string[] | null {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : null;
  } catch {
    return null;
  }
}
