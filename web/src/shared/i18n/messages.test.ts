import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {fill} from './fill';
import {en} from './messages/en';
import {it as italian} from './messages/it';

const source = new URL('../../', import.meta.url).pathname;

function codeUnder(folder: string): string {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/messages|generated/.test(join(entry.parentPath ?? '', entry.name)))
    .map((entry) => readFileSync(join(entry.parentPath ?? '', entry.name), 'utf8'))
    .join('\n');
}

const values = (message: string) => [...message.matchAll(/\{(\w+)[|}]/g)].map(([, name]) => name).sort();

it('has every text in both languages, with the same values in it', () => {
  expect(Object.keys(italian).sort()).toEqual(Object.keys(en).sort());
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(italian[key].trim(), key).not.toBe('');
    expect(values(italian[key]), key).toEqual(values(en[key]));
  }
});

it('has no text that nobody shows', () => {
  const code = codeUnder(source);
  const prefixes = [...code.matchAll(/`([a-zA-Z.]+\.)\$\{/g)].map(([, prefix]) => prefix!);
  const unused = Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)));
  expect(unused).toEqual([]);
});

it('fills in values and chooses by number', () => {
  expect(fill('{a} of {b}', {a: 1, b: 'two'})).toBe('1 of two');
  expect(fill('{count|# system|# systems}', {count: 1})).toBe('1 system');
  expect(fill('{count|# sistema|# sistemi}', {count: 12000}, 'it')).toBe('12.000 sistemi');
  expect(fill('{host} stands', {})).toBe('{host} stands');
});
