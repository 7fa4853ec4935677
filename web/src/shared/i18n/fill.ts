import {kept} from '@/shared/lib/kept';

export type Values = Record<string, string | number>;

const numbers = kept((language: string) => new Intl.NumberFormat(language));

// "{name}" becomes the value; "{count|one|many}" one of two texts, in which # is the number.
export function fill(message: string, values: Values = {}, language = 'en'): string {
  return message.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    const text = typeof value === 'number' ? numbers(language).format(value) : value;
    if (one === undefined || many === undefined) return text;
    return (Number(value) === 1 ? one : many).replaceAll('#', text);
  });
}
