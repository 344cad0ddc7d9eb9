import type { Side } from '../sides.ts';
import type { Workload } from '../workloads.ts';
import type { Summary } from './summary.ts';

const columns = ['requests/s', 'lowest–highest', 'of limit', 'p50 ms', 'p99 ms', 'CPU µs', 'PostgreSQL µs'];

const whole = (number: number) => number.toFixed(0);

function cellsOf({ perSecond, ofLimit, p50, p99, serverCpu, postgresCpu }: Summary): string[] {
  return [
    whole(perSecond.median),
    `${whole(perSecond.low)}–${whole(perSecond.high)}`,
    ofLimit === null ? '' : ofLimit.median.toFixed(2),
    p50.toFixed(1),
    p99.toFixed(1),
    whole(serverCpu),
    postgresCpu === null ? '' : whole(postgresCpu),
  ];
}

/** One workload as a table of text: a line for each side. */
export function tableOf(
  workload: Pick<Workload, 'name' | 'title'>,
  summaries: readonly Summary[],
  sides: readonly Pick<Side, 'name' | 'title'>[],
): string {
  const rows = summaries
    .filter((summary) => summary.workload === workload.name)
    .map((summary) => [sides.find(({ name }) => name === summary.side)?.title ?? '', ...cellsOf(summary)]);
  const lines = [['', ...columns], ...rows];
  const widths = ['', ...columns].map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const pad = (cell: string, at: number) =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return [`${workload.name}: ${workload.title}`, ...lines.map((line) => line.map(pad).join('  '))].join('\n');
}
