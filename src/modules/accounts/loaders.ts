import type { Queryable } from '../../db/index.ts';
import { fieldLoader } from '../../shared/field-loader.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Viewer } from '../../shared/viewer.ts';
import {
  countsOfSessions,
  findSessionsByIds,
  pageOfSessions,
  type SessionRow,
} from './repository-sessions.ts';

/** The loaders of sessions: the viewer's own, and none of others. */
export function accountLoaders(db: Queryable, viewer: Viewer) {
  return {
    sessionById: fieldLoader<string, SessionRow | null>(async (ids) =>
      viewer === null ? ids.map(() => null) : findSessionsByIds(db, viewer.id, ids),
    ),
    sessionsByUser: fieldLoader<string, SessionRow[], [PageRequest]>(async (ids, page) =>
      viewer === null ? ids.map(() => []) : pageOfSessions(db, viewer.id, ids, page),
    ),
    sessionCountByUser: fieldLoader<string, number>(async (ids) =>
      viewer === null ? ids.map(() => 0) : countsOfSessions(db, viewer.id, ids),
    ),
  };
}
