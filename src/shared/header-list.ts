/** Header fields, names and values in turn: the form that costs least to put together and to write. */
export type HeaderList = readonly string[];

/** The value of the first field with this lower-case name; undefined without one. */
export function fieldOf(list: HeaderList, name: string): string | undefined {
  const at = list.indexOf(name);
  return at < 0 ? undefined : list[at + 1];
}

/** The fields of a list, one by one. */
export function* fieldsOf(list: HeaderList): Generator<[name: string, value: string]> {
  for (let at = 0; at < list.length; at += 2) yield [list[at] as string, list[at + 1] as string];
}
