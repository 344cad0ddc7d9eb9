import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Role } from '../../src/shared/viewer.ts';
import { type Person, useServer } from '../helpers/server.ts';
import type { Scenario } from './rights/cast.ts';
import { type Outcome, outcomeOf, stateOf } from './rights/outcome.ts';
import { reading } from './rights/reading.ts';
import { writing } from './rights/writing.ts';

const scenarios = { ...reading, ...writing };

const page = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');

const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The rows of the page's tables that begin with a field of the contract, cell by cell. */
const rows = page
  .split('\n')
  .filter((line) => /^\| `\w+\.\w+`/.test(line))
  .map(cellsOf);

const callers = ['anonymous', 'reader', 'author', 'other author', 'editor', 'admin', 'suspended'] as const;
type Caller = (typeof callers)[number];

const roles: Record<Caller, Role | null> = {
  anonymous: null,
  reader: 'READER',
  author: 'AUTHOR',
  'other author': 'AUTHOR',
  editor: 'EDITOR',
  admin: 'ADMIN',
  suspended: 'AUTHOR',
};

/** The cells of a row, with the names of their columns. */
const byCaller = (outcomes: readonly Outcome[]) =>
  Object.fromEntries(callers.map((caller, place) => [caller, outcomes[place]]));

const nameOf = ([field = '', target = '']: readonly string[]) =>
  [field.replaceAll('`', ''), target].filter((part) => part !== '').join(' · ');

describe('the table of rights', () => {
  const server = useServer();

  it.each(rows.map((row) => ({ name: nameOf(row), expected: row.slice(2) })))(
    '$name',
    async ({ name, expected }) => {
      const found: Outcome[] = [];
      for (const caller of callers) found.push(await tryAs(caller, name, expected[found.length]));
      expect(byCaller(found)).toEqual(byCaller(expected));
    },
  );

  /** What comes of it; everybody who takes part is new, and so is what they write. */
  async function tryAs(caller: Caller, name: string, expected: Outcome | undefined): Promise<Outcome> {
    const role = roles[caller];
    const author = await server.person('AUTHOR');
    const person = caller === 'author' ? author : role === null ? undefined : await server.person(role);
    const prepare = scenarios[name];
    if (prepare === undefined) throw new Error(`Nothing is known of "${name}".`);
    const scenario = await prepare({ server, caller: person, author });
    if (caller === 'suspended') {
      await server.driver.execute(`update users set suspended_at = now() where id = '${person?.uuid}'`);
    } else if (scenario.right !== undefined) {
      await checkRight(person, scenario, expected);
    }
    const before = name in writing ? await stateOf(server) : null;
    const outcome = await outcomeOf(server, person, scenario);
    const isKept = outcome === 'yes' || before === null || (await stateOf(server)) === before;
    return isKept ? outcome : `${outcome}, although something was changed`;
  }

  /** What a client is told to offer is what can be done. */
  async function checkRight(
    as: Person | undefined,
    { right = '', variables }: Scenario,
    expected: Outcome | undefined,
  ): Promise<void> {
    const { node } = await server.query(right, { as, variables });
    // Of what is hidden, nothing is told.
    expect(node?.right ?? false).toBe(expected === 'yes');
  }

  it('has the columns that the page says', () => {
    const heads = page
      .split('\n')
      .filter((line) => line.startsWith('| Field'))
      .map(cellsOf);
    expect(heads).toHaveLength(2);
    for (const head of heads) expect(head.slice(2)).toEqual([...callers]);
  });

  it('has every scenario once, and every root field', () => {
    const names = rows.map(nameOf);
    expect(names.toSorted()).toEqual(Object.keys(scenarios).toSorted());
    const schema = createSchema();
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
    );
    const walked = new Set(names.map((name) => name.split(' · ')[0]));
    expect(fields.filter((field) => !walked.has(field))).toEqual([]);
  });
});
