// Where one does something about a notice.
import type {Notice} from '@/shared/api/types';

const places: Record<Notice['subject_type'], string> = {
  queue_item: '/approvals/',
  test: '/tests/',
  system: '/systems/',
  sync: '/sync',
  user: '/users',
  audit: '/audit',
};

export function linkOf(notice: Pick<Notice, 'kind' | 'subject_type' | 'subject_id' | 'settled_at'>): string {
  // Of what is decided already the item tells how.
  if (notice.subject_type === 'queue_item' && (notice.settled_at || notice.kind === 'break_glass')) return `/queue/${notice.subject_id}`;
  const place = places[notice.subject_type];
  return place.endsWith('/') ? place + notice.subject_id : place;
}
