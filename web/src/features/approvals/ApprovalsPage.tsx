import {Button} from '@mantine/core';
import {useState} from 'react';
import {get} from '@/shared/api/client';
import type {PendingApproval} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {useKeys} from '@/shared/lib/keys';
import {useMay} from '@/shared/lib/session';
import {Badge, SeverityBadge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {FilterBar, OsFilter, SearchFilter, SelectFilter, SeverityFilter, systemNames} from '@/shared/ui/Filters';
import {Figure} from '@/shared/ui/Gauge';
import {Instant} from '@/shared/ui/Instant';
import {Page} from '@/shared/ui/Page';
import {EmptyState} from '@/shared/ui/States';
import {BulkBar, useSelection} from './BulkBar';
import {useDecide} from './decide';
import {DecisionDialog} from './DecisionDialog';
import {HistoryTable, SnoozedTable} from './OtherDecisions';
import {DueDate, MetricsInBrief} from './Parts';
import {Tabs} from '@/shared/ui/Tabs';
import type {DecisionAction} from './types';

const sorts = ['urgency', 'pending_since', 'severity', 'score'] as const;
const tabs = ['pending', 'snoozed', 'history'] as const;

export default function ApprovalsPage() {
  const t = useT();
  const {filters, setFilter} = useFilters(['tab']);
  const tab = tabs.find((each) => each === filters.tab) ?? 'pending';
  return (
    <Page title={t('approvals.title')} fill>
      <Tabs label={t('approvals.title')} value={tab} choices={tabs.map((each) => ({value: each, label: t(`approvals.tab.${each}`)}))} onChange={(value) => setFilter('tab', value === 'pending' ? null : value)} />
      {tab === 'pending' && <Pending />}
      {tab === 'snoozed' && <SnoozedTable />}
      {tab === 'history' && <HistoryTable />}
    </Page>
  );
}

function Pending() {
  const t = useT();
  const mayDecide = useMay('decide');
  const decide = useDecide();
  const {filters, setFilter, clear} = useFilters(['q', 'severity', 'os', 'sort']);
  const [total, setTotal] = useState(0);
  const [active, setActive] = useState<PendingApproval>();
  const [asked, setAsked] = useState<{action: DecisionAction; item: PendingApproval}>();
  const query = {q: filters.q, severity: filters.severity as PendingApproval['severity'] | undefined, os: filters.os, sort: sorts.find((each) => each === filters.sort) ?? 'urgency'};
  const selection = useSelection(query);
  const isFiltered = Boolean(filters.q || filters.severity || filters.os);

  const ask = (action: DecisionAction) => () => mayDecide && active && setAsked({action, item: active});
  useKeys({a: ask('approve'), r: ask('reject'), s: ask('snooze')});

  const columns: Column<PendingApproval>[] = [
    {id: 'errata', header: t('common.advisory'), width: 'minmax(10rem, 1fr)', cell: (row) => row.errata_id},
    {id: 'synopsis', header: t('common.synopsis'), width: 'minmax(10rem, 2.4fr)', cell: (row) => <span title={row.synopsis}>{row.synopsis}</span>},
    {
      id: 'severity',
      header: t('common.severity'),
      width: '6rem',
      cell: (row) => (row.known_exploited ? <Badge tone="bad">{t('decision.kev')}</Badge> : <SeverityBadge severity={row.severity} />),
    },
    {id: 'urgency', header: t('approvals.col.urgency'), width: '4.5rem', end: true, cell: (row) => <Figure value={row.urgency_score} meaning="risk" />},
    {id: 'score', header: t('approvals.col.score'), width: '4rem', end: true, cell: (row) => <Figure value={row.success_score} meaning="safety" />},
    {id: 'os', header: t('common.os'), width: '5rem', cell: (row) => systemNames[row.target_os] ?? row.target_os},
    {id: 'test', header: t('approvals.col.test'), width: 'minmax(10rem, 1fr)', cell: (row) => <MetricsInBrief of={row.metrics_summary} />},
    {id: 'waiting', header: t('approvals.col.waiting'), width: '7rem', isLabelled: true, cell: (row) => <Instant at={row.pending_since} relative />},
    {id: 'due', header: t('approvals.col.due'), width: '6.5rem', isLabelled: true, cell: (row) => <DueDate at={row.sla_due} />},
    {id: 'approvals', header: t('approvals.col.approvals'), width: '5rem', end: true, cell: (row) => t('common.of', {a: row.approvals_given, b: row.approvals_required})},
  ];
  return (
    <>
      <div className="row apart">
        <FilterBar onClear={isFiltered ? clear : undefined}>
          <SearchFilter value={filters.q} onChange={(value) => setFilter('q', value)} />
          <SeverityFilter value={filters.severity} onChange={(value) => setFilter('severity', value)} />
          <OsFilter value={filters.os} onChange={(value) => setFilter('os', value)} />
          <SelectFilter label={t('common.sort')} required value={query.sort} onChange={(value) => setFilter('sort', value)} choices={sorts.map((sort) => ({value: sort, label: t(`approvals.sort.${sort}`)}))} />
        </FilterBar>
        <span className="soft">{t('approvals.count', {count: total})}</span>
      </div>
      {mayDecide && <BulkBar selection={selection} total={total} query={query} />}
      <DataTable
        label={t('approvals.title')}
        queryKey={['approvals', 'pending', query]}
        fetchPage={(offset, limit, signal) => get('/approvals/pending', {query: {...query, offset, limit}, signal})}
        columns={columns}
        rowId={(row) => row.queue_id}
        rowName={(row) => row.errata_id}
        rowHref={(row) => `/approvals/${row.queue_id}`}
        rowTone={(row) => (row.sla_due && Date.parse(row.sla_due) < Date.now() ? 'bad' : undefined)}
        selection={mayDecide ? selection : undefined}
        onTotal={setTotal}
        onActive={setActive}
        empty={
          isFiltered ? (
            <EmptyState title={t('state.emptyFiltered')} hint={t('state.emptyFilteredHint')} action={<Button variant="default" onClick={clear}>{t('common.clear')}</Button>} />
          ) : (
            <EmptyState title={t('approvals.none')} hint={t('approvals.noneHint')} />
          )
        }
      />
      {asked && (
        <DecisionDialog
          action={asked.action}
          title={t(`decision.${asked.action}Title`, {errata: asked.item.errata_id})}
          what={asked.action === 'approve' ? t('decision.approveBrief') : t(`decision.${asked.action}What`)}
          onDecide={(decision) => decide(asked.item, asked.action, decision)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}
