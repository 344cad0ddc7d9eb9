import zlib, { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { documentOf, expectRefused, post } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

describe('the endpoint', () => {
  it.each(['gzip', 'GZIP', 'deflate', 'br', 'zstd', 'x-nope', 'gzip, gzip', 'identity, gzip'])(
    'refuses the encoding %s',
    async (encoding) => {
      const response = await post(server, { query: '{ __typename }' }, { 'content-encoding': encoding });
      await expectRefused(response, 415, 'BAD_REQUEST');
    },
  );

  it('takes a body that is said to be as it is', async () => {
    const response = await post(server, { query: '{ __typename }' }, { 'content-encoding': 'identity' });
    expect(await documentOf(response)).toEqual({ data: { __typename: 'Query' } });
  });

  it('does not inflate what comes compressed, so that 200 MB stay the 200 kB that they came as', async () => {
    // Compressed parts one after the other are one compressed text.
    const part = gzipSync(Buffer.alloc(10_000_000));
    const bomb = new Uint8Array(Buffer.concat(Array.from({ length: 20 }, () => part)));
    const inflating = [
      vi.spyOn(zlib, 'createGunzip'),
      vi.spyOn(zlib, 'createUnzip'),
      vi.spyOn(zlib, 'gunzip'),
    ];
    const send = (headers: Record<string, string>) =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: bomb,
      });
    await expectRefused(await send({ 'content-encoding': 'gzip' }), 415, 'BAD_REQUEST');
    await expectRefused(await send({}), 400, 'LIMIT_EXCEEDED');
    for (const spy of inflating) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
