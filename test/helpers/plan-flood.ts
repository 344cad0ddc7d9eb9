const letters = Array.from({ length: 26 }, (_, number) => String.fromCharCode(97 + number));

/**
 * The request with this number of a flood that once filled the heap: a small document that selects a fragment at 26
 * positions of an object that is null for anonymous clients. Each document has 16 variants, which come one after another.
 */
export function planFlood(number: number): { query: string; variables: Record<string, boolean> } {
  const [a, b, c, d] = [1, 2, 4, 8].map((bit) => (number & bit) !== 0) as [
    boolean,
    boolean,
    boolean,
    boolean,
  ];
  const uses = letters.map((letter) => `${letter}:posts(limit:1){...F}`).join(' ');
  const person = 'id name username bio avatarUrl role createdAt';
  return {
    query:
      `query($a:Boolean!$b:Boolean!$c:Boolean!$d:Boolean!){viewer{${uses}}}` +
      `fragment F on Post{id slug title excerpt status publishedAt author{${person} @include(if:$a)}` +
      `tags{id slug name @include(if:$b)}comments(limit:1){id body author{${person} @include(if:$c)}}` +
      `contributors{${person} @include(if:$d)}}#${Math.floor(number / 16)}`,
    variables: { a, b, c, d },
  };
}
