import { describe, expect, it } from 'vitest';
import { markdownOf, withResults } from '../../bench/report/markdown.ts';
import { plotOf } from '../../bench/report/plot.ts';
import type { Results } from '../../bench/report/results.ts';
import { medianOf, ratioOf, summarise } from '../../bench/report/summary.ts';
import { tableOf } from '../../bench/report/table.ts';
import type { Measured } from '../../bench/rounds.ts';

const measured = (workload: string, side: string, ...speeds: readonly number[]): Measured => ({
  workload,
  side,
  rounds: speeds.map((perSecond) => ({
    requests: perSecond,
    perSecond,
    p50: 1,
    p99: 2,
    serverCpu: 100,
    postgresCpu: 50,
    loadCpu: 10,
    memory: perSecond + 0.4,
  })),
});

const results: Results = {
  date: '2026-01-31T12:00:00.000Z',
  commit: 'abcdef1',
  machine: { processor: 'A', cores: 2, memoryGb: 8, system: 'linux 6', pinned: true },
  versions: { node: '20.20.2' },
  setting: {
    size: { users: 1_000, posts: 2, comments: 3, likes: 4, follows: 5 },
    connections: 32,
    rounds: 3,
    seconds: 2,
  },
  sides: [
    { name: 'broadsheet', title: 'Broadsheet', kind: 'project' },
    { name: 'mercurius', title: 'Mercurius', kind: 'peer' },
    { name: 'slow', title: 'Slow limit', kind: 'limit' },
    { name: 'fast', title: 'Fast limit', kind: 'limit' },
  ],
  workloads: [
    { name: 'W1', title: 'one & another', query: '{ __typename }' },
    { name: 'W2', title: 'two', query: '{ users {\n  id } }' },
  ],
  measured: [
    // The machine was slow in the second round.
    measured('W1', 'broadsheet', 60, 30, 70),
    measured('W1', 'mercurius', 50, 20, 35),
    measured('W1', 'slow', 90, 45, 90),
    measured('W1', 'fast', 100, 50, 100),
    measured('W2', 'broadsheet', 1, 2, 3),
  ],
};

describe('summing up', () => {
  it('takes the middle', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
  });

  it('takes ratios within rounds', () => {
    const [one, other] = results.measured as [Measured, Measured];
    expect(ratioOf(one, other)).toEqual({ median: 1.5, low: 1.2, high: 2 });
  });

  it('takes the fastest form of the limit of each workload', () => {
    const [first, , , , last] = summarise(results.measured, (side) => ['slow', 'fast'].includes(side));
    expect(first).toMatchObject({
      perSecond: { median: 60, low: 30, high: 70 },
      ofLimit: { median: 0.6, low: 0.6, high: 0.7 },
      serverCpu: 100,
      postgresCpu: 50,
    });
    expect(last?.ofLimit).toBeNull();
  });
});

describe('the report', () => {
  it('has a table for each workload', () => {
    const table = tableOf(
      { name: 'W1', title: 'one' },
      summarise(results.measured, (side) => side === 'fast'),
      results.sides,
    );
    expect(table.split('\n')).toHaveLength(6);
    expect(table).toMatch(/^Broadsheet +60 +30–70 +0\.60 +1\.0 +2\.0 +100 +50$/m);
  });

  it('is Markdown', () => {
    const text = markdownOf(results);
    expect(text).toContain('1,000 users, 2 posts, 3 comments');
    expect(text).toContain('- **W2**, two: `{ users { id } }`');
    expect(text).toContain('| W1 | 60 | 35 | 100 |\n| W2 | 2 |  |  |\n');
    expect(text).toContain('| W1 | **0.60** (0.60–0.70) | **0.40** (0.35–0.50) |\n');
    expect(text).toContain('|  | Mercurius |\n| --- | --: |\n| W1 | 1.50 |\n');
    expect(text).toContain('Broadsheet 70; Mercurius 50; Slow limit 90; Fast limit 100.');
  });

  it('replaces the one before it', () => {
    const page = 'Before\n<!-- results -->\nold\n<!-- end of results -->\nAfter\n';
    const once = withResults(page, results);
    expect(once).toMatch(/^Before\n<!-- results -->\n\nCommit abcdef1/);
    expect(once).toMatch(/\n<!-- end of results -->\nAfter\n$/);
    expect(withResults(once, results)).toBe(once);
    expect(() => withResults('No place\n', results)).toThrow('The page has no');
  });

  it('draws a bar for each side that is no limit, where there is a limit', () => {
    const plot = plotOf(results);
    expect(plot).toContain('W1: one &amp; another');
    expect(plot.match(/<rect x=/g)).toHaveLength(2);
    expect(plot).toContain('>0.60</text>');
    expect(plot).not.toContain('NaN');
  });
});
