import type { Readable } from 'node:stream';

/** Passes text on in whole lines, whatever the pieces in which it comes. Ends when the text has ended. */
export function passOnLines(text: Readable, write: (lines: string) => void): Promise<void> {
  let rest = '';
  text.setEncoding('utf8').on('data', (piece: string) => {
    const end = piece.lastIndexOf('\n') + 1;
    if (end > 0) write(rest + piece.slice(0, end));
    rest = end > 0 ? piece.slice(end) : rest + piece;
  });
  return new Promise((resolve) => {
    text.once('close', () => {
      if (rest !== '') write(`${rest}\n`);
      resolve();
    });
  });
}
