import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { SourceFile } from './rules.ts';

const READS_ENVIRONMENT =
  /\bprocess\??\.env\b|\bprocess\[["']env["']\]|\bimport\{[^}]*\benv\b[^}]*\}from"(node:)?process"/;

/**
 * Reads the files of `src/` under `root` with what they import as values. Every import is kept external, so that each
 * file is read by itself and a file that is not written yet does not hide the rest.
 */
export async function readSources(root: string): Promise<SourceFile[]> {
  const entries = await readdir(path.join(root, 'src'), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .toSorted();
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: paths,
    outbase: 'src',
    outdir: 'dist',
    bundle: true,
    external: ['./*', '../*'],
    packages: 'external',
    platform: 'node',
    format: 'esm',
    treeShaking: false,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const code = new Map(outputFiles.map((file) => [path.relative(root, file.path), file.text]));
  const codeOf = new Map(
    Object.entries(metafile.outputs).map(([output, { entryPoint = '' }]) => [
      entryPoint,
      code.get(output) ?? '',
    ]),
  );
  return Promise.all(
    paths.map(async (file) => {
      const targets = metafile.inputs[file]?.imports.map((record) => record.path) ?? [];
      const text = await readFile(path.join(root, file), 'utf8');
      return {
        path: file,
        lines: text.replace(/\n$/, '').split('\n').length,
        readsEnvironment: READS_ENVIRONMENT.test(codeOf.get(file) ?? ''),
        imports: targets.filter(isRelative).map((target) => path.join(path.dirname(file), target)),
        packages: targets.filter((target) => !isRelative(target)).map(packageName),
      };
    }),
  );
}

function isRelative(target: string): boolean {
  return target.startsWith('./') || target.startsWith('../');
}

function packageName(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}
