import type { ImportOptions } from './importer.ts';

/** What an import does where nobody says otherwise. It loads nothing, so that `--help` can tell it at once. */
export const importDefaults: Omit<ImportOptions, 'folder'> = {
  source: 'default',
  author: 'Anonymous',
  postUrl: '/posts/{slug}',
  site: null,
  force: false,
  dryRun: false,
};
