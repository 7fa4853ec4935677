export type Values = Record<string, string | number>;

// "{name}" becomes the value; "{count|one|many}" one of two texts, in which # is the number.
export function fill(message: string, values: Values = {}, language = 'en'): string {
  return message.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    const text = typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
    if (one === undefined || many === undefined) return text;
    return (Number(value) === 1 ? one : many).replaceAll('#', text);
  });
}
