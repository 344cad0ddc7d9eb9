import type { ExecutionResult, GraphQLError } from 'graphql';
import { expect } from 'vitest';

export type Answer = Pick<ExecutionResult, 'errors'> & { readonly data?: unknown };

type Told = Pick<GraphQLError, 'message' | 'path'>;

// What a broken serializer gave is told in other words.
const said = ({ message, path = [] }: Told) =>
  `${path.join('.')}: ${message.includes('.serialize') ? 'serialized to nothing' : message}`;

/** How much of a path is in the data: up to its end, or to the null that stands for the rest. */
function reached(data: unknown, path: readonly (string | number)[]): number {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null || value === undefined) return depth;
    value = (value as Record<string | number, unknown>)[key];
  }
  return path.length;
}

/** The errors at their own places, and the places where an error from further down has left null. */
function sorted({ data, errors = [] }: Answer) {
  const own: string[] = [];
  const nulled = new Set<string>();
  for (const error of errors) {
    const { path = [] } = error;
    const depth = reached(data, path);
    if (depth === path.length) own.push(said(error));
    else nulled.add(path.slice(0, depth).join('.'));
  }
  return { own: own.filter((line) => !nulled.has(line.slice(0, line.indexOf(':')))).toSorted(), nulled };
}

/**
 * Fails unless two answers are the same to a client: `data` to the byte; errors in any order; where an error has taken
 * its parents with it, some error that can have. In `loose`, the answer of a schema that promises nothing, each error
 * has its own place.
 */
export function expectSameAnswer(actual: Answer, expected: Answer, loose: Answer): void {
  expect(JSON.stringify(actual.data)).toBe(JSON.stringify(expected.data));
  const [one, other] = [sorted(actual), sorted(expected)];
  expect(one.own).toEqual(other.own);
  expect([...one.nulled].toSorted()).toEqual([...other.nulled].toSorted());
  const possible = new Set((loose.errors ?? []).map(said));
  for (const error of actual.errors ?? []) {
    const isNull =
      error.message.startsWith('Cannot return null') &&
      reached(loose.data, error.path ?? []) === (error.path ?? []).length;
    expect(isNull || possible.has(said(error)), said(error)).toBe(true);
  }
}
