let words = 0;

/**
 * A word that no other row of the test file has, and that no other such word begins with: what looks for it finds what
 * a test made and nothing else. It is its own stem.
 */
export function newWord(): string {
  words += 1;
  const letter = (place: number) => String.fromCharCode(97 + (Math.floor(words / place) % 26));
  return `vol${letter(26)}${letter(1)}x`;
}
