import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { anchorsOf, blocksOf, linksOf, type Page, readPages } from './docs/pages.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

const pages = await readPages(root);
const readme = pages.find((page) => page.path === 'README.md') as Page;

describe('every page', () => {
  it('is found', () => {
    expect(pages.map((page) => page.path)).toEqual(
      expect.arrayContaining(['README.md', 'docs/architecture.md', 'docs/decisions/README.md']),
    );
  });

  it('links to files and headings that exist', () => {
    const links = pages.flatMap((page) =>
      linksOf(page)
        .filter((target) => !/^\w+:/.test(target))
        .map((target) => ({ page, target })),
    );
    const broken = links.filter(({ page, target }) => {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? page.path : path.join(path.dirname(page.path), file);
      if (!existsSync(path.join(root, to))) return true;
      return anchor !== undefined && !anchorsOf({ path: to, text: read(to) }).includes(anchor);
    });
    expect(links.length).toBeGreaterThan(50);
    expect(broken.map(({ page, target }) => `${page.path}: ${target}`)).toEqual([]);
  });

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const texts = [...pages, { path: '.env.example', text: read('.env.example') }];
    const named = texts.flatMap(({ path, text }) =>
      [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script = '']) => ({ path, script })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });
});

describe('README.md', () => {
  const schema = buildSchema(read('schema.graphql'));
  const commands = blocksOf(readme)
    .filter(({ language, code }) => language === 'sh' && code.includes('curl '))
    .flatMap(({ code }) => [...code.matchAll(/curl -s (\S+)[^|]*?-d '(.*)'/g)]);

  it('has requests that are valid', () => {
    expect(commands.length).toBeGreaterThan(5);
    for (const [command, url, body = ''] of commands) {
      expect(url).toBe('http://127.0.0.1:4000/graphql');
      expect(command).toContain("-H 'content-type: application/json'");
      // A variable of the shell stands between two pieces of the body.
      const { query } = JSON.parse(body.replaceAll(/'"\$\w+"'/g, 'value')) as { query: string };
      expect(validate(schema, parse(query)), query).toEqual([]);
    }
  });

  it('shows answers that are JSON', () => {
    const answers = blocksOf(readme).filter(({ language, code }) => language === 'json' && code[0] === '{');
    expect(answers.length).toBeGreaterThan(5);
    for (const { code } of answers) {
      const documents = code.startsWith('{"') ? code.trim().split('\n') : [code];
      for (const document of documents) expect(() => JSON.parse(document), document).not.toThrow();
    }
  });

  it('has a tree of files and folders that exist', () => {
    const tree = blocksOf(readme).find(({ code }) => code.startsWith('schema.graphql '));
    const above: string[] = [];
    const places = (tree?.code ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [, indent = '', name = ''] = /^( *)(\S+)/.exec(line) ?? [];
        above.splice(indent.length / 2, above.length, name);
        return above.join('');
      });
    expect(places).toEqual(expect.arrayContaining(['src/', 'src/main.ts', 'src/modules/posts/', 'drizzle/']));
    expect(places.filter((place) => !existsSync(path.join(root, place)))).toEqual([]);
  });

  it('has the variables of .env.example, with the same defaults', () => {
    const rows = [...readme.text.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \|/gm)].map(
      ([, name = '', column = '']) => {
        const [, value = ''] = /^`([^`]+)`/.exec(column) ?? [];
        return `${name}=${value}`;
      },
    );
    const lines = [...read('.env.example').matchAll(/^#([A-Z_]+=.*)$/gm)].map(([, line = '']) => line);
    expect(rows.length).toBeGreaterThan(20);
    expect(lines).toEqual(rows);
  });
});

describe('docs/decisions/README.md', () => {
  it('lists every decision, in order', () => {
    const index = pages.find((page) => page.path === 'docs/decisions/README.md') as Page;
    const decisions = pages
      .filter((page) => /^docs\/decisions\/\d{4}-/.test(page.path))
      .map((page) => path.basename(page.path));
    expect(linksOf(index)).toEqual(decisions);
    const numbers = decisions.map((name) => Number(name.slice(0, 4)));
    expect(numbers).toEqual(decisions.map((_, place) => place + 1));
  });
});
