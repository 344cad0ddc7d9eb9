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
      const bytes = row(given);
      expect(fieldsOf(bytes, 0, bytes.length, asText(given))).toEqual(given);
    }),
  );
  const bytes = row(['12', null, 'a']);
  expect(fieldsOf(bytes, 0, bytes.length, [Number, Number, null])).toEqual([12, null, 'a']);
});

it('reads a row amid others', () => {
  const first = row(['a']);
  const bytes = Buffer.concat([first, row(['b', 'c']), first]);
  const end = bytes.length - first.length;
  expect(fieldsOf(bytes, first.length, end, [null, null])).toEqual(['b', 'c']);
});

it('refuses rows with other fields than were described', () => {
  const misfit = expect.objectContaining({ code: '08P01' });
  const read = (bytes: Buffer, fields: number, end = bytes.length) => {
    const parsers = Array.from({ length: fields }, () => null);
    return () => fieldsOf(Buffer.concat([bytes, row(['another', 'row'])]), 0, end, parsers);
  };
  const given = row(['a', null, 'b']);
  expect(read(given, 3)()).toEqual(['a', null, 'b']);
  for (const fields of [0, 2, 4, 65_536]) expect(read(given, fields)).toThrow(misfit);
  for (const end of [5, given.length - 1, given.length + 1]) expect(read(given, 3, end)).toThrow(misfit);
  for (const length of [0, 2, 1_000, 2 ** 31 - 1]) {
    const changed = Buffer.from(given);
    changed.writeInt32BE(length, 7);
    expect(read(changed, 3)).toThrow(misfit);
  }
});

it.each([-1, 0, 3, 64 * 2 ** 20 + 1, 2 ** 31 - 1])('refuses messages of %i bytes', (length) => {
  const head = Buffer.from('D0000');
  head.writeInt32BE(length, 1);
  const splitter = new MessageSplitter(() => {});
  expect(() => splitter.push(head)).toThrow(expect.objectContaining({ code: '08P01' }));
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
        // Behind them is how many formats of fields there are.
        expect(fieldsOf(all, parameters - 5, end - 2, asText(given))).toEqual(
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
