/**
 * Remembers what was made of options, for options that are frozen: they say the same at every call. Who does many things in one way
 * freezes it, and pays for checking it and filling in its defaults one time.
 */
export function onceForFrozen<Options extends object, Settings>(
  make: (options: Options) => Settings,
): (options: Options) => Settings {
  const made = new WeakMap<Options, Settings>();
  return (options) => {
    const known = made.get(options);
    if (known !== undefined) return known;
    const settings = make(options);
    if (Object.isFrozen(options)) made.set(options, settings);
    return settings;
  };
}
