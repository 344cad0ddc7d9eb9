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
  /** The index of the list of each item. */
  readonly #owners: readonly number[];

  constructor(lists: Places, owners: readonly number[]) {
    this.#lists = lists;
    this.#owners = owners;
  }

  pathOf(index: number): Path {
    const owner = this.#owners[index] as number;
    const position = index - this.#owners.indexOf(owner);
    return { prev: this.#lists.pathOf(owner), key: position, typename: undefined };
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
