import {Button} from '@mantine/core';
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {get, send} from '@/shared/api/client';
import type {SyncRun, SyncSourceStatus} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {useMay} from '@/shared/lib/session';
import {formatDuration} from '@/shared/lib/time';
import {Badge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {FilterBar, SelectFilter} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Facts, Page, Panel} from '@/shared/ui/Page';
import {useProblemText} from '@/shared/ui/Said';
import {Answer, EmptyState} from '@/shared/ui/States';
import {CveLists} from './CveLists';

const sources = ['uyuni', 'spm_sync'] as const;
const statuses = ['running', 'succeeded', 'failed'] as const;
const tones = {running: 'info', succeeded: 'ok', failed: 'bad'} as const;

export default function SyncPage() {
  const t = useT();
  const status = useQuery({queryKey: ['sync', 'status'], queryFn: ({signal}) => get('/sync/status', {signal})});
  return (
    <Page title={t('sync.title')} fill>
      <Answer of={status}>
        {(loaded) => (
          <>
            {loaded.sources.map((source) => (
              <Source key={source.source} source={source} />
            ))}
          </>
        )}
      </Answer>
      <CveLists />
      <Runs />
    </Page>
  );
}

function Source({source}: {source: SyncSourceStatus}) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const mayTrigger = useMay('trigger_sync');
  const name = t(`sync.source.${source.source}`);
  const trigger = useMutation({
    mutationFn: () => send('post', '/sync/trigger', {body: {source: source.source}}),
    onSuccess: async (run) => {
      notify({text: run.already_running ? t('sync.already', {source: name}) : t('sync.triggered', {source: name}), tone: 'info'});
      await queries.invalidateQueries({queryKey: ['sync']});
    },
    onError: (error) => notify({text: problemText(error), tone: 'bad'}),
  });
  return (
    <Panel
      title={name}
      tone={source.last_error ? 'bad' : undefined}
      aside={
        mayTrigger &&
        source.enabled && (
          <Button size="compact-sm" loading={trigger.isPending || source.running} onClick={() => trigger.mutate()} aria-label={`${t('sync.trigger')}: ${name}`}>
            {t('sync.trigger')}
          </Button>
        )
      }
    >
      <div className="stack tight">
        <p className="soft">{source.enabled ? t(`sync.what.${source.source}`) : t('sync.disabled')}</p>
        {source.enabled && (
          <Facts
            items={[
              [t('sync.lastSuccess'), source.last_success ? <Instant key="last" at={source.last_success} relative /> : t('sync.never')],
              [t('sync.next'), <Instant key="next" at={source.next_run} relative />],
              [t('sync.duration'), formatDuration(source.duration)],
              [t('sync.inserted'), source.inserted],
              [t('sync.updated'), source.updated],
              [t('sync.withdrawn'), source.withdrawn],
              [t('sync.errors'), source.errors],
            ]}
          />
        )}
        {source.last_error && (
          <p className="bad wrap" lang="en">
            {source.last_error}
          </p>
        )}
      </div>
    </Panel>
  );
}

function Runs() {
  const t = useT();
  const {filters, setFilter} = useFilters(['source', 'status']);
  const query = {source: sources.find((each) => each === filters.source), status: statuses.find((each) => each === filters.status)};
  const columns: Column<SyncRun>[] = [
    {id: 'started', header: t('tests.started'), width: '11rem', cell: (row) => <Instant at={row.started_at} />},
    {id: 'source', header: t('sync.source'), width: '7rem', cell: (row) => t(`sync.source.${row.source}`)},
    {id: 'status', header: t('common.status'), width: '8rem', cell: (row) => <Badge tone={tones[row.status]}>{t(`sync.status.${row.status}`)}</Badge>},
    {id: 'duration', header: t('sync.duration'), width: '6rem', end: true, cell: (row) => formatDuration(row.duration)},
    {id: 'inserted', header: t('sync.inserted'), width: '5rem', end: true, cell: (row) => row.inserted},
    {id: 'updated', header: t('sync.updated'), width: '5rem', end: true, cell: (row) => row.updated},
    {id: 'withdrawn', header: t('sync.withdrawn'), width: '5rem', end: true, cell: (row) => row.withdrawn},
    {id: 'errors', header: t('sync.errors'), width: '5.5rem', end: true, cell: (row) => row.errors},
    {id: 'by', header: t('sync.requestedBy'), width: '8rem', cell: (row) => row.requested_by},
    {id: 'error', header: t('common.reason'), width: 'minmax(10rem, 1fr)', cell: (row) => (row.error ? <span className="bad" lang="en" title={row.error}>{row.error}</span> : '–')},
  ];
  return (
    <>
      <FilterBar>
        <SelectFilter label={t('sync.source')} value={filters.source} onChange={(value) => setFilter('source', value)} choices={sources.map((each) => ({value: each, label: t(`sync.source.${each}`)}))} />
        <SelectFilter label={t('common.status')} value={filters.status} onChange={(value) => setFilter('status', value)} choices={statuses.map((each) => ({value: each, label: t(`sync.status.${each}`)}))} />
      </FilterBar>
      <DataTable
        label={t('sync.runs')}
        queryKey={['sync', 'runs', query]}
        fetchPage={(offset, limit, signal) => get('/sync/runs', {query: {...query, offset, limit}, signal})}
        columns={columns}
        rowId={(row) => row.id}
        empty={<EmptyState title={t('sync.runsNone')} />}
      />
    </>
  );
}
