/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Calls `follow` with a value: at once, or when its promise is fulfilled. In short requests promises cost most. */
export function after<T, Next>(value: Awaitable<T>, follow: (value: T) => Awaitable<Next>): Awaitable<Next> {
  return value instanceof Promise ? value.then(follow) : follow(value);
}
