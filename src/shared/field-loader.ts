import DataLoader from 'dataloader';
import type { FieldNode } from 'graphql';

/** Identifies a field position, the path of types and fields in an operation, within one execution. */
export interface FieldPosition {
  /** The same list for every parent at a position. */
  readonly fieldNodes: readonly FieldNode[];
  /** The same object for every parent at a position; needed only where several positions share a list of nodes. */
  readonly position?: object;
}

/** Answers in the order of its keys, of which there are no two the same. */
type Batch<Key, Value> = (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>;

/** Loads what the parents at one field position ask for, as one batch. */
export class PositionLoader<Key, Value> {
  readonly #batch: Batch<Key, Value>;
  #singles: DataLoader<Key, Value> | undefined;

  constructor(batch: Batch<Key, Value>) {
    this.#batch = batch;
  }

  /** Loads for one parent. All that is asked for before the event loop goes on is one batch. */
  load(key: Key): Promise<Value> {
    this.#singles ??= new DataLoader<Key, Value>(this.#batch);
    return this.#singles.load(key);
  }

  /**
   * Loads for all parents, in their order: an error where one has failed, null where there is no key. It is one batch,
   * without a promise for each parent.
   */
  async loadEach(keys: readonly (Key | null)[]): Promise<readonly (Value | Error | null)[]> {
    const distinct: Key[] = [];
    const places = new Map<Key, number>();
    const placeOf = keys.map((key) => {
      if (key === null) return -1;
      let place = places.get(key);
      if (place === undefined) {
        place = distinct.push(key) - 1;
        places.set(key, place);
      }
      return place;
    });
    const values = distinct.length === 0 ? [] : await this.#batch(distinct);
    if (values.length !== distinct.length) {
      throw new TypeError(`A batch of ${distinct.length} keys was answered with ${values.length} values.`);
    }
    if (values.length === keys.length) return values;
    return placeOf.map((place) => (place < 0 ? null : (values[place] as Value | Error)));
  }
}

/**
 * The loader of a field position. What the arguments are is up to the position, so the loader is made with those of the
 * first parent.
 */
export type FieldLoader<Key, Value, Args extends unknown[] = []> = (
  position: FieldPosition,
  ...args: Args
) => PositionLoader<Key, Value>;

/**
 * Makes loaders that send one batch for each field position, whatever its siblings do. So the number of statements
 * follows from the document alone, each position reads just what it selects, and nothing is served from before a
 * mutation. `batch` answers in the order of its keys.
 */
export function fieldLoader<Key, Value, Args extends unknown[] = []>(
  batch: (keys: readonly Key[], ...args: Args) => Promise<readonly (Value | Error)[]>,
): FieldLoader<Key, Value, Args> {
  let loaders: Map<object, PositionLoader<Key, Value>> | undefined;
  return ({ fieldNodes, position = fieldNodes }, ...args) => {
    loaders ??= new Map();
    let loader = loaders.get(position);
    if (loader === undefined) {
      loader = new PositionLoader<Key, Value>((keys) => batch(keys, ...args));
      loaders.set(position, loader);
    }
    return loader;
  };
}
