import {expect, it} from 'vitest';
import {attendance, watchForPeople} from './attendance';

it('says so when nobody has touched the page for a minute', () => {
  const page = new EventTarget();
  watchForPeople(page);
  page.dispatchEvent(new Event('keydown'));
  expect(attendance()).toEqual({});
  expect(attendance(Date.now() + 61_000)).toEqual({'X-Unattended': 'true'});
});
