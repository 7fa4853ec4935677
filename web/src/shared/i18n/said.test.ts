import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {inItalian, said} from './messages/said';

const service = new URL('../../../../src/', import.meta.url).pathname;
// A long text stands there in several pieces.
const joined = (text: string) => text.replace(/"\s*\n\s*"/g, '');
const source = (name: string) => joined(readFileSync(join(service, name), 'utf8'));
const pieces = (text: string) => text.split('{}').map((piece) => piece.trim()).filter((piece) => piece.length > 3);

it('translates whole sentences and what they are about', () => {
  expect(inItalian('no reboot was needed, so none was tested')).toBe('non serviva un riavvio, quindi non è stato provato');
  expect(inItalian('Success Score 35 is below 50')).toBe('Success Score 35 è inferiore a 50');
  expect(inItalian('no test system is free: a is busy with USN-1-1; b is in quarantine until a person releases it')).toBe(
    'nessun sistema di test è libero: a è occupato con USN-1-1; b è in quarantena finché una persona non lo rilascia',
  );
});

it('leaves what it does not know as it was said', () => {
  expect(inItalian('systemctl: permission denied')).toBe('systemctl: permission denied');
  expect(inItalian('')).toBe('');
});

it('knows no sentence that the service does not say', () => {
  const everything = readdirSync(service, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && entry.name.endsWith('.cpp') && !entry.name.endsWith('_test.cpp'))
    .map((entry) => joined(readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8')))
    .join('\n')
    .replaceAll('\\"', '"');
  const choices = /memory only|CPU only|CPU and memory| (is|are) not through|that one is in the queue|add that one instead|; besides,| (passed|failed)$/g; // which the service puts in
  const unknown = said.flatMap(([text]) => pieces(text.replace(choices, '{}'))).filter((piece) => !everything.includes(piece));
  expect(unknown).toEqual([]);
});

it.each(['engine/manifest.cpp', 'queue/waiting.cpp'])('knows all that %s says', (name) => {
  const known = said.map(([text]) => text).join('\n');
  const sentences = [...source(name).matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, text]) => text!).filter((text) => / /.test(text) && !text.includes('/rules'));
  const missing = sentences.flatMap((text) => pieces(text.replace(/\{[^}]*\}/g, '{}'))).filter((piece) => !known.includes(piece));
  expect(sentences.length).toBeGreaterThan(8);
  expect(missing).toEqual([]);
});
