const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');
const failure = Buffer.from('{"errors"');

/** What is known of an answer that is arriving. */
export interface Arriving {
  /** How many bytes of it are still to come; null where its end is known by its last chunk. */
  readonly missing: number | null;
}

/**
 * Reads the first piece of an answer over HTTP/1.1. Servers send the head in one piece, with the beginning of the body or
 * without. Null is an answer that is none: another status than 200, or errors.
 */
export function beginning(piece: Buffer): Arriving | null {
  const end = piece.indexOf(headEnd);
  const head = piece.toString('latin1', 0, end);
  if (end < 0 || !head.startsWith('HTTP/1.1 200 ')) return null;
  const body = piece.subarray(end + headEnd.length);
  const [, length] = /\ncontent-length: *(\d+)/i.exec(head) ?? [];
  // In chunks, the text comes after a line with its length.
  const text = length === undefined ? body.subarray(body.indexOf('\n') + 1) : body;
  if (text.subarray(0, failure.length).equals(failure)) return null;
  return length === undefined
    ? continued({ missing: null }, body)
    : { missing: Number(length) - body.length };
}

/** Reads another piece. JSON has no line breaks of its own, so the mark of the last chunk ends nothing but an answer. */
export function continued({ missing }: Arriving, piece: Buffer): Arriving {
  if (missing !== null) return { missing: missing - piece.length };
  return { missing: piece.subarray(-lastChunk.length).equals(lastChunk) ? 0 : null };
}
