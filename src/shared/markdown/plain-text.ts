const excerptLength = 280;

/** The beginning of a text on one line, at most 280 characters (code points), with `…` where it was cut. */
export function excerptOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  // A code point takes at most two places of a string, so this holds more than are needed.
  const characters = Array.from(line.slice(0, 2 * (excerptLength + 1)));
  if (characters.length <= excerptLength) return line;
  const room = characters.slice(0, excerptLength);
  const space = room.lastIndexOf(' ');
  // A word that fills more than half of the room is cut itself.
  const end = space > excerptLength / 2 ? space : excerptLength - 1;
  return `${room.slice(0, end).join('').trimEnd()}…`;
}

/** How long reading takes, in whole minutes at 220 words a minute, at least 1. */
export function readingTimeMinutes(text: string): number {
  return minutesOfWords(countWords(text));
}

export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** How long reading this number of words takes, as `readingTimeMinutes` says. */
export function minutesOfWords(words: number): number {
  return Math.max(1, Math.ceil(words / 220));
}

const searchBytes = 100_000;

/** The part of a text that is searched: its first 100,000 bytes as UTF-8, in whole characters. */
export function searchTextOf(text: string): string {
  // A character takes at most three bytes for each of its places in a string.
  if (text.length * 3 <= searchBytes) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(searchBytes));
  return text.slice(0, read);
}
