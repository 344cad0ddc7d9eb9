import { describe, expect, it } from 'vitest';
import { textQuery, wordsOf } from '../../src/db/index.ts';

describe('textQuery', () => {
  it('looks for words by their beginning and by their stem', () => {
    expect(textQuery('HTTP smuggling')).toEqual({
      prefix: ["'HTTP':*", "'smuggling':*"],
      stem: ["'HTTP'", "'smuggling'"],
    });
  });

  it('looks for what stands in double quotes word for word', () => {
    expect(textQuery('about "request smuggling"')).toEqual({
      prefix: ["'about':*", "'request' <-> 'smuggling'"],
      stem: ["'about'", ''],
    });
    expect(textQuery('“request smuggling”').prefix).toEqual(["'request' <-> 'smuggling'"]);
  });

  it('takes a quote that is never closed for no quote', () => {
    expect(textQuery('"request smugg')).toEqual(textQuery('request smugg'));
    expect(textQuery('"one two" "three').prefix).toEqual(["'one' <-> 'two'", "'three':*"]);
  });

  it('asks for each word once', () => {
    expect(textQuery('to be or not to be').prefix).toEqual(["'to':*", "'be':*", "'or':*", "'not':*"]);
  });

  it.each([
    ['node.js', ["'node':*", "'js':*"]],
    ['server-side', ["'server':*", "'side':*"]],
    ['C++', ["'C':*"]],
    ['snake_case', ["'snake':*", "'case':*"]],
    ['100%', ["'100':*"]],
    ['a & b | !(c) <-> d:* \\', ["'a':*", "'b':*", "'c':*", "'d':*"]],
    ["don't", ["'don''t':*"]],
    ["' or 1=1 --", ["'or':*", "'1':*"]],
    ['日本語 שלום a😀b', ["'日本語':*", "'שלום':*", "'a😀b':*"]],
  ])('takes operators and other punctuation in %j for data', (text, prefix) => {
    expect(textQuery(text).prefix).toEqual(prefix);
  });

  it.each(['', ' ', '%', '_', "''''", '""', '"', '\\', '& | ! < > : * ( )', '😀', '"😀 !"'])(
    'finds nothing without a letter or a digit: %j',
    (text) => {
      expect(textQuery(text)).toEqual({ prefix: [], stem: [] });
    },
  );

  it('leaves no quote or backslash that could end an operand', () => {
    const ascii = Array.from({ length: 128 }, (_, code) => `a${String.fromCharCode(code)}b`).join('x');
    for (const operand of textQuery(`${ascii} "${ascii}`).prefix) {
      expect(operand).toMatch(/^'(?:[^'\\]|'')+'(?::\*)?(?: <-> '(?:[^'\\]|'')+')*$/);
    }
  });
});

describe('wordsOf', () => {
  it('is what is left of a text without punctuation, in order', () => {
    expect(wordsOf('"Node.js" isn’t C++!')).toEqual(['Node', 'js', 'isn’t', 'C']);
  });
});
