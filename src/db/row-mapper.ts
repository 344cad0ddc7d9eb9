/** Turns what the database sends for a column, and is not null, into the value that the program sees. */
export type Decoder = (field: unknown) => unknown;

/**
 * Makes the function that turns the fields of a statement's rows into objects. It is called for every row, and is
 * therefore written for the statement: all rows have one shape, which engines read fast, and nothing is looked up. A
 * loop over the columns takes about five times as long.
 *
 * The code is made of nothing but the keys of columns, as the program's source has them, quoted; what comes from outside
 * never gets into it.
 *
 * @param columns The columns in the order of the fields, and how each is decoded; null where it is taken as it is.
 * @param unread Columns that rows of this kind have, and that were not read. Whoever asks for one gets an error: it would
 * look like null otherwise.
 */
export function rowMapper<Row>(
  columns: ReadonlyMap<string, Decoder | null>,
  unread: readonly string[],
): (fields: readonly unknown[]) => Row {
  const decoders = [...columns.values()];
  const assignments = [...columns.keys()].map((key, index) => {
    const field = `fields[${index}]`;
    const value = decoders[index] === null ? field : `${field} === null ? null : decode${index}(${field})`;
    return `this[${JSON.stringify(key)}] = ${value};`;
  });
  const source = `
    function Row(fields) { ${assignments.join('\n')} }
    Row.prototype = prototype;
    return (fields) => new Row(fields);`;
  const names = decoders.map((_, index) => `decode${index}`);
  // oxlint-disable-next-line no-implied-eval -- See above.
  const make = new Function('prototype', ...names, source) as (
    prototype: object,
    ...decoders: readonly (Decoder | null)[]
  ) => (fields: readonly unknown[]) => Row;
  return make(prototypeWithout(unread), ...decoders);
}

/** What rows inherit. Rows with all their columns are plain objects. */
function prototypeWithout(unread: readonly string[]): object {
  if (unread.length === 0) return Object.prototype;
  const refusals = unread.map((key): [string, PropertyDescriptor] => [key, { get: () => refuse(key) }]);
  return Object.defineProperties({}, Object.fromEntries(refusals));
}

function refuse(key: string): never {
  throw new Error(`The column ${key} was asked for and not read. The projection of the field lacks it.`);
}
