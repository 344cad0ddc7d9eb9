import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AppError } from '../../src/shared/errors.ts';
import { render, renderPreformatted } from '../../src/shared/markdown/render.ts';
import { RenderPool, type RenderLimits } from '../../src/shared/markdown/render-pool.ts';

const fill = (piece: string, length: number): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
const words = (length: number): string =>
  fill('The *quick* brown fox & [others](https://x.test/y). ', length);
const limits: RenderLimits = { pendingLength: 8_000_000, time: 600_000, heap: 256 };

function openPool(own: Partial<RenderLimits> = {}): RenderPool {
  const pool = new RenderPool({ ...limits, ...own });
  onTestFinished(() => pool.close());
  return pool;
}

describe('a pool of rendering threads', { timeout: 600_000 }, () => {
  const shared = new RenderPool(limits);
  afterAll(() => shared.close());

  it.each([
    ['words', words(20_000)],
    ['a text at the limit', words(8_192)],
    ['a text below the limit', words(8_191)],
    ['a long text of escapes', fill('&', 100_000)],
    ['too many quotes', fill('>', 10_000)],
    ['lone surrogates and NUL', fill('a\ud800\0 *b*\n', 10_000)],
  ])('renders %s as this thread does', async (_, markdown) => {
    expect(await shared.render(markdown)).toEqual(render(markdown));
  });

  it('leaves the event loop free while it renders a long text, and not for a short one', async () => {
    const events: string[] = [];
    const note = (event: string) => () => events.push(event);
    const rendered = [
      shared.render(fill('&', 100_000)).then(note('long')),
      shared.render(words(8_191)).then(note('short')),
    ];
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        events.push('event loop');
        resolve();
      });
    });
    await Promise.all(rendered);
    expect(events).toEqual(['short', 'event loop', 'long']);
  });

  it('refuses what is too much to wait for, by length, until there is room again', async () => {
    const pool = openPool({ pendingLength: 100_000 });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => pool.render(words(9_000))));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(results.map(({ status }) => status)).toEqual([
      ...Array<string>(11).fill('fulfilled'),
      ...Array<string>(9).fill('rejected'),
    ]);
    for (const { reason } of refused) {
      expect((reason as AppError).extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfter: 5 });
    }
    expect(await pool.render(words(100_000))).toEqual(render(words(100_000)));
    await expect(pool.render(words(100_001))).rejects.toThrow('too many long texts');
  });

  it('leaves half of its room to other clients', async () => {
    const pool = openPool({ pendingLength: 100_000 });
    const render = (client: string | null) =>
      pool.render(words(25_000), client).then(
        () => 'rendered',
        () => 'refused',
      );
    expect(await Promise.all(['a', 'a', 'a', 'b', null, 'b'].map(render))).toEqual([
      'rendered',
      'rendered',
      'refused',
      'rendered',
      'rendered',
      'refused',
    ]);
    expect(await render('a')).toBe('rendered');
  });

  it('shows a text as it was written when it takes a worker too much memory, and renders the next ones', async () => {
    const pool = openPool({ heap: 48 });
    const hostile = fill('&', 1_000_000);
    const [bad, good] = await Promise.all([pool.render(hostile), pool.render(words(9_000))]);
    expect(bad).toEqual(renderPreformatted(hostile));
    expect(good).toEqual(render(words(9_000)));
  });

  it('shows a text as it was written when it takes too long', async () => {
    const pool = openPool({ time: 1 });
    expect(await pool.render(words(9_000))).toEqual(renderPreformatted(words(9_000)));
  });

  it('fails when no worker can start, and leaves nothing waiting', async () => {
    const pool = new RenderPool(limits, '/no/such/worker.js');
    const results = await Promise.allSettled([pool.render(words(9_000)), pool.render(words(9_000))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await pool.render('*a*')).html).toBe('<p><em>a</em></p>\n');
  });

  it('renders what it has before it closes, and starts again when it is needed', async () => {
    const pool = openPool();
    const running = pool.render(words(9_000));
    const closed = pool.close();
    expect(await running).toEqual(render(words(9_000)));
    await closed;
    expect(await pool.render(words(9_001))).toEqual(render(words(9_001)));
  });
});
