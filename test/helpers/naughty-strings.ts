/**
 * Texts that have broken programs before, by what breaks: what looks like a value of another kind, what some language
 * in between takes for code, and what Unicode allows and few expect. PostgreSQL stores all of them as they are.
 */
export const naughtyStrings: readonly string[] = [
  // Values of other kinds, and names that objects have of themselves.
  ...'|undefined|null|NaN|Infinity|true|nil|None|0|-0|-1|1e400|0x7fffffff|1,5|2147483648|9007199254740993|[]|{}|[object Object]|__proto__|constructor|hasOwnProperty|toString'.split(
    '|',
  ),
  '9'.repeat(400),
  // SQL, search operators, patterns, formats.
  "' or true --",
  `'; drop table posts; --`,
  `"; select pg_sleep(9); --`,
  '$1 $$ $body$',
  `%_\\%`,
  `\\`,
  `\\'`,
  `'`,
  `"`,
  '&|!<->:*()',
  'a & !b <-> c:*',
  `('`,
  '(a+)+$',
  '%s%n%d%x',
  '{{7*7}} ${7*7} #{7*7} <%= 7*7 %>',
  '${jndi:ldap://localhost/a}',
  // Shells, files, headers, logs.
  '`id` $(id) ; id | id',
  '../../../../etc/passwd',
  'C:\\con\\nul',
  'file:///etc/passwd',
  'a\r\nset-cookie: b=c',
  '\u001B[31mred\u001B[0m\u0007',
  // HTML, Markdown, XML, JSON, CSV.
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '<!--',
  '</title><svg/onload=alert(1)>',
  '[a](javascript:alert(1))',
  '![a](data:text/html,x)',
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  '&amp;&lt;&#0;&#x110000;&nbsp',
  '{"a":',
  '=1+1',
  '```\n~~~',
  // Blanks of all kinds, inside and alone.
  ' a  b ',
  '\t',
  'a\tb\nc\rd\u0085e\u2028f\u2029g',
  '\u00A0',
  'a\u00A0b\u2003c\u3000d\u180Ee',
  '\u200B\u200C\u200D\u2060\uFEFF',
  '\uFEFFa',
  // Control characters and noncharacters.
  '\u0001\u0002\u0008\u000B\u000C\u000E\u001F\u007F\u0080\u009F',
  '\uFFFE\uFFFF\uFDD0',
  '\u{1FFFE}\u{10FFFF}',
  '\uE000\u{F0000}',
  // Directions, combining marks, joined and wide characters, cases that change the length.
  '\u202Eabc\u202C\u2066d\u2069\u200F',
  'שלום עולם مرحبا',
  '\u0301',
  `Z${'\u0301\u0353'.repeat(40)}`,
  'e\u0301 \u00E9',
  '👩‍👩‍👧‍👦 🏳️‍🌈 🇦🇶 👍🏿 ☃︎',
  '𝔣𝔯𝔞𝔨 Ⓐ ⅷ ﬃ ㍿ ﷽',
  'İ ı ß ẞ ŉ ǰ ſ K Å',
  '田中さんにあげて下さい 울란바토르 𠜎𠜱',
  '¡™£¢∞§¶•ªº–≠ ¸˛Ç◊ı˜Â¯˘¿',
  '１２３ ١٢٣ Ⅳ ½',
  'xn--a xn--0.pt',
];

/** Texts that PostgreSQL cannot store. */
export const unstorableStrings: readonly string[] = [
  '\0',
  'a\0b',
  `${'a'.repeat(50)}\0`,
  '\uD800',
  'a\uDC00b',
  '\uDC00\uD800',
];
