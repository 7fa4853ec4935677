import {Button} from '@mantine/core';
import {useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {useNavigate} from 'react-router-dom';
import {get, send} from '@/shared/api/client';
import type {QueueItem, QueueStatus, Severity} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {useMay} from '@/shared/lib/session';
import {QueueStatusBadge, SeverityBadge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {FilterBar, OsFilter, SearchFilter, SelectFilter, SeverityFilter, systemNames} from '@/shared/ui/Filters';
import {Figure} from '@/shared/ui/Gauge';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Page} from '@/shared/ui/Page';
import {useProblemText} from '@/shared/ui/Said';
import {EmptyState} from '@/shared/ui/States';
import {AddDialog} from './AddDialog';
import {FillDialog} from './FillDialog';
import {WhyItWaits} from './WhyItWaits';

const statuses: QueueStatus[] = ['queued', 'testing', 'retry_pending', 'failed', 'pending_approval', 'snoozed', 'approved', 'rejected', 'superseded'];

export default function QueuePage() {
  const t = useT();
  const mayManage = useMay('manage_queue');
  const {filters, setFilter, clear} = useFilters(['status', 'os', 'severity', 'q']);
  const [total, setTotal] = useState(0);
  const [dialog, setDialog] = useState<'add' | 'fill'>();
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const query = {status: statuses.find((each) => each === filters.status), os: filters.os, severity: filters.severity as Severity | undefined, q: filters.q};
  const isFiltered = Object.values(query).some(Boolean);

  const columns: Column<QueueItem>[] = [
    {id: 'errata', header: t('common.advisory'), width: 'minmax(9.5rem, 1fr)', cell: (row) => row.errata_id},
    {id: 'synopsis', header: t('common.synopsis'), width: 'minmax(8.5rem, 1.8fr)', cell: (row) => <span title={row.errata_synopsis}>{row.errata_synopsis}</span>},
    {id: 'position', header: t('queue.col.position'), width: '3.2rem', end: true, cell: (row) => row.position ?? '–'},
    {id: 'status', header: t('common.status'), width: '7.5rem', cell: (row) => <QueueStatusBadge status={row.status} />},
    {id: 'why', header: t('queue.col.why'), width: 'minmax(10.5rem, 1.8fr)', cell: (row) => <WhyItWaits item={row} />},
    {id: 'severity', header: t('common.severity'), width: '5.5rem', cell: (row) => <SeverityBadge severity={row.severity} />},
    {id: 'score', header: t('approvals.col.score'), width: '3.5rem', end: true, cell: (row) => <Figure value={row.success_score} meaning="safety" />},
    {id: 'urgency', header: t('approvals.col.urgency'), width: '4.5rem', end: true, cell: (row) => <Figure value={row.urgency_score} meaning="risk" />},
    {id: 'os', header: t('common.os'), width: '4.5rem', cell: (row) => systemNames[row.target_os] ?? row.target_os},
    {id: 'priority', header: t('queue.col.priority'), width: '4rem', end: true, cell: (row) => (row.priority_override === 0 ? <span className="soft">0</span> : row.priority_override)},
    {id: 'queued', header: t('queue.col.queued'), width: '6.2rem', isLabelled: true, cell: (row) => <Instant at={row.queued_at} relative />},
  ];
  const toggle = (id: number) =>
    setSelected((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  return (
    <Page
      title={t('queue.title')}
      fill
      actions={
        mayManage && (
          <>
            <Button variant="default" onClick={() => setDialog('fill')}>
              {t('queue.fill')}
            </Button>
            <Button onClick={() => setDialog('add')}>{t('queue.add')}</Button>
          </>
        )
      }
    >
      <div className="row apart">
        <FilterBar onClear={isFiltered ? clear : undefined}>
          <SearchFilter value={filters.q} onChange={(value) => setFilter('q', value)} />
          <SelectFilter label={t('common.status')} value={filters.status} onChange={(value) => setFilter('status', value)} choices={statuses.map((each) => ({value: each, label: t(`queueStatus.${each}`)}))} />
          <SeverityFilter value={filters.severity} onChange={(value) => setFilter('severity', value)} />
          <OsFilter value={filters.os} onChange={(value) => setFilter('os', value)} />
        </FilterBar>
        <span className="soft">{t('queue.count', {count: total})}</span>
      </div>
      <p className="soft">{t('queue.order')}</p>
      <BatchBar ids={selected} onDone={() => setSelected(new Set())} />
      <DataTable
        label={t('queue.title')}
        queryKey={['queue', 'list', query]}
        fetchPage={(offset, limit, signal) => get('/queue', {query: {...query, offset, limit}, signal})}
        columns={columns}
        rowId={(row) => row.id}
        rowName={(row) => row.errata_id}
        rowHref={(row) => `/queue/${row.id}`}
        rowTone={(row) => (row.status === 'failed' ? 'bad' : undefined)}
        selection={mayManage ? {ids: selected, toggle} : undefined}
        onTotal={setTotal}
        empty={
          isFiltered ? (
            <EmptyState title={t('state.emptyFiltered')} hint={t('state.emptyFilteredHint')} action={<Button variant="default" onClick={clear}>{t('common.clear')}</Button>} />
          ) : (
            <EmptyState title={t('queue.none')} hint={t('queue.noneHint')} />
          )
        }
      />
      {dialog === 'add' && <AddDialog onClose={() => setDialog(undefined)} />}
      {dialog === 'fill' && <FillDialog onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function BatchBar({ids, onDone}: {ids: ReadonlySet<number>; onDone: () => void}) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayRun = useMay('run_tests');
  if (ids.size === 0 || !mayRun) return null;
  const start = async () => {
    try {
      const batch = await send('post', '/tests/batch', {body: {queue_ids: [...ids]}});
      notify({text: t('batch.started', {id: batch.batch_id, count: batch.total})});
      onDone();
      await queries.invalidateQueries({queryKey: ['queue']});
      navigate(`/batches/${batch.batch_id}`);
    } catch (error) {
      notify({text: problemText(error), tone: 'bad'});
    }
  };
  return (
    <div className="row">
      <span>{t('common.selected', {count: ids.size})}</span>
      <Button size="compact-sm" onClick={() => void start()}>
        {t('queue.batchSelected')}
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={onDone}>
        {t('approvals.clearSelection')}
      </Button>
    </div>
  );
}
