import { GraphQLError } from 'graphql';

/** Stands in a batch for a value that was not come by. */
export class Failure {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Whether a batch has to be waited for. */
export function hasThenable(values: readonly unknown[]): boolean {
  for (let index = 0; index < values.length; index += 1) if (isThenable(values[index])) return true;
  return false;
}

/** Whether a value is not one that can be completed: it is null, or stands for what went wrong. */
export function isAbsent(value: unknown): boolean {
  return value == null || value instanceof Failure || value instanceof Error;
}

/** Waits for the promises among values. One that is rejected leaves a failure at its place. */
export async function settle(values: readonly unknown[]): Promise<unknown[]> {
  try {
    return await Promise.all(values);
  } catch {
    const outcomes = await Promise.allSettled(values);
    return outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : new Failure(outcome.reason),
    );
  }
}

/** @throws {GraphQLError} when a value is no list, as graphql-js says it. */
export function itemsOf(list: unknown, coordinate: string): readonly unknown[] {
  if (Array.isArray(list)) return list;
  if (
    typeof list !== 'object' ||
    typeof (list as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function'
  ) {
    throw new GraphQLError(`Expected Iterable, but did not find one for field "${coordinate}".`);
  }
  return Array.from(list as Iterable<unknown>);
}
