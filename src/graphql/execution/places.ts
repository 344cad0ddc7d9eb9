/** A response path of the GraphQL specification (7.1.2), from its end to its beginning, as graphql-js has it. */
export interface Path {
  readonly prev: Path | undefined;
  readonly key: string | number;
  readonly typename: string | undefined;
}

/** A path from its beginning to its end, as errors have it. */
export function pathToArray(path: Path | undefined): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let step = path; step !== undefined; step = step.prev) keys.push(step.key);
  return keys.toReversed();
}

/** Where in the answer the values of one batch belong. Paths are made when one is asked for. */
export interface Places {
  pathOf(index: number): Path | undefined;
}

/** The place of the operation's root object. */
export const rootPlace: Places = { pathOf: () => undefined };

/** The places of a field's values, one for each object that the field is asked of. */
export class FieldPlaces implements Places {
  readonly #objects: Places;
  readonly #key: string;
  readonly #typename: string;

  constructor(objects: Places, key: string, typename: string) {
    this.#objects = objects;
    this.#key = key;
    this.#typename = typename;
  }

  pathOf(index: number): Path {
    return { prev: this.#objects.pathOf(index), key: this.#key, typename: this.#typename };
  }
}

/** The places of the items of lists, all in one row. */
export class ItemPlaces implements Places {
  readonly #lists: Places;
  /** Where the items of each list begin, and where those of the last one end. */
  readonly #starts: readonly number[];

  constructor(lists: Places, starts: readonly number[]) {
    this.#lists = lists;
    this.#starts = starts;
  }

  pathOf(index: number): Path {
    // The last list that begins here or before; one that is empty ends where it begins.
    const list = this.#starts.findLastIndex((start) => start <= index);
    const position = index - (this.#starts[list] as number);
    return { prev: this.#lists.pathOf(list), key: position, typename: undefined };
  }
}

/** The places of some values among others. */
export class ChosenPlaces implements Places {
  readonly #all: Places;
  readonly #chosen: readonly number[];

  constructor(all: Places, chosen: readonly number[]) {
    this.#all = all;
    this.#chosen = chosen;
  }

  pathOf(index: number): Path | undefined {
    return this.#all.pathOf(this.#chosen[index] as number);
  }
}
