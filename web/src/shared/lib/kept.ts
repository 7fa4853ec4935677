// The formats of Intl take far longer to make than to use, and a long table uses them for every row.
export function kept<Arguments extends (string | undefined)[], T>(make: (...args: Arguments) => T): (...args: Arguments) => T {
  const made = new Map<string, T>();
  return (...args) => {
    const key = args.join('|');
    let value = made.get(key);
    if (value === undefined) made.set(key, (value = make(...args)));
    return value;
  };
}
