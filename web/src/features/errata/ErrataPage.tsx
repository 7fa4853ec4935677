import {useState} from 'react';
import {Link} from 'react-router-dom';
import {Button} from '@mantine/core';
import {get} from '@/shared/api/client';
import type {Erratum, Severity} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {SeverityBadge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {FilterBar, OsFilter, SearchFilter, SelectFilter, SeverityFilter} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {Page} from '@/shared/ui/Page';
import {EmptyState} from '@/shared/ui/States';

const types = ['security', 'bugfix', 'enhancement', 'unknown'] as const;
const sorts = ['issued_at', 'severity', 'errata_id'] as const;
const sources = ['uyuni', 'spm_sync'] as const;

export default function ErrataPage() {
  const t = useT();
  const {filters, setFilter, clear} = useFilters(['q', 'severity', 'os', 'type', 'applicable', 'source', 'sort', 'cve', 'system_id']);
  const [total, setTotal] = useState(0);
  const isCve = /^CVE-\d{4}-\d{4,}$/i.test(filters.q ?? '');
  const query = {
    ...(filters.q && (isCve ? {cve: filters.q.toUpperCase()} : {q: filters.q})),
    severity: filters.severity as Severity | undefined,
    os: filters.os,
    type: types.find((each) => each === filters.type),
    applicable: filters.applicable === undefined ? undefined : filters.applicable === 'true',
    system_id: Number(filters.system_id) || undefined,
    source: sources.find((each) => each === filters.source),
    sort: sorts.find((each) => each === filters.sort) ?? 'issued_at',
  };
  const isFiltered = Object.keys(filters).some((name) => name !== 'sort');
  const columns: Column<Erratum>[] = [
    {id: 'errata', header: t('common.advisory'), width: 'minmax(10rem, 1fr)', cell: (row) => row.errata_id},
    {id: 'synopsis', header: t('common.synopsis'), width: 'minmax(12rem, 2.4fr)', cell: (row) => <span title={row.synopsis} className={row.superseded_by ? 'soft' : undefined}>{row.synopsis}</span>},
    {id: 'severity', header: t('common.severity'), width: '6rem', cell: (row) => <SeverityBadge severity={row.severity} />},
    {id: 'type', header: t('errata.type'), width: '7rem', cell: (row) => t(`errata.type.${row.type}`)},
    {id: 'os', header: t('common.os'), width: '8rem', cell: (row) => row.distribution || '–'},
    {id: 'missing', header: t('errata.col.missing'), width: '7rem', end: true, cell: (row) => (row.applicable_system_count > 0 ? t('common.systems', {count: row.applicable_system_count}) : <span className="soft">–</span>)},
    {id: 'cves', header: t('errata.col.cves'), width: '4rem', end: true, cell: (row) => row.cves.length || <span className="soft">–</span>},
    {id: 'packages', header: t('errata.col.packages'), width: '5rem', end: true, cell: (row) => row.package_count ?? '?'},
    {id: 'issued', header: t('errata.col.issued'), width: '8rem', isLabelled: true, cell: (row) => <Instant at={row.issued_at} relative />},
  ];
  return (
    <Page title={t('errata.title')} fill>
      <div className="row apart">
        <FilterBar onClear={isFiltered ? clear : undefined}>
          <SearchFilter value={filters.q} onChange={(value) => setFilter('q', value)} label={t('errata.search')} />
          <SeverityFilter value={filters.severity} onChange={(value) => setFilter('severity', value)} />
          <OsFilter value={filters.os} onChange={(value) => setFilter('os', value)} />
          <SelectFilter label={t('errata.type')} value={filters.type} onChange={(value) => setFilter('type', value)} choices={types.map((each) => ({value: each, label: t(`errata.type.${each}`)}))} />
          <SelectFilter
            label={t('errata.applicable')}
            value={filters.applicable}
            onChange={(value) => setFilter('applicable', value)}
            choices={(['true', 'false'] as const).map((each) => ({value: each, label: t(`errata.applicable.${each}`)}))}
          />
          <SelectFilter label={t('errata.source')} value={filters.source} onChange={(value) => setFilter('source', value)} choices={sources.map((each) => ({value: each, label: t(`sync.source.${each}`)}))} />
          <SelectFilter label={t('common.sort')} required value={query.sort} onChange={(value) => setFilter('sort', value)} choices={sorts.map((each) => ({value: each, label: t(`errata.sort.${each}`)}))} />
        </FilterBar>
        <span className="soft">{t('errata.count', {count: total})}</span>
      </div>
      {filters.system_id && (
        <p>
          <Link to={`/systems/${filters.system_id}`}>{t('errata.ofSystem', {id: filters.system_id})}</Link>
        </p>
      )}
      <DataTable
        label={t('errata.title')}
        queryKey={['errata', 'list', query]}
        fetchPage={(offset, limit, signal) => get('/errata', {query: {...query, offset, limit}, signal})}
        columns={columns}
        rowId={(row) => row.errata_id}
        rowHref={(row) => `/errata/${encodeURIComponent(row.errata_id)}`}
        onTotal={setTotal}
        empty={
          isFiltered ? (
            <EmptyState title={t('state.emptyFiltered')} hint={t('state.emptyFilteredHint')} action={<Button variant="default" onClick={clear}>{t('common.clear')}</Button>} />
          ) : (
            <EmptyState title={t('errata.none')} hint={t('errata.noneHint')} />
          )
        }
      />
    </Page>
  );
}
