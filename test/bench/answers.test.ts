import { describe, expect, it } from 'vitest';
import { canonical, firstDifference } from '../../bench/answers.ts';
import { beginning, continued } from '../../bench/load/answer-end.ts';

describe('comparing answers', () => {
  const answer = {
    data: {
      users: [
        { id: 'user_1', name: 'Ada' },
        { id: 'user_2', name: null },
      ],
    },
  };

  it('finds no difference in the order of fields', () => {
    const other = {
      data: {
        users: [
          { name: 'Ada', id: 'user_1' },
          { name: null, id: 'user_2' },
        ],
      },
    };
    expect(firstDifference(answer, other)).toBeNull();
  });

  it.each([
    [
      'another value',
      {
        data: {
          users: [
            { id: 'user_1', name: 'Bob' },
            { id: 'user_2', name: null },
          ],
        },
      },
      'data.users.0.name',
    ],
    [
      'a field too few',
      { data: { users: [{ id: 'user_1', name: 'Ada' }, { id: 'user_2' }] } },
      'data.users.1.name',
    ],
    ['a row too many', { data: { users: [...answer.data.users, {}] } }, 'data.users.2'],
    ['another order', { data: { users: answer.data.users.toReversed() } }, 'data.users.0.id'],
    ['nothing', { data: null }, 'data'],
  ])('finds %s', (_, other, path) => {
    expect(firstDifference(answer, other)).toBe(path);
  });

  const page = (...cursors: readonly string[]) => ({
    edges: cursors.map((cursor) => ({ cursor })),
    pageInfo: { endCursor: cursors.at(-1) },
  });

  it('takes cursors for what they mark', () => {
    expect(canonical(page('a', 'b'))).toEqual(canonical(page('x', 'y')));
    expect(canonical(page('a', 'b'))).not.toEqual(canonical(page('x', 'x')));
    expect(canonical({ ...page('a'), pageInfo: { endCursor: 'b' } })).not.toEqual(canonical(page('a')));
    expect(canonical({ endCursor: null })).not.toEqual(canonical({ endCursor: 'a' }));
  });

  it('takes identifiers for the same only of what is new', () => {
    const [one, other] = [
      { id: 'post_1', title: 'A' },
      { id: 'post_2', title: 'A' },
    ];
    expect(canonical(one, true)).toEqual(canonical(other, true));
    expect(canonical(one)).not.toEqual(canonical(other));
    expect(canonical(one, true)).not.toEqual(canonical({ id: null, title: 'A' }, true));
  });
});

describe('the end of an answer', () => {
  const text = '{"data":{"name":"Zoë"}}';
  const withLength = `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  const inChunks = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n18\r\n${text}\r\n0\r\n\r\n`;

  it.each([
    ['by its length', withLength],
    ['by its last chunk', inChunks],
  ])('is found %s, wherever it is cut', (_, whole) => {
    const bytes = Buffer.from(whole);
    const head = bytes.indexOf('\r\n\r\n') + 4;
    expect(beginning(bytes)).toEqual({ missing: 0 });
    for (let cut = head; cut < bytes.length - 5; cut += 1) {
      const first = beginning(bytes.subarray(0, cut));
      expect(first?.missing).not.toBe(0);
      expect(continued(first ?? { missing: 0 }, bytes.subarray(cut))).toEqual({ missing: 0 });
    }
  });

  it.each([
    ['another status', 'HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n'],
    ['errors', 'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"errors":[]}'],
    [
      'errors in chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nd\r\n{"errors":[]}\r\n0\r\n\r\n',
    ],
  ])('is not looked for behind %s', (_, whole) => {
    expect(beginning(Buffer.from(whole))).toBeNull();
  });
});
