import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SourceFile, violations } from './layers/rules.ts';
import { readSources } from './layers/sources.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

function file(name: string, facts: Partial<SourceFile> = {}): SourceFile {
  return { path: name, lines: 1, readsEnvironment: false, imports: [], packages: [], ...facts };
}

function importing(from: string, to: string): SourceFile[] {
  return [file(from, { imports: [to] }), file(to)];
}

describe('the source tree', () => {
  it('keeps its rules', async () => {
    expect(violations(await readSources(ROOT))).toEqual([]);
  });

  it('is read in full', async () => {
    const sources = await readSources(ROOT);
    expect(sources.map((source) => source.path)).toContain('src/shared/viewer.ts');
    expect(sources.some((source) => source.imports.length > 0 && source.packages.length > 0)).toBe(true);
  });
});

describe('the rules allow', () => {
  it.each([
    ['a layer below', 'src/http/server.ts', 'src/shared/errors.ts'],
    ['the own layer', 'src/db/client.ts', 'src/db/tables/users.ts'],
    ['http to use graphql', 'src/http/server.ts', 'src/graphql/apollo.ts'],
    ['the configuration from above it', 'src/db/client.ts', 'src/config.ts'],
    ['generated types from above them', 'src/modules/posts/resolvers.ts', 'src/generated/resolvers.ts'],
    ['the own module', 'src/modules/posts/resolvers.ts', 'src/modules/posts/service.ts'],
    [
      'a module to the left, through its index',
      'src/modules/comments/service.ts',
      'src/modules/posts/index.ts',
    ],
    ['any file of a module from above', 'src/graphql/resolvers.ts', 'src/modules/posts/resolvers.ts'],
  ])('%s', (_, from, to) => {
    expect(violations(importing(from, to))).toEqual([]);
  });

  it('SQL in the database layer and in repositories', () => {
    const packages = ['drizzle-orm'];
    const homes = [
      'src/db/client.ts',
      'src/modules/posts/repository.ts',
      'src/modules/posts/repository-pages.ts',
    ];
    homes.push('src/modules/posts/repository/pages.ts', 'src/cli/demo/repository.ts');
    expect(violations(homes.map((home) => file(home, { packages })))).toEqual([]);
  });

  it('the configuration to read the environment, and generated files to be long', () => {
    const config = file('src/config.ts', { readsEnvironment: true });
    expect(violations([config, file('src/generated/resolvers.ts', { lines: 5000 })])).toEqual([]);
  });
});

