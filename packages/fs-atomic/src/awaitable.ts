import type { Awaitable } from './file-system.ts';

/** Goes on at once with a value, later with a promise of one. */
export function whenThere<T, R>(value: Awaitable<T>, transform: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(transform) : transform(value);
}

/** `handle` takes an error of `run`, thrown or rejected; what it returns is the answer then. */
export function recover<T>(run: () => Awaitable<T>, handle: (error: unknown) => Awaitable<T>): Awaitable<T> {
  try {
    const value = run();
    return value instanceof Promise ? value.catch(handle) : value;
  } catch (error) {
    return handle(error);
  }
}
