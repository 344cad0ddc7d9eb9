import type { Logger } from 'pino';
import { Database, type Driver } from '../db/index.ts';
import { FolderInUseError } from '../db/folder-lock.ts';
import { withDatabase } from './database.ts';
import { CommandError, oneLine } from './failure.ts';
import { importDefaults } from './import/defaults.ts';
import { type ImportOptions, type ImportReport, importFolder } from './import/importer.ts';
import { startProgress } from './progress.ts';

export type ImportCommandOptions = Omit<ImportOptions, 'folder'>;

/** Imports a folder of Markdown files and prints what became of them. */
export async function runImport(folder: string, options: ImportCommandOptions): Promise<void> {
  const started = performance.now();
  const report = await withDatabase((db) => importFolder(db, { ...options, folder }, startProgress)).catch(
    (error: unknown) => {
      if (!(error instanceof FolderInUseError)) throw error;
      throw new CommandError(
        `${error.message} Stop it and import, or stop it and start it with "broadsheet serve --import ${folder}".`,
      );
    },
  );
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(describeImport(report, options.dryRun, seconds));
}

/** Imports a folder for a server that is starting, as the command does without options, and logs what became of it. */
export async function importAtStart(driver: Driver, folder: string, log: Logger): Promise<void> {
  const { drafts, refused, ...counts } = await importFolder(
    new Database(driver),
    { ...importDefaults, folder },
    () => ({ advance: () => {}, stop: () => {} }),
  );
  for (const note of refused) log.warn(note, 'did not import a file');
  for (const note of drafts) log.warn(note, 'imported a file as a draft');
  log.info({ folder, ...counts, drafts: drafts.length, refused: refused.length }, 'imported a folder');
}

/** On one line, without characters that a terminal obeys or that turn the direction of writing. */
function printable(text: string): string {
  return oneLine(text).replace(/[\u202A-\u202E\u2066-\u2069\u200E\u200F\u2028\u2029]/g, ' ');
}

export function describeImport(report: ImportReport, dryRun: boolean, seconds: string): string {
  const { created, updated, unchanged, authors, anonymous, drafts, refused } = report;
  const count = (number: number, one: string, many = `${one}s`) =>
    `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
  const lines = [
    `${dryRun ? 'Nothing was written. An import would take ' : ''}${count(created + updated + unchanged, 'post')}: ` +
      `${created.toLocaleString('en')} new, ${updated.toLocaleString('en')} changed, ${unchanged.toLocaleString('en')} unchanged.`,
  ];
  if (authors > 0) lines.push(`${count(authors, 'account')} made for authors.`);
  if (anonymous > 0)
    lines.push(`${count(anonymous, 'post names', 'posts name')} no author: --author says who wrote them.`);
  // Both may have what the names and the texts of strangers have: no sequence that rules the terminal.
  const noteLines = (notes: ImportReport['refused']) =>
    notes.map(({ path, reason }) => `  ${printable(path)}: ${printable(reason)}`);
  if (drafts.length > 0) {
    lines.push(
      `${count(drafts.length, 'post is a draft', 'posts are drafts')} because of the front matter or the folder:`,
      ...noteLines(drafts),
    );
  }
  if (refused.length > 0) lines.push(`${count(refused.length, 'file')} not taken:`, ...noteLines(refused));
  return `${[...lines, `Done in ${seconds} s.`].join('\n')}\n`;
}
