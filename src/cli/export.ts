import { withDatabase } from './database.ts';
import { exportFolder } from './export/exporter.ts';
import { startProgress } from './progress.ts';

/** Writes the publication as a folder of Markdown files. */
export async function runExport(folder: string, options: { readonly force: boolean }): Promise<void> {
  const posts = await withDatabase((db) => exportFolder(db, folder, options, startProgress));
  console.log(`${posts.toLocaleString('en')} posts written to ${folder}.`);
}
