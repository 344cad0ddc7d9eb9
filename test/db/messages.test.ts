import fc from 'fast-check';
import { serialize } from 'pg-protocol';
import { expect, it } from 'vitest';
import { fieldsOf, MessageSplitter, parameterText, runMessages } from '../../src/db/drivers/pg-messages.ts';

/** A message as the server sends it. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.from(`${type}0000`);
  head.writeInt32BE(4 + content.length, 1);
  return Buffer.concat([head, content]);
}

function int(size: 2 | 4, value: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeIntBE(value, 0, size);
  return bytes;
}

function row(fields: readonly (string | null)[]): Buffer {
  const parts = fields.map((field) =>
    field === null ? int(4, -1) : Buffer.concat([int(4, Buffer.byteLength(field)), Buffer.from(field)]),
  );
  return message('D', Buffer.concat([int(2, fields.length), ...parts]));
}

const asText = (fields: readonly unknown[]) => fields.map(() => null);

it('finds messages wherever the chunks begin and end', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  const contents = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1 });
  fc.assert(
    fc.property(contents, sizes, (all, cuts) => {
      const messages = all.map((content, index) =>
        message(index % 2 === 0 ? 'D' : 'Z', Buffer.from(content)),
      );
      const stream = Buffer.concat(messages);
      const found: Buffer[] = [];
      const splitter = new MessageSplitter((type, bytes, start, end) => {
        expect(type).toBe(bytes[start]);
        found.push(Buffer.from(bytes.subarray(start, end)));
      });
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const size = cuts[turn % cuts.length] ?? 1;
        splitter.push(stream.subarray(at, at + size));
        at += size;
      }
      expect(found).toEqual(messages);
    }),
  );
});

it('reads the fields of rows, of which some are null, in whatever language', () => {
  const fields = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 300 })));
  fc.assert(
    fc.property(fields, (given) => {
      expect(fieldsOf(row(given), 0, asText(given))).toEqual(given);
    }),
  );
  expect(fieldsOf(row(['12', null, 'a']), 0, [Number, Number, null])).toEqual([12, null, 'a']);
});

it('reads a row amid others', () => {
  const first = row(['a']);
  expect(fieldsOf(Buffer.concat([first, row(['b', 'c'])]), first.length, [null, null])).toEqual(['b', 'c']);
});

it('runs statements with values as they are, and ends with what ends every read', () => {
  const values = fc.array(fc.option(fc.string({ unit: 'binary', maxLength: 300 })), { maxLength: 20 });
  fc.assert(
    fc.property(values, (given) => {
      const messages: string[] = [];
      const bytes = runMessages('users_1', given);
      new MessageSplitter((type, all, start, end) => {
        messages.push(String.fromCharCode(type));
        if (type !== 0x42) return;
        // The portal, the name and how many parameters there are; what is behind them has the form of a row.
        const parameters = start + 5 + 1 + 'users_1\0'.length + 2;
        expect(fieldsOf(all, parameters - 5, asText(given))).toEqual(
          given.map((value) => (value === null ? null : value.toWellFormed())),
        );
        expect(all.readInt16BE(parameters)).toBe(given.length);
        expect(all.readInt16BE(end - 2)).toBe(0);
      }).push(bytes);
      expect(messages).toEqual(['B', 'E', 'S']);
      expect(bytes.subarray(-15)).toEqual(Buffer.concat([serialize.execute(), serialize.sync()]));
    }),
  );
});

it.each([
  ['text', 'text'],
  [null, null],
  [undefined, null],
  [12, '12'],
  [false, 'false'],
  [[], '{}'],
  [['a', 'b "quoted" \\ back', '', null], '{"a","b \\"quoted\\" \\\\ back","",null}'],
  [[1, 2], '{"1","2"}'],
])('writes %j as the text that PostgreSQL reads', (value, text) => {
  expect(parameterText(value)).toBe(text);
});
