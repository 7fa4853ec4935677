// What was put aside, and what was decided.
import {Button} from '@mantine/core';
import {useQueryClient} from '@tanstack/react-query';
import {address, call, get, send} from '@/shared/api/client';
import type {Page, QueueItem} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {useMay} from '@/shared/lib/session';
import {Badge, SeverityBadge, type Tone} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {FilterBar, SelectFilter} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {useProblemText} from '@/shared/ui/Said';
import {EmptyState} from '@/shared/ui/States';
import type {PastDecision} from './types';

export function SnoozedTable() {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const mayManage = useMay('manage_queue');
  const wake = async (item: QueueItem) => {
    try {
      await send('patch', '/queue/{id}', {path: {id: item.id}, body: {status: 'pending_approval'}});
      notify({text: t('decision.undone', {errata: item.errata_id})});
    } catch (error) {
      notify({text: problemText(error), tone: 'bad'});
    }
    await queries.invalidateQueries({queryKey: ['approvals']});
  };
  const columns: Column<QueueItem>[] = [
    {id: 'errata', header: t('common.advisory'), width: 'minmax(10rem, 1fr)', cell: (row) => row.errata_id},
    {id: 'synopsis', header: t('common.synopsis'), width: 'minmax(12rem, 2fr)', cell: (row) => row.errata_synopsis},
    {id: 'severity', header: t('common.severity'), width: '6rem', cell: (row) => <SeverityBadge severity={row.severity} />},
    {id: 'until', header: t('queueStatus.snoozed'), width: '9rem', cell: (row) => <Instant at={row.snooze_until} relative />},
    {
      id: 'wake',
      header: t('common.actions'),
      width: '9rem',
      cell: (row) => mayManage && <Button size="compact-xs" variant="default" onClick={() => void wake(row)}>{t('queue.unsnooze')}</Button>,
    },
  ];
  return (
    <DataTable
      label={t('approvals.tab.snoozed')}
      queryKey={['approvals', 'snoozed']}
      fetchPage={(offset, limit, signal) => get('/queue', {query: {status: 'snoozed', offset, limit}, signal})}
      columns={columns}
      rowId={(row) => row.id}
      rowHref={(row) => `/queue/${row.id}`}
      empty={<EmptyState title={t('state.empty')} />}
    />
  );
}

const tones: Record<string, Tone> = {approve: 'ok', reject: 'bad', snooze: 'mute', break_glass: 'warn'};

export function HistoryTable() {
  const t = useT();
  const {filters, setFilter} = useFilters(['action']);
  const query = {action: filters.action};
  const columns: Column<PastDecision>[] = [
    {id: 'errata', header: t('common.advisory'), width: 'minmax(10rem, 1fr)', cell: (row) => row.errata_id},
    {id: 'action', header: t('common.status'), width: '9rem', cell: (row) => <Badge tone={tones[row.action] ?? 'mute'}>{t(`approvals.action.${row.action}`)}</Badge>},
    {id: 'actor', header: t('audit.actor'), width: '10rem', cell: (row) => (row.on_behalf_of ? `${row.on_behalf_of} (${row.actor})` : row.actor)},
    {id: 'reason', header: t('common.reason'), width: 'minmax(12rem, 2fr)', cell: (row) => <span title={row.reason}>{row.reason || '–'}</span>},
    {id: 'when', header: t('common.when'), width: '10rem', cell: (row) => <Instant at={row.decided_at} />},
  ];
  return (
    <>
      <FilterBar>
        <SelectFilter
          label={t('common.status')}
          value={filters.action}
          onChange={(value) => setFilter('action', value)}
          choices={(['approve', 'reject', 'snooze'] as const).map((action) => ({value: action, label: t(`approvals.action.${action}`)}))}
        />
      </FilterBar>
      <DataTable
        label={t('approvals.tab.history')}
        queryKey={['approvals', 'history', query]}
        fetchPage={(offset, limit, signal) => call<Page<PastDecision>>('GET', address('/approvals/history', {}, {...query, offset, limit}), undefined, signal)}
        columns={columns}
        rowId={(row) => row.approval_id}
        rowHref={(row) => `/queue/${row.queue_id}`}
        empty={<EmptyState title={t('approvals.history.none')} />}
      />
    </>
  );
}
