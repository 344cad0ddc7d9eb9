import type { FieldPlan } from './plan.ts';
import { isThenable } from './values.ts';

/** Stands for what cannot be written as it is: a function, a promise, or a value that could not be come by. */
export const notPlain = Symbol('not plain');

/** What a column holds of an object: what its resolver derives from it, or the property of its name. */
export function columnValue({ derive, fieldName }: FieldPlan, object: unknown): unknown {
  try {
    return derive === undefined ? plainProperty(object, fieldName) : plain(derive(object));
  } catch {
    return notPlain;
  }
}

/** A property of an object, or undefined where there is none. */
function plainProperty(object: unknown, name: string): unknown {
  if (typeof object === 'object' && object !== null) return plain((object as Record<string, unknown>)[name]);
  return typeof object === 'function' ? notPlain : undefined;
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (!isThenable(value)) return typeof value === 'function' ? notPlain : value;
  // It is asked for again by who can wait for it; nobody hears how this one ends.
  value.then(undefined, () => {});
  return notPlain;
}

/** Where the columns end that follow each other from a field on. */
export function endOfColumns(fields: readonly FieldPlan[], start: number): number {
  let end = start;
  while (fields[end]?.isColumn === true) end += 1;
  return end;
}
