import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {italian} from './italian';
import type {Field} from './types';
import {grouped, linesOf, same, show} from './values';

it('reads and shows lists', () => {
  expect(linesOf(' sshd \n\ncrond')).toEqual(['sshd', 'crond']);
  expect(show(['sshd', 'crond'])).toBe('sshd, crond');
  expect(same(['a'], ['a'])).toBe(true);
  expect(same(0, false)).toBe(false);
});

it('groups fields by their prefix, in their order', () => {
  const field = (name: string) => ({name}) as Field;
  expect(grouped([field('score.kernel'), field('policies.x'), field('score.size')]).map(([name, all]) => [name, all.length])).toEqual([['score', 2], ['policies', 1]]);
});

it('says in Italian all that the service says about its settings', () => {
  const source = readFileSync(new URL('../../../../src/configuration/rules_fields.cpp', import.meta.url), 'utf8');
  // A long text stands there in several pieces.
  const said = [...source.matchAll(/\.(?:description|unit) =\s*"((?:[^"]|"\s*")+)"/g)].map(([, text]) => text!.replace(/"\s*"/g, ''));
  expect(said.length).toBeGreaterThan(30);
  expect(Object.keys(italian).sort()).toEqual([...new Set(said)].sort());
});
