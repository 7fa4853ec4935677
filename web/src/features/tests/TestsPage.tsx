import {useQuery} from '@tanstack/react-query';
import {useState} from 'react';
import {get} from '@/shared/api/client';
import type {TestEntry} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import type {MessageKey} from '@/shared/i18n/messages/en';
import {useFilters} from '@/shared/lib/filters';
import {formatDuration} from '@/shared/lib/time';
import {TestStatusBadge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {FilterBar, OsFilter, SelectFilter, systemNames} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {Facts, Page, Panel, PlainTable} from '@/shared/ui/Page';
import {Said} from '@/shared/ui/Said';
import {Answer, EmptyState} from '@/shared/ui/States';
import {Batches} from './Batches';
import {RunningTests} from './RunningTests';
import styles from './TestsPage.module.css';

const results = ['passed', 'failed', 'error', 'aborted'] as const;
const looked = 200; // finished tests looked at for failures

export default function TestsPage() {
  const t = useT();
  return (
    <Page title={t('tests.title')}>
      <div className={styles.panorama}>
        <Panel title={t('tests.running')} flush>
          <RunningTests />
        </Panel>
        <div className="stack">
          <LastDay />
          <TestSystems />
        </div>
        <Batches />
        <Failures />
      </div>
      <h2 className={styles.heading}>{t('tests.history')}</h2>
      <History />
    </Page>
  );
}

function LastDay() {
  const t = useT();
  const status = useQuery({queryKey: ['tests', 'status'], queryFn: ({signal}) => get('/tests/status', {signal})});
  return (
    <Panel title={t('tests.lastDay')}>
      <Answer of={status}>
        {({last_24_hours: day}) => (
          <Facts
            items={[
              ...results.map((result): [string, number] => [t(`testStatus.${result}`), day[result]]),
              [t('tests.average'), formatDuration(day.average_duration_seconds)],
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}

function TestSystems() {
  const t = useT();
  const status = useQuery({queryKey: ['tests', 'status'], queryFn: ({signal}) => get('/tests/status', {signal})});
  return (
    <Panel title={t('tests.systemsTitle')} flush>
      <Answer of={status}>
        {({test_systems: systems}) => (
          <PlainTable label={t('tests.systemsTitle')} head={[t('common.os'), t('tests.free'), t('tests.busy'), t('tests.quarantined'), t('tests.offline')]}>
            {Object.entries(systems).map(([os, count]) => (
              <tr key={os}>
                <td>{systemNames[os] ?? os}</td>
                <td>{count.free}</td>
                <td>{count.busy}</td>
                <td className={count.quarantined > 0 ? 'warn' : undefined}>{count.quarantined}</td>
                <td className={count.offline > 0 ? 'warn' : undefined}>{count.offline}</td>
              </tr>
            ))}
          </PlainTable>
        )}
      </Answer>
    </Panel>
  );
}

function Failures() {
  const t = useT();
  const failed = useQuery({queryKey: ['tests', 'failures'], queryFn: ({signal}) => get('/tests', {query: {result: 'failed', limit: looked}, signal})});
  return (
    <Panel title={t('tests.failures')} flush>
      <Answer of={failed}>
        {({items}) => {
          const groups = new Map<string, number>();
          for (const item of items) {
            const key = `${item.failure_phase ?? ''}|${item.failure_class ?? ''}`;
            groups.set(key, (groups.get(key) ?? 0) + 1);
          }
          if (groups.size === 0) return <p className={`soft ${styles.inset}`}>{t('tests.failuresNone')}</p>;
          return (
            <PlainTable label={t('tests.failures')} head={[t('tests.phase'), t('tests.classes'), '']}>
              {[...groups].sort((a, b) => b[1] - a[1]).map(([key, count]) => {
                const [phase, kind] = key.split('|');
                return (
                  <tr key={key}>
                    <td>{phase ? t(`phase.${phase}` as MessageKey) : '–'}</td>
                    <td>{kind ? t(`failureClass.${kind}` as MessageKey) : '–'}</td>
                    <td>{count}</td>
                  </tr>
                );
              })}
            </PlainTable>
          );
        }}
      </Answer>
    </Panel>
  );
}

function History() {
  const t = useT();
  const {filters, setFilter, clear} = useFilters(['result', 'os']);
  const [total, setTotal] = useState(0);
  const query = {result: results.find((each) => each === filters.result), os: filters.os};
  const columns: Column<TestEntry>[] = [
    {id: 'errata', header: t('common.advisory'), width: 'minmax(10rem, 1fr)', cell: (row) => row.errata_id},
    {id: 'result', header: t('tests.result'), width: '8rem', cell: (row) => <TestStatusBadge status={row.status} />},
    {id: 'os', header: t('common.os'), width: '5rem', cell: (row) => systemNames[row.target_os] ?? row.target_os},
    {id: 'system', header: t('tests.system'), width: 'minmax(8rem, 0.8fr)', cell: (row) => row.test_system.name},
    {
      id: 'why',
      header: t('common.reason'),
      width: 'minmax(12rem, 2.2fr)',
      cell: (row) =>
        row.failure_reason ? (
          <span title={row.failure_reason}>
            {row.failure_phase && <span className="soft">{t(`phase.${row.failure_phase}` as MessageKey)}: </span>}
            <Said>{row.failure_reason}</Said>
          </span>
        ) : (
          <span className="soft">–</span>
        ),
    },
    {id: 'duration', header: t('tests.duration'), width: '7rem', end: true, cell: (row) => formatDuration(row.duration_seconds)},
    {id: 'started', header: t('tests.started'), width: '8rem', isLabelled: true, cell: (row) => <Instant at={row.started_at} relative />},
  ];
  return (
    <>
      <div className="row apart">
        <FilterBar onClear={filters.result || filters.os ? clear : undefined}>
          <SelectFilter label={t('tests.result')} value={filters.result} onChange={(value) => setFilter('result', value)} choices={results.map((each) => ({value: each, label: t(`testStatus.${each}`)}))} />
          <OsFilter value={filters.os} onChange={(value) => setFilter('os', value)} />
        </FilterBar>
        <span className="soft">{t('common.total', {count: total})}</span>
      </div>
      <div className={styles.table}>
        <DataTable
          label={t('tests.history')}
          queryKey={['tests', 'list', query]}
          fetchPage={(offset, limit, signal) => get('/tests', {query: {...query, offset, limit}, signal})}
          columns={columns}
          rowId={(row) => row.test_id}
          rowHref={(row) => `/tests/${row.test_id}`}
          onTotal={setTotal}
          empty={<EmptyState title={t('tests.none')} hint={t('tests.noneHint')} />}
        />
      </div>
    </>
  );
}
