import {Button} from '@mantine/core';
import {useMutation, useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {Link} from 'react-router-dom';
import {get, send} from '@/shared/api/client';
import type {Notice, NoticePage} from '@/shared/api/types';
import {useI18n} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {formatInstant} from '@/shared/lib/time';
import {Badge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {FilterBar, SelectFilter} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Page} from '@/shared/ui/Page';
import {Said, useProblemText} from '@/shared/ui/Said';
import {EmptyState} from '@/shared/ui/States';
import {linkOf} from './links';
import styles from './NotificationsPage.module.css';

const severities = ['critical', 'warning', 'info'] as const;
const kinds = [
  'decision_waiting', 'second_approval_waiting', 'snooze_ended', 'decision_due_soon', 'decision_overdue', 'test_failed', 'test_error', 'test_aborted',
  'system_quarantined', 'break_glass', 'sync_failed', 'sync_stale', 'user_locked_out', 'audit_broken',
] as const;
const tones = {critical: 'bad', warning: 'warn', info: 'info'} as const;

function useText() {
  const {t, language} = useI18n();
  const nameOf = (source: string) => {
    if (source === 'uyuni' || source === 'spm_sync') return t(`sync.source.${source}`);
    return source === 'kev' || source === 'epss' || source === 'cvss' ? t(`cves.source.${source}`) : source;
  };
  return (notice: Notice) =>
    t(`notifications.text.${notice.kind}`, {
      errata: notice.errata_id ?? t('common.unknown'),
      system: notice.system_name ?? t('common.unknown'),
      actor: notice.actor.replace(/^user:/, ''),
      due: notice.due_at ? formatInstant(notice.due_at, language) : '',
      account: notice.subject_id,
      source: nameOf(notice.subject_id),
    });
}

function useMark() {
  const {t} = useI18n();
  const notify = useNotify();
  const problemText = useProblemText();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (what: {ids: number[]} | {up_to: number}) => send('post', '/notifications/mark-read', {body: what}),
    onSuccess: async ({marked}, what) => {
      if ('up_to' in what) notify({text: t('notifications.marked', {count: marked})});
      await queries.invalidateQueries({queryKey: ['notifications']});
    },
    onError: (error) => notify({text: problemText(error), tone: 'bad'}),
  });
}

export default function NotificationsPage() {
  const {t} = useI18n();
  const queries = useQueryClient();
  const {filters, setFilter, clear} = useFilters(['status', 'severity', 'kind']);
  const [total, setTotal] = useState(0);
  const textOf = useText();
  const mark = useMark();
  const query = {
    status: filters.status === 'unread' ? ('unread' as const) : ('all' as const),
    severity: severities.find((each) => each === filters.severity),
    kind: kinds.find((each) => each === filters.kind),
  };
  const queryKey = ['notifications', 'list', query];
  // What the page in view was made of, so that nothing is marked that came since.
  const upTo = () => queries.getQueryData<NoticePage>([...queryKey, 'page', 0])?.up_to ?? 0;
  const columns: Column<Notice>[] = [
    {
      id: 'what',
      header: t('notifications.what'),
      width: 'minmax(18rem, 2fr)',
      cell: (row) => (
        <Link to={linkOf(row)} data-row-focus className={styles.what} data-unread={!row.read || undefined} onClick={() => !row.read && mark.mutate({ids: [row.id]})}>
          {textOf(row)}
        </Link>
      ),
    },
    {id: 'severity', header: t('notifications.severity'), width: '7.5rem', cell: (row) => <Badge tone={row.read ? 'mute' : tones[row.severity]}>{t(`notifications.severity.${row.severity}`)}</Badge>},
    {id: 'reason', header: t('common.reason'), width: 'minmax(9rem, 1fr)', cell: (row) => (row.reason ? <span title={row.reason}><Said>{row.reason}</Said></span> : '–')},
    {id: 'when', header: t('common.when'), width: '7rem', cell: (row) => <Instant at={row.created_at} relative />},
    {
      id: 'state',
      header: t('common.status'),
      width: '9.5rem',
      cell: (row) =>
        row.read ? (
          <span className="soft">{t(row.settled_at ? 'notifications.settled' : 'notifications.read')}</span>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => mark.mutate({ids: [row.id]})} aria-label={t('notifications.markThis', {what: textOf(row)})}>
            {t('notifications.mark')}
          </Button>
        ),
    },
  ];
  return (
    <Page
      title={t('notifications.title')}
      fill
      actions={
        !query.severity &&
        !query.kind && (
          <Button variant="default" loading={mark.isPending} onClick={() => mark.mutate({up_to: upTo()})}>
            {t('notifications.markAll')}
          </Button>
        )
      }
    >
      <div className="row apart">
        <FilterBar onClear={Object.keys(filters).length > 0 ? clear : undefined}>
          <SelectFilter label={t('common.status')} value={filters.status} onChange={(value) => setFilter('status', value)} choices={[{value: 'unread', label: t('notifications.unreadOnly')}]} />
          <SelectFilter label={t('notifications.severity')} value={filters.severity} onChange={(value) => setFilter('severity', value)} choices={severities.map((each) => ({value: each, label: t(`notifications.severity.${each}`)}))} />
          <SelectFilter label={t('notifications.kind')} value={filters.kind} onChange={(value) => setFilter('kind', value)} choices={kinds.map((each) => ({value: each, label: t(`notifications.kind.${each}`)}))} />
        </FilterBar>
        <span className="soft">{t('common.total', {count: total})}</span>
      </div>
      <DataTable
        label={t('notifications.title')}
        queryKey={queryKey}
        fetchPage={(offset, limit, signal) => get('/notifications', {query: {...query, offset, limit}, signal})}
        columns={columns}
        rowId={(row) => row.id}
        rowTone={(row) => (row.read || row.severity === 'info' ? undefined : row.severity === 'critical' ? 'bad' : 'warn')}
        onTotal={setTotal}
        empty={<EmptyState title={t('notifications.none')} />}
      />
    </Page>
  );
}
