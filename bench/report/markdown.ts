import type { Results, SideResult } from './results.ts';
import { projectName } from '../sides.ts';
import { fastestOf, ratioOf, summarise, type Summary } from './summary.ts';

const begin = '<!-- results -->';
const end = '<!-- end of results -->';

/** Puts the results into the place that a page has for them. */
export function withResults(page: string, results: Results): string {
  const [before, rest] = page.split(`${begin}\n`);
  const [, after] = rest?.split(`${end}\n`) ?? [];
  if (before === undefined || after === undefined) throw new Error(`The page has no ${begin} and ${end}.`);
  return `${before}${begin}\n${markdownOf(results)}${end}\n${after}`;
}

/** The results as Markdown. The limit is in it once for each workload, in its fastest form. */
export function markdownOf(results: Results): string {
  const { machine, versions, setting, workloads } = results;
  const { size, connections, rounds, seconds } = setting;
  const columns = columnsOf(results);
  const cells = (cell: (summary: Summary) => string) => tableOf(results, columns, cell);
  const number = (count: number) => count.toLocaleString('en');
  const on = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const rows = `${number(size.users)} users, ${number(size.posts)} posts, ${number(size.comments)} comments`;
  return `
Commit ${results.commit}, ${results.date.slice(0, 10)}. ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}. ${on.join(', ')}. ${rows}. ${connections} connections. Medians of ${rounds} rounds of ${seconds} s.

${workloads.map(({ name, title, query }) => `- **${name}**, ${title}: \`${query.replace(/\s+/g, ' ')}\``).join('\n')}

**Requests per second**

${cells(({ perSecond }) => number(Math.round(perSecond.median)))}
**As a share of the limit**, in the same rounds, with the lowest and the highest of them

${tableOf(results, columns.filter(isNotLimit), shareOf)}${ratiosOf(results)}
**Latency** in milliseconds: half of the requests take less than the first number, and 99 of 100 less than the second

${cells(({ p50, p99 }) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`)}
**Processor time** in microseconds a request: the server + PostgreSQL

${cells(({ serverCpu, postgresCpu }) => `${serverCpu.toFixed(0)} + ${postgresCpu?.toFixed(0) ?? '?'}`)}
**Resident memory**, the most after any round, in MB: ${memoriesOf(results)}.

`;
}

/** The most resident memory that each side had after a round. Later it may be idle, and have some of it taken away. */
export function memoriesOf({ sides, measured }: Pick<Results, 'sides' | 'measured'>): string {
  return sides
    .flatMap(({ name, title }) => {
      const rounds = measured.filter(({ side }) => side === name).flatMap(({ rounds }) => rounds);
      const most = Math.max(...rounds.map(({ memory }) => memory));
      return rounds.length === 0 ? [] : [`${title} ${most.toFixed(0)}`];
    })
    .join('; ');
}

const shareOf = ({ ofLimit }: Summary) =>
  ofLimit === null
    ? ''
    : `**${ofLimit.median.toFixed(2)}** (${ofLimit.low.toFixed(2)}–${ofLimit.high.toFixed(2)})`;

/** A side, or the limit, with its summary of each workload; what is not measured is not there. */
interface Column {
  readonly title: string;
  readonly of: (workload: string) => Summary | undefined;
}

const limitTitle = 'The limit';
const isNotLimit = ({ title }: Column) => title !== limitTitle;

function columnsOf({ sides, measured }: Results): Column[] {
  const isLimit = isOfKind(sides, 'limit');
  const summaries = summarise(measured, isLimit);
  const find = (workload: string, side: string | undefined) =>
    summaries.find((summary) => summary.workload === workload && summary.side === side);
  const columns = sides
    .filter(({ kind }) => kind !== 'limit')
    .map(({ name, title }): Column => ({ title, of: (workload) => find(workload, name) }));
  if (!sides.some(({ kind }) => kind === 'limit')) return columns;
  const fastest = (workload: string) => fastestOf(measured, workload, isLimit)?.side;
  return [...columns, { title: limitTitle, of: (workload) => find(workload, fastest(workload)) }];
}

/** Whether the side of a name is of a kind. */
export function isOfKind(
  sides: readonly Pick<SideResult, 'name' | 'kind'>[],
  kind: SideResult['kind'],
): (name: string) => boolean {
  return (name) => sides.some((side) => side.name === name && side.kind === kind);
}

/** A line for each workload, and a column for each row of what was measured. */
function tableOf(
  { workloads }: Results,
  columns: readonly Column[],
  cell: (summary: Summary) => string,
): string {
  const lines = workloads.map(({ name }) =>
    line([
      name,
      ...columns.map(({ of }) => {
        const summary = of(name);
        return summary === undefined ? '' : cell(summary);
      }),
    ]),
  );
  return headOf(columns.map(({ title }) => title)) + lines.join('');
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;

const headOf = (titles: readonly string[]) =>
  line(['', ...titles]) + line(['---', ...titles.map(() => '--:')]);

/** The project divided by each peer, round by round. */
function ratiosOf({ sides, measured, workloads }: Results): string {
  const peers = sides.filter(({ kind }) => kind === 'peer');
  if (peers.length === 0) return '';
  const found = (workload: string, side: string) =>
    measured.find((one) => one.workload === workload && one.side === side);
  const lines = workloads
    .filter(({ name }) => peers.some((peer) => found(name, peer.name) !== undefined))
    .map(({ name }) =>
      line([
        name,
        ...peers.map((peer) => {
          const [one, other] = [found(name, projectName), found(name, peer.name)];
          return one === undefined || other === undefined ? '' : ratioOf(one, other).median.toFixed(2);
        }),
      ]),
    );
  return `
**How many requests the project answers for one of theirs**, in the same rounds

${headOf(peers.map(({ title }) => title))}${lines.join('')}`;
}
