// Where one does something about a notice.
import type {Notice} from '@/shared/api/types';

const places: Record<Notice['kind'], (notice: Notice) => string> = {
  decision_waiting: decision,
  second_approval_waiting: decision,
  snooze_ended: decision,
  decision_due_soon: decision,
  decision_overdue: decision,
  test_failed: run,
  test_error: run,
  test_aborted: run,
  system_quarantined: (notice) => `/systems/${notice.system_id}`,
  break_glass: item,
  sync_failed: () => '/sync',
  sync_stale: () => '/sync',
  user_locked_out: () => '/users',
  audit_broken: () => '/audit',
};

function item(notice: Notice): string {
  return `/queue/${notice.queue_id}`;
}

// Of what is decided already the item tells how.
function decision(notice: Notice): string {
  return notice.settled_at ? item(notice) : `/approvals/${notice.queue_id}`;
}

function run(notice: Notice): string {
  return `/tests/${notice.test_id}`;
}

export function linkOf(notice: Notice): string {
  return places[notice.kind](notice);
}
