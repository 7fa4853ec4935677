import {expect, it} from 'vitest';
import {affectedBy} from './affected';

it('asks again what an event is about, and nothing for an unknown one', () => {
  expect(affectedBy('approval.decided', '{"type":"approval.decided"}')).toContain('approvals');
  expect(affectedBy('message', '{"type":"test.finished"}')).toContain('tests');
  expect(affectedBy('test.started', 'not JSON')).toContain('tests');
  expect(affectedBy('cves', '{"type":"cves.imported"}')).toContain('approvals');
  expect(affectedBy('notification', '{"type":"notification.settled"}')).toEqual(['notifications']);
  expect(affectedBy('weather.changed', '{}')).toEqual([]);
});
