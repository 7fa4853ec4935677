// Values of the configuration as people read and type them.
import type {Field, Value} from './types';

export function show(value: Value): string {
  if (Array.isArray(value)) return value.join(', ') || '–';
  return value === null ? '–' : String(value);
}

export function same(a: Value, b: Value): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean);
}

// Fields in groups by what stands before the first dot of their names.
export function grouped(fields: Field[]): [string, Field[]][] {
  const groups = new Map<string, Field[]>();
  for (const field of fields) {
    const group = field.name.split('.')[0]!;
    groups.set(group, [...(groups.get(group) ?? []), field]);
  }
  return [...groups];
}
