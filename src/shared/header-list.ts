/** Header fields, names and values in turn: the form that costs least to put together and to write. */
export type HeaderList = readonly string[];

/** The fields of a list, for who sets one after the other. */
export function* fieldsOf(list: HeaderList): Generator<[name: string, value: string]> {
  for (let at = 0; at < list.length; at += 2) yield [list[at] as string, list[at + 1] as string];
}
