/** A value; or a promise of it, where it has to be waited for. */
export type Awaitable<T> = T | Promise<T>;

/** What follows from a value, at once where it is there: on a short way promises cost more than what they are about. */
export function after<T, Next>(value: Awaitable<T>, follow: (value: T) => Awaitable<Next>): Awaitable<Next> {
  return value instanceof Promise ? value.then(follow) : follow(value);
}
