import type { Driver } from '../../src/db/index.ts';
import type { DriverQuery } from '../../src/db/driver.ts';
import { readSettings } from '../../src/db/drivers/session-settings.ts';

/** A node of a plan, as `explain (format json)` answers it. */
export interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Plan Rows': number;
  readonly 'Presorted Key'?: readonly string[];
  readonly 'Actual Rows'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Plan[];
}

/** What a plan is made from: the values of the request, or none. */
export const planModes = ['force_custom_plan', 'force_generic_plan'] as const;

/** The tables that grow with the publication. */
const growing = new Set([
  'users',
  'credentials',
  'sessions',
  'tags',
  'posts',
  'post_tags',
  'post_contributors',
  'comments',
  'likes',
  'follows',
]);

/** The most rows that one parent's share of a page has, with the one that says whether more follow. */
const pageRows = 101;

/**
 * What sorts by its nature: the lists beside a post, which are short; a feed, which is merged from the pages of many;
 * what is found by its words, for which another index is needed than for the order.
 */
const sorting = /^(tags_by_posts|contributors_by_posts|feed_page|search_page)/;

/** The plan of a statement with its values; options such as `analyze` run it. */
export async function explain(
  driver: Driver,
  { text, values }: DriverQuery,
  mode: (typeof planModes)[number],
  settings: Readonly<Record<string, string>> = {},
  options = '',
): Promise<Plan> {
  const connection = await driver.connect();
  const run = (command: string) => connection.query({ name: null, text: command, values: [] });
  let broken = true;
  try {
    await run(`prepare explained as ${text}`);
    await run(`set plan_cache_mode = ${mode}`);
    for (const [name, value] of Object.entries(settings)) await run(`set ${name} = ${value}`);
    const given = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`;
    const [[answer] = []] = await run(`explain (${options}format json) execute explained${given}`);
    for (const name of ['plan_cache_mode', ...Object.keys(settings)]) await run(`reset ${name}`);
    await run('deallocate explained');
    broken = false;
    const plans = (typeof answer === 'string' ? JSON.parse(answer) : answer) as { Plan: Plan }[];
    return (plans[0] as { Plan: Plan }).Plan;
  } finally {
    connection.release(broken);
  }
}

/** Pages that are bounded by what one person follows, or by nothing: of found words, or filtered without an index. */
const unboundedPage = /^(feed_page|search_page|comments_page_author)/;

/** Whether a read may take more than its page: a count, or a page that does not claim to be read by keys. */
function mayReadMore({ name, text, byKeys }: DriverQuery): boolean {
  const isPage = /_page(_|$)/.test(name ?? '') && !unboundedPage.test(name ?? '');
  // No index has the posts of two tags.
  const isOfTwoTags = text.includes('from post_tags as other');
  return text.includes('@@') || isOfTwoTags || (byKeys !== true && !isPage);
}

/** Buffers that a read may take besides those of its rows, and for each row or parent. */
const [baseBuffers, rowBuffers] = [100, 12];

/** The number of buffers that a statement reads, from memory or not, where the server runs it. */
export async function buffersOf(driver: Driver, statement: DriverQuery): Promise<number> {
  return buffersIn(await run(driver, statement));
}

function run(driver: Driver, statement: DriverQuery): Promise<Plan> {
  const [mode, settings] =
    statement.byIndexes === true ? [planModes[1], readSettings] : [planModes[0], undefined];
  return explain(driver, statement, mode, settings, 'analyze, buffers, timing off, ');
}

function buffersIn(plan: Plan): number {
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

/** What a statement, run as the server runs it, reads beyond a bound that follows its page. */
export async function overreads(driver: Driver, statement: DriverQuery): Promise<string[]> {
  if (mayReadMore(statement)) return [];
  const plan = await run(driver, statement);
  const buffers = buffersIn(plan);
  const parents = Math.max(1, ...statement.values.map(sizeOf));
  const bound = baseBuffers + rowBuffers * (parents + (plan['Actual Rows'] ?? 0));
  return buffers > bound ? [`${buffers} buffers where ${bound} are enough`] : [];
}

/** The number of items in an array, also where it is PostgreSQL's text form of identifiers. */
function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'string' && value.startsWith('{') ? value.split(',').length : 1;
}

/** What counts a list of everything, which may be read from end to end, up to where counting stops. */
const countingAll = /^(users_count|tags_count|posts_count_none)_/;

/** The growing tables that a plan reads from end to end. */
export function sequentialScans({ name }: DriverQuery, plan: Plan): string[] {
  return countingAll.test(name ?? '') ? [] : scansOf(plan);
}

function scansOf(plan: Plan): string[] {
  const table = plan['Relation Name'] ?? '';
  const own = plan['Node Type'] === 'Seq Scan' && growing.has(table) ? [`A scan of ${table}`] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansOf)];
}

/** The indexes that a plan reads. */
export function indexesOf(plan: Plan): string[] {
  const { 'Index Name': index } = plan;
  return [...(index === undefined ? [] : [index]), ...(plan.Plans ?? []).flatMap(indexesOf)];
}

/** The sorts of more than a page in a plan, where an index should have the order. */
export function needlessSorts({ name, text }: DriverQuery, plan: Plan): string[] {
  // A list that is merged from several ranges sorts a page of each, of which PostgreSQL does not know the size.
  if (sorting.test(name ?? '') || text.includes('@@') || text.includes(') as merged ')) return [];
  return sortsOf(plan);
}

function sortsOf(plan: Plan): string[] {
  const rows = Math.max(plan['Plan Rows'], ...(plan.Plans ?? []).map((below) => below['Plan Rows']));
  // Names are unique, so their index leaves nothing to sort but each row by itself.
  const isByName = plan['Presorted Key']?.every((key) => /(^|\.)(username|slug)$/.test(key)) === true;
  const isSort = plan['Node Type'].endsWith('Sort') && !isByName;
  const own = isSort && rows > pageRows ? [`A sort of ${rows} rows`] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(sortsOf)];
}

/** A value as an untyped literal, which takes the type of its parameter. */
function literal(value: unknown): string {
  if (value === null) return 'null';
  const text = Array.isArray(value)
    ? `{${value.map((item) => JSON.stringify(item)).join(',')}}`
    : `${value as string | number}`;
  return `'${text.replaceAll("'", "''")}'`;
}
