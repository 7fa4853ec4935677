import {expect, it} from 'vitest';
import {linkOf} from './links';

it('leads to where something can be done', () => {
  expect(linkOf({kind: 'decision_waiting', subject_type: 'queue_item', subject_id: '12', settled_at: null})).toBe('/approvals/12');
  expect(linkOf({kind: 'test_failed', subject_type: 'test', subject_id: '5', settled_at: null})).toBe('/tests/5');
  expect(linkOf({kind: 'system_quarantined', subject_type: 'system', subject_id: '3', settled_at: null})).toBe('/systems/3');
  expect(linkOf({kind: 'sync_stale', subject_type: 'sync', subject_id: 'uyuni', settled_at: null})).toBe('/sync');
  expect(linkOf({kind: 'user_locked_out', subject_type: 'user', subject_id: 'eve', settled_at: null})).toBe('/users');
});

it('leads to the item when the decision was made', () => {
  expect(linkOf({kind: 'decision_overdue', subject_type: 'queue_item', subject_id: '12', settled_at: '2026-03-02T09:15:00Z'})).toBe('/queue/12');
  expect(linkOf({kind: 'break_glass', subject_type: 'queue_item', subject_id: '12', settled_at: null})).toBe('/queue/12');
});
