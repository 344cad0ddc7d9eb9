import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, readPages } from './docs/pages.ts';
import { applyRecipe, newFilesOf } from './docs/recipes.ts';

const root = path.resolve(import.meta.dirname, '../..');
const recipes = (await readPages(root)).filter((page) => page.path.startsWith('docs/recipes/'));

describe('the recipes', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'broadsheet-recipes-'));
    const names = [
      'src',
      'test',
      'bench',
      'docs/access.md',
      'schema.graphql',
      'codegen.ts',
      'drizzle.config.ts',
    ];
    for (const name of [...names, 'vitest.config.ts', 'package.json', 'tsconfig.json', 'biome.json']) {
      cpSync(path.join(root, name), path.join(copy, name), {
        recursive: true,
        filter: (from) => path.basename(from) !== 'node_modules',
      });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('are there', () => {
    expect(recipes.map((page) => path.basename(page.path))).toEqual(
      expect.arrayContaining(['add-a-field.md', 'add-a-migration.md', 'add-a-mutation.md', 'add-a-type.md']),
    );
  });

  it('fit the code, one after the other', async () => {
    const read = async (file: string) => {
      const place = path.join(copy, file);
      return existsSync(place) ? readFileSync(place, 'utf8') : null;
    };
    for (const recipe of recipes) {
      const blocks = blocksOf(recipe);
      // In a checkout where somebody has followed a recipe there is nothing left to do.
      if (newFilesOf(blocks).some((file) => existsSync(path.join(root, file)))) continue;
      const files = await applyRecipe(blocks, read);
      expect(files.size, recipe.path).toBeGreaterThan(0);
      for (const [file, text] of files) {
        mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
        writeFileSync(path.join(copy, file), text);
      }
    }
  });

  it('are formatted, and make a project that compiles', { timeout: 180_000 }, () => {
    const run = (program: string, ...args: string[]) =>
      spawnSync(path.join(copy, 'node_modules/.bin', program), args, { cwd: copy, encoding: 'utf8' });
    expect(run('graphql-codegen')).toMatchObject({ status: 0 });
    expect(run('biome', 'format', '--vcs-enabled=false', 'src', 'test')).toMatchObject({ status: 0 });
    expect(run('tsc', '--noEmit')).toMatchObject({ status: 0, stdout: '' });
  });
});
