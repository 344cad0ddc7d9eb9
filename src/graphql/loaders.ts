import type { Queryable } from '../db/index.ts';
import { accountLoaders } from '../modules/accounts/index.ts';
import { commentLoaders } from '../modules/comments/index.ts';
import { followLoaders } from '../modules/follows/index.ts';
import { likeLoaders } from '../modules/likes/index.ts';
import { postLoaders } from '../modules/posts/index.ts';
import { tagLoaders } from '../modules/tags/index.ts';
import { userLoaders } from '../modules/users/index.ts';
import type { Viewer } from '../shared/viewer.ts';

const modules = [
  userLoaders,
  accountLoaders,
  tagLoaders,
  postLoaders,
  commentLoaders,
  followLoaders,
  likeLoaders,
] as const;

type Together<T> = (T extends unknown ? (one: T) => void : never) extends (all: infer All) => void
  ? All
  : never;

export type Loaders = Together<ReturnType<(typeof modules)[number]>>;

/**
 * The loaders of one request. They answer what its viewer may see, so they must not outlive it. Those of a module are
 * made when one of them is asked for: most operations need few of them, and making all would cost more than many do.
 */
export function createLoaders(db: Queryable, viewer: Viewer): Loaders {
  return new RequestLoaders(db, viewer) as unknown as Loaders;
}

class RequestLoaders {
  readonly #db: Queryable;
  readonly #viewer: Viewer;
  readonly #made: object[] = [];

  constructor(db: Queryable, viewer: Viewer) {
    this.#db = db;
    this.#viewer = viewer;
  }

  /** The loaders of a module, by its place among the modules. */
  of(index: number): Readonly<Record<string, unknown>> {
    const make = modules[index] as (db: Queryable, viewer: Viewer) => object;
    return (this.#made[index] ??= make(this.#db, this.#viewer)) as Record<string, unknown>;
  }
}

// The names come from loaders that nobody asks anything.
const nothing: Queryable = { run: () => Promise.reject(new Error('These loaders only have names.')) };
for (const [index, make] of modules.entries()) {
  for (const name of Object.keys(make(nothing, null))) {
    Object.defineProperty(RequestLoaders.prototype, name, {
      get(this: RequestLoaders) {
        return this.of(index)[name];
      },
    });
  }
}
