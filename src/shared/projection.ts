import { oncePerPosition, selectedFields, type SelectionInfo } from './selection.ts';

/** Which columns of a row are read: an exact set. A row's other columns throw when they are asked for. */
export class Projection {
  /** The columns that are not read. */
  readonly unread: readonly string[];
  readonly #key: string;

  /** @param columns All columns of the row, in the order of its selection. */
  constructor(columns: readonly string[], read: ReadonlySet<string>) {
    this.unread = columns.filter((column) => !read.has(column));
    this.#key = columns.map((column) => (read.has(column) ? '1' : '0')).join('');
  }

  /** A short text that is the same for the same columns. */
  toString(): string {
    return this.#key;
  }
}

/** Which columns the fields of a type need. */
export interface ColumnNeeds<Column extends string, Field extends string> {
  /** The columns of fields that need others than the one of their name. A field without any needs the identifier alone. */
  readonly fields?: Readonly<Partial<Record<Field, readonly Column[]>>>;
  /** The columns that cursors of the type's connections are made of. */
  readonly cursors?: readonly Column[];
}

/**
 * The projections of a kind of rows. They follow from what an operation selects at a field position, and are worked out
 * once for it. The identifier is always read.
 */
export class Projections<Column extends string, Field extends string = string> {
  /** All columns. */
  readonly all: Projection;
  /** What is read of the object, or of each in the list, that a field answers. */
  readonly at: (info: SelectionInfo) => Projection;
  /** What is read of the nodes of a connection whose cursors hold columns of their own. */
  readonly ofNodes: (info: SelectionInfo) => Projection;
  /** What is read of the nodes of a connection, and by its cursors. */
  readonly ofPage: (info: SelectionInfo) => Projection;
  readonly #columns: readonly string[];
  readonly #needs: ReadonlyMap<string, readonly string[]>;

  /** @param selection All columns of a row. */
  constructor(
    selection: Readonly<Record<Column, unknown>>,
    { fields, cursors = [] }: ColumnNeeds<NoInfer<Column>, Field>,
  ) {
    this.#columns = Object.keys(selection);
    this.#needs = new Map<string, readonly string[]>([
      ...this.#columns.map((column) => [column, [column]] as const),
      ...Object.entries<readonly string[] | undefined>(fields ?? {}).map(
        ([field, needs = []]) => [field, needs] as const,
      ),
    ]);
    this.all = new Projection(this.#columns, new Set(this.#columns));
    this.at = oncePerPosition((info) => this.#of(selectedFields(info)));
    this.ofNodes = oncePerPosition((info) => this.#of(selectedFields(info, ...nodes)));
    this.ofPage = oncePerPosition((info) => {
      const selected = selectedFields(info);
      const hasCursors = selected.has('edges') || selected.has('pageInfo');
      return this.#of(selectedFields(info, ...nodes), hasCursors ? cursors : []);
    });
  }

  /** These columns and the identifier. */
  only(...columns: readonly Column[]): Projection {
    return this.#of([], columns);
  }

  #of(fields: Iterable<string>, columns: readonly string[] = []): Projection {
    const read = new Set(['id', ...columns]);
    for (const field of fields) for (const column of this.#needs.get(field) ?? []) read.add(column);
    return new Projection(this.#columns, read);
  }
}

/** The paths to the nodes of a connection. */
const nodes = [['nodes'], ['edges', 'node']] as const;

/**
 * Says of which type of the contract a row is, where a field answers several. The row itself is marked: a copy would not
 * inherit that columns throw which were not read.
 */
export function asType<Row extends object, Name extends string>(
  row: Row,
  name: Name,
): Row & { readonly __typename: Name } {
  return Object.assign(row, { __typename: name });
}
