import DataLoader from 'dataloader';
import type { FieldNode } from 'graphql';

/**
 * What identifies a field position, the path of types and fields in an operation: executors give every parent at a
 * position the same list of field nodes.
 */
export interface FieldPosition {
  readonly fieldNodes: readonly FieldNode[];
}

/**
 * The DataLoader of a field position. What the arguments are is up to the position, so the loader is made with those
 * of the first parent.
 */
export type FieldLoader<Key, Value, Args extends unknown[] = []> = (
  position: FieldPosition,
  ...args: Args
) => DataLoader<Key, Value>;

/**
 * Makes loaders that send one batch for each field position, whatever its siblings do. So the number of statements
 * follows from the document alone, each position reads just what it selects, and nothing is served from before a
 * mutation. `batch` answers in the order of its keys.
 */
export function fieldLoader<Key, Value, Args extends unknown[] = []>(
  batch: (keys: readonly Key[], ...args: Args) => Promise<readonly (Value | Error)[]>,
): FieldLoader<Key, Value, Args> {
  const loaders = new WeakMap<readonly FieldNode[], DataLoader<Key, Value>>();
  return ({ fieldNodes }, ...args) => {
    let loader = loaders.get(fieldNodes);
    if (loader === undefined) {
      loader = new DataLoader<Key, Value>((keys) => batch(keys, ...args));
      loaders.set(fieldNodes, loader);
    }
    return loader;
  };
}
