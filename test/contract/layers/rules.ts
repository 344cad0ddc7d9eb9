/**
 * The import rules of `src/`, as data and one pure check. Only value imports count: an `import type` leaves nothing
 * behind at run time and may go anywhere.
 */

/** What stands in one line may not import what stands above it, nor, unless `SIDEWAYS` says so, its neighbours. */
const LAYERS = [
  ['main'],
  ['cli'],
  ['app'],
  ['http', 'graphql', 'workers'],
  ['modules'],
  ['rate-limits'],
  ['db', 'redis', 'cache', 'events', 'mail', 'telemetry'],
  ['config', 'generated'],
  ['shared'],
];

/** Neighbours that may be imported, one way. */
const SIDEWAYS: Record<string, string[]> = { http: ['graphql'] };

/** A module may import what stands above it here, and only through its `index.ts`; neighbours stay strangers. */
const MODULES = [
  ['audit', 'outbox', 'tokens'],
  ['users', 'tags'],
  ['accounts', 'posts'],
  ['comments'],
  ['follows', 'likes'],
  ['search'],
];

const DATABASE = /^src\/db\//;
const REPOSITORY = /^src\/(modules|cli)\/[^/]+\/repository[^/]*(\.ts$|\/)/;

/** Packages that are used in these files and in no others. */
const PACKAGE_HOMES: Record<string, RegExp[]> = {
  'drizzle-orm': [DATABASE, REPOSITORY],
  pg: [DATABASE],
  '@electric-sql/pglite': [DATABASE],
  ioredis: [/^src\/redis\//],
};

const ENVIRONMENT_READER = 'src/config.ts';
const BANNED_NAMES = /^(utils?|helpers?|commons?)$/;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAX_LINES = 400;

/** One file of `src/`. Paths are relative to the project's root, with forward slashes. */
export interface SourceFile {
  path: string;
  lines: number;
  /** Whether its code, comments aside, reads `process.env`. */
  readsEnvironment: boolean;
  /** The files of `src/` that it imports as values, statically or dynamically. */
  imports: readonly string[];
  /** The packages that it imports as values, without subpaths. */
  packages: readonly string[];
}

/** Returns every broken rule as one readable line; an empty list means that the tree keeps its rules. */
export function violations(files: readonly SourceFile[]): string[] {
  return [...files.flatMap((file) => [...ownFaults(file), ...importFaults(file)]), ...cycles(files)];
}

function ownFaults(file: SourceFile): string[] {
  const faults: string[] = [];
  const generated = layerOf(file.path) === 'generated';
  if (rankOf(LAYERS, layerOf(file.path)) < 0) faults.push('belongs to no layer');
  if (layerOf(file.path) === 'modules' && rankOf(MODULES, moduleOf(file.path)) < 0) {
    faults.push('belongs to no known module');
  }
  for (const name of namesIn(file.path)) {
    if (BANNED_NAMES.test(name)) faults.push(`is named "${name}", which says nothing`);
    else if (!generated && !KEBAB_CASE.test(name)) faults.push(`is named "${name}", which is not kebab-case`);
  }
  if (!generated && file.lines > MAX_LINES) faults.push(`has ${file.lines} lines, more than ${MAX_LINES}`);
  if (file.readsEnvironment && file.path !== ENVIRONMENT_READER) {
    faults.push(`reads process.env, which only ${ENVIRONMENT_READER} may`);
  }
  for (const name of file.packages) {
    if (PACKAGE_HOMES[name]?.some((home) => home.test(file.path)) === false) {
      faults.push(`imports ${name}, which has its home elsewhere`);
    }
  }
  return faults.map((fault) => `${file.path} ${fault}`);
}

function importFaults(file: SourceFile): string[] {
  return file.imports.flatMap((target) => {
    const fault = layerFault(file.path, target) ?? moduleFault(file.path, target);
    return fault === undefined ? [] : [`${file.path} imports ${target}: ${fault}`];
  });
}

function layerFault(from: string, to: string): string | undefined {
  const [importer, imported] = [layerOf(from), layerOf(to)];
  if (importer === imported || SIDEWAYS[importer]?.includes(imported)) return undefined;
  const [high, low] = [rankOf(LAYERS, importer), rankOf(LAYERS, imported)];
  // A file of no layer is a fault of its own.
  if (high < 0 || low < 0 || high < low) return undefined;
  return `${imported} is not below ${importer}`;
}

function moduleFault(from: string, to: string): string | undefined {
  if (layerOf(from) !== 'modules' || layerOf(to) !== 'modules') return undefined;
  const [importer, imported] = [moduleOf(from), moduleOf(to)];
  if (importer === imported) return undefined;
  if (rankOf(MODULES, imported) >= rankOf(MODULES, importer)) return `${imported} is not left of ${importer}`;
  if (to !== `src/modules/${imported}/index.ts`) return `another module is imported through its index.ts`;
  return undefined;
}

function cycles(files: readonly SourceFile[]): string[] {
  const importsOf = new Map(files.map((file) => [file.path, file.imports]));
  const finished = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      found.push(`cycle: ${[...trail.slice(start), path].join(' → ')}`);
      return;
    }
    if (finished.has(path)) return;
    for (const next of importsOf.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const file of files) visit(file.path, []);
  return found;
}

function rankOf(order: readonly (readonly string[])[], name: string): number {
  return order.findIndex((row) => row.includes(name));
}

/** Folder names and the file's own, without `src` and endings. */
function namesIn(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((name) => name.replace(/(\.d)?\.ts$/, ''));
}

function layerOf(path: string): string {
  return namesIn(path)[0] ?? '';
}

function moduleOf(path: string): string {
  return namesIn(path)[1] ?? '';
}
