import {expect, it} from 'vitest';
import type {Notice} from '@/shared/api/types';
import {linkOf} from './links';

const notice = (more: Partial<Notice>) => ({queue_id: 12, test_id: 5, system_id: 3, settled_at: null, ...more}) as Notice;

it('leads to where something can be done', () => {
  expect(linkOf(notice({kind: 'decision_waiting'}))).toBe('/approvals/12');
  expect(linkOf(notice({kind: 'test_failed'}))).toBe('/tests/5');
  expect(linkOf(notice({kind: 'system_quarantined'}))).toBe('/systems/3');
  expect(linkOf(notice({kind: 'sync_stale'}))).toBe('/sync');
  expect(linkOf(notice({kind: 'user_locked_out'}))).toBe('/users');
});

it('leads to the item when the decision was made', () => {
  expect(linkOf(notice({kind: 'decision_overdue', settled_at: '2026-03-02T09:15:00Z'}))).toBe('/queue/12');
  expect(linkOf(notice({kind: 'break_glass'}))).toBe('/queue/12');
});
