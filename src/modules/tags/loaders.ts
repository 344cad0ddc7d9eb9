import type { Queryable } from '../../db/index.ts';
import { fieldLoader } from '../../shared/field-loader.ts';
import type { Projection } from '../../shared/projection.ts';
import type { Viewer } from '../../shared/viewer.ts';
import type { TagRow } from './columns.ts';
import { visibleTo } from './policy.ts';
import { findTagsByIds } from './repository.ts';

/** The loaders of tags, for what the viewer sees of them. */
export function tagLoaders(db: Queryable, viewer: Viewer) {
  const scope = visibleTo(viewer);
  return {
    tagById: fieldLoader<string, TagRow | null, [Projection]>((ids, projection) =>
      findTagsByIds(db, ids, scope, projection),
    ),
  };
}
