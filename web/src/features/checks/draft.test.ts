import {expect, it} from 'vitest';
import type {CustomCheck} from '@/shared/api/types';
import {draftOf, emptyDraft, requestOf} from './draft';

const check = {id: 1, name: 'shop', os: null, group: 'test-shop', system_id: null, enabled: true, type: 'command', argv: ['curl', '-f', 'a b'], expected_exit_code: 3} as unknown as CustomCheck;

it('keeps the words of a command whose text was not touched', () => {
  const request = requestOf(draftOf(check));
  expect(request).toMatchObject({group: 'test-shop', os: null, argv: ['curl', '-f', 'a b'], shell: null, expected_exit_code: 3});
  expect(requestOf({...draftOf(check), shell: 'true'})).toMatchObject({argv: null, shell: 'true'});
});

it('takes away what belongs to another kind of check', () => {
  expect(requestOf({...draftOf(check), type: 'tcp', port: '443'})).toMatchObject({argv: null, shell: null, expected_exit_code: null, output_match: null, port: 443, host: null, url: null});
  expect(requestOf({...emptyDraft, type: 'http'})).toMatchObject({url: 'https://{host}/', expected_status: 200, shell: null, port: null});
});