describe('the rules refuse', () => {
  it.each([
    ['src/shared/ids.ts', 'src/db/client.ts', 'db is not below shared'],
    ['src/shared/ids.ts', 'src/config.ts', 'config is not below shared'],
    ['src/config.ts', 'src/db/client.ts', 'db is not below config'],
    ['src/generated/resolvers.ts', 'src/modules/posts/index.ts', 'modules is not below generated'],
    ['src/db/client.ts', 'src/modules/posts/index.ts', 'modules is not below db'],
    ['src/modules/posts/loaders.ts', 'src/graphql/context.ts', 'graphql is not below modules'],
    ['src/graphql/apollo.ts', 'src/http/server.ts', 'http is not below graphql'],
    ['src/http/server.ts', 'src/workers/outbox.ts', 'workers is not below http'],
    ['src/graphql/context.ts', 'src/app.ts', 'app is not below graphql'],
    ['src/app.ts', 'src/cli/serve.ts', 'cli is not below app'],
    ['src/cli/serve.ts', 'src/main.ts', 'main is not below cli'],
    ['src/modules/users/service.ts', 'src/modules/posts/index.ts', 'posts is not left of users'],
    ['src/modules/users/service.ts', 'src/modules/tags/index.ts', 'tags is not left of users'],
    ['src/modules/accounts/service.ts', 'src/modules/posts/index.ts', 'posts is not left of accounts'],
    ['src/modules/likes/service.ts', 'src/modules/follows/index.ts', 'follows is not left of likes'],
    [
      'src/modules/posts/service.ts',
      'src/modules/users/repository.ts',
      'another module is imported through its index.ts',
    ],
  ])('%s to import %s', (from, to, why) => {
    expect(violations(importing(from, to))).toEqual([`${from} imports ${to}: ${why}`]);
  });

  it.each([
    [
      file('src/modules/posts/service.ts', { packages: ['drizzle-orm'] }),
      'imports drizzle-orm, which has its home elsewhere',
    ],
    [
      file('src/modules/posts/repository.ts', { packages: ['pg'] }),
      'imports pg, which has its home elsewhere',
    ],
    [
      file('src/http/server.ts', { readsEnvironment: true }),
      'reads process.env, which only src/config.ts may',
    ],
    [file('src/shared/errors.ts', { lines: 401 }), 'has 401 lines, more than 400'],
    [file('src/shared/utils/date.ts'), 'is named "utils", which says nothing'],
    [file('src/modules/posts/helpers.ts'), 'is named "helpers", which says nothing'],
    [file('src/shared/formatError.ts'), 'is named "formatError", which is not kebab-case'],
    [file('src/lib/date.ts'), 'belongs to no layer'],
    [file('src/modules/drafts/service.ts'), 'belongs to no known module'],
  ])('a file that breaks a rule by itself: $path', (faulty, why) => {
    expect(violations([faulty])).toEqual([`${faulty.path} ${why}`]);
  });

  it('a cycle, and name its way', () => {
    const [a, b, c] = ['src/db/a.ts', 'src/db/b.ts', 'src/db/c.ts'] as const;
    const files = [file(a, { imports: [b] }), file(b, { imports: [c] }), file(c, { imports: [b] })];
    expect(violations(files)).toEqual([`cycle: ${b} → ${c} → ${b}`]);
  });

  it('a file that imports itself', () => {
    const itself = file('src/db/a.ts', { imports: ['src/db/a.ts'] });
    expect(violations([itself])).toEqual(['cycle: src/db/a.ts → src/db/a.ts']);
  });
});

describe('reading sources', () => {
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'broadsheet-layers-'));
    await mkdir(path.join(root, 'src/db'), { recursive: true });
    await writeFile(
      path.join(root, 'src/app.ts'),
      [
        `import type { A } from './db/a.ts';`,
        `import { type B } from './db/b.ts';`,
        `import { c } from './db/c.ts';`,
        `import { sql } from 'drizzle-orm/pg-core';`,
        `import '@scope/name/sub';`,
        `export * from './db/d.ts';`,
        `/** Does not read process.env. */`,
        `export const app = async (a: A, b: B) => [a, b, c, sql, await import('./db/e.ts')];`,
      ].join('\n'),
    );
    const readers = ['process.env.X', `process['env']`, '(await import("x"), process).pid'];
    await Promise.all(
      readers.map((code, i) => writeFile(path.join(root, `src/db/${i}.ts`), `export const x = ${code};\n`)),
    );
    await writeFile(
      path.join(root, 'src/db/3.ts'),
      `import { env } from 'node:process';\nexport const x = env;\n`,
    );
  });
  afterAll(() => rm(root, { recursive: true }));

  it('finds the imports that remain at run time', async () => {
    const app = (await readSources(root)).find((source) => source.path === 'src/app.ts');
    expect(app).toEqual({
      path: 'src/app.ts',
      lines: 8,
      readsEnvironment: false,
      imports: ['src/db/b.ts', 'src/db/c.ts', 'src/db/d.ts', 'src/db/e.ts'],
      packages: ['drizzle-orm', '@scope/name'],
    });
  });

  it('finds who reads the environment', async () => {
    const readers = (await readSources(root)).filter((source) => source.readsEnvironment);
    expect(readers.map((source) => source.path)).toEqual(['src/db/0.ts', 'src/db/1.ts', 'src/db/3.ts']);
  });
});
