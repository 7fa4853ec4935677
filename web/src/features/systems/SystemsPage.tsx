import {useQuery} from '@tanstack/react-query';
import {useState} from 'react';
import {Button} from '@mantine/core';
import {address, call} from '@/shared/api/client';
import type {Page as PageOf} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {Badge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {FilterBar, OsFilter, SearchFilter, SelectFilter} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {Page} from '@/shared/ui/Page';
import {EmptyState} from '@/shared/ui/States';
import type {System} from './types';

const most = 500; // groups and organisations to choose from

export default function SystemsPage() {
  const t = useT();
  const {filters, setFilter, clear} = useFilters(['q', 'role', 'os', 'group', 'org', 'quarantined']);
  const [total, setTotal] = useState(0);
  const groups = useQuery({queryKey: ['systems', 'groups'], queryFn: ({signal}) => call<PageOf<{name: string}>>('GET', address('/groups', {}, {limit: most}), undefined, signal)});
  const orgs = useQuery({queryKey: ['systems', 'orgs'], queryFn: ({signal}) => call<PageOf<{id: number; name: string}>>('GET', address('/orgs', {}, {limit: most}), undefined, signal)});
  const isFiltered = Object.keys(filters).length > 0;
  const columns: Column<System>[] = [
    {id: 'name', header: t('common.name'), width: 'minmax(10rem, 1.4fr)', cell: (row) => row.name},
    {id: 'role', header: t('systems.role'), width: '6.5rem', cell: (row) => t(`role.${row.role}`)},
    {id: 'release', header: t('systems.release'), width: '8rem', cell: (row) => row.os_release || '–'},
    {id: 'ip', header: t('systems.ip'), width: '8rem', cell: (row) => <span className="mono">{row.ip || '–'}</span>},
    {id: 'groups', header: t('systems.group'), width: 'minmax(8rem, 1.2fr)', cell: (row) => <span title={row.groups.join(', ')}>{row.groups.join(', ') || '–'}</span>},
    {id: 'missing', header: t('systems.missing'), width: '5rem', end: true, cell: (row) => row.applicable_errata},
    {
      id: 'state',
      header: t('common.status'),
      width: 'minmax(9rem, 0.8fr)',
      cell: (row) => (
        <span className="row tight">
          {row.quarantined_at && <Badge tone="warn">{t('systems.quarantined')}</Badge>}
          {row.current_test_id && <Badge tone="info">{t('systems.currentTest')}</Badge>}
          {row.unreachable_at && <Badge tone="bad">{t('tests.offline')}</Badge>}
          {row.reboot_pending && <Badge tone="mute">{t('systems.rebootPending')}</Badge>}
        </span>
      ),
    },
    {id: 'checkin', header: t('cluster.seen'), width: '8rem', isLabelled: true, cell: (row) => <Instant at={row.last_checkin_at} relative />},
  ];
  return (
    <Page title={t('systems.title')} fill>
      <div className="row apart">
        <FilterBar onClear={isFiltered ? clear : undefined}>
          <SearchFilter value={filters.q} onChange={(value) => setFilter('q', value)} label={t('systems.search')} />
          <SelectFilter label={t('systems.role')} value={filters.role} onChange={(value) => setFilter('role', value)} choices={(['test', 'production'] as const).map((each) => ({value: each, label: t(`role.${each}`)}))} />
          <OsFilter value={filters.os} onChange={(value) => setFilter('os', value)} />
          <SelectFilter label={t('systems.group')} value={filters.group} onChange={(value) => setFilter('group', value)} choices={(groups.data?.items ?? []).map(({name}) => ({value: name, label: name}))} />
          <SelectFilter label={t('systems.org')} value={filters.org} onChange={(value) => setFilter('org', value)} choices={(orgs.data?.items ?? []).map((org) => ({value: String(org.id), label: org.name}))} />
          <SelectFilter
            label={t('systems.quarantined')}
            value={filters.quarantined}
            onChange={(value) => setFilter('quarantined', value)}
            choices={(['true', 'false'] as const).map((each) => ({value: each, label: t(`systems.quarantine.${each}`)}))}
          />
        </FilterBar>
        <span className="soft">{t('common.systems', {count: total})}</span>
      </div>
      <DataTable
        label={t('systems.title')}
        queryKey={['systems', 'list', filters]}
        fetchPage={(offset, limit, signal) => call<PageOf<System>>('GET', address('/systems', {}, {...filters, offset, limit}), undefined, signal)}
        columns={columns}
        rowId={(row) => row.id}
        rowHref={(row) => `/systems/${row.id}`}
        rowTone={(row) => (row.quarantined_at ? 'warn' : undefined)}
        onTotal={setTotal}
        empty={
          isFiltered ? (
            <EmptyState title={t('state.emptyFiltered')} hint={t('state.emptyFilteredHint')} action={<Button variant="default" onClick={clear}>{t('common.clear')}</Button>} />
          ) : (
            <EmptyState title={t('systems.none')} hint={t('systems.noneHint')} />
          )
        }
      />
    </Page>
  );
}
