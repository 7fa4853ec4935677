import {Button} from '@mantine/core';
import {useMutation} from '@tanstack/react-query';
import {useState} from 'react';
import {address, call} from '@/shared/api/client';
import type {Page as PageOf} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {Dialog} from '@/shared/ui/Dialog';
import {Refusal} from '@/shared/ui/Dialogs';
import {FilterBar, SearchFilter} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {Facts, Page} from '@/shared/ui/Page';
import {EmptyState} from '@/shared/ui/States';
import styles from './AuditPage.module.css';

interface AuditRow {
  id: number;
  at: string;
  actor: string;
  from_address: string;
  action: string;
  subject_type: string;
  subject_id: string;
  before: unknown;
  after: unknown;
  reason: string;
}

interface Proof {
  valid: boolean;
  rows: number;
  first_broken_id: number | null;
  reason: string;
  head_hash: string;
}

export default function AuditPage() {
  const t = useT();
  const {filters, setFilter, clear} = useFilters(['q', 'actor', 'action']);
  const [total, setTotal] = useState(0);
  const [opened, setOpened] = useState<AuditRow>();
  const verify = useMutation({mutationFn: () => call<Proof>('GET', address('/audit/verify'))});
  const columns: Column<AuditRow>[] = [
    {
      id: 'action',
      header: t('audit.action'),
      width: 'minmax(11rem, 1fr)',
      cell: (row) => (
        <button type="button" className={styles.open} data-row-focus onClick={() => setOpened(row)}>
          {row.action}
        </button>
      ),
    },
    {id: 'subject', header: t('audit.subject'), width: '11rem', cell: (row) => `${row.subject_type} ${row.subject_id}`},
    {id: 'actor', header: t('audit.actor'), width: '11rem', cell: (row) => row.actor},
    {id: 'from', header: t('audit.from'), width: '8rem', cell: (row) => row.from_address || '–'},
    {id: 'reason', header: t('common.reason'), width: 'minmax(10rem, 1.6fr)', cell: (row) => <span title={row.reason}>{row.reason || '–'}</span>},
    {id: 'when', header: t('common.when'), width: '11rem', cell: (row) => <Instant at={row.at} />},
  ];
  return (
    <Page
      title={t('audit.title')}
      fill
      actions={
        <>
          <Button component="a" variant="default" href={address('/audit/export', {}, {...filters, format: 'csv'})} download="audit.csv">
            {t('audit.export')}
          </Button>
          <Button loading={verify.isPending} onClick={() => verify.mutate()}>
            {t('audit.verify')}
          </Button>
        </>
      }
    >
      <p className="soft">{t('audit.intro')}</p>
      {verify.data && (
        <p role="status" className={verify.data.valid ? 'ok' : 'bad'}>
          {verify.data.valid ? t('audit.valid', {rows: verify.data.rows}) : t('audit.broken', {id: verify.data.first_broken_id ?? '?', reason: verify.data.reason})}
          {verify.data.valid && <span className="soft mono wrap"> {verify.data.head_hash}</span>}
        </p>
      )}
      {verify.error && <Refusal error={verify.error} />}
      <div className="row apart">
        <FilterBar onClear={Object.keys(filters).length > 0 ? clear : undefined}>
          <SearchFilter value={filters.q} onChange={(value) => setFilter('q', value)} label={t('audit.search')} />
        </FilterBar>
        <span className="soft">{t('common.total', {count: total})}</span>
      </div>
      <DataTable
        label={t('audit.title')}
        queryKey={['audit', 'list', filters]}
        fetchPage={(offset, limit, signal) => call<PageOf<AuditRow>>('GET', address('/audit', {}, {...filters, offset, limit}), undefined, signal)}
        columns={columns}
        rowId={(row) => row.id}
        onTotal={setTotal}
        empty={<EmptyState title={t('audit.none')} />}
      />
      {opened && (
        <Dialog onClose={() => setOpened(undefined)} size="lg" title={opened.action}>
          <div className="stack">
            <Facts
              items={[
                [t('audit.actor'), opened.actor],
                [t('audit.from'), opened.from_address || '–'],
                [t('audit.subject'), `${opened.subject_type} ${opened.subject_id}`],
                [t('common.when'), <Instant key="at" at={opened.at} />],
              ]}
            />
            {opened.reason && <p className="wrap">{opened.reason}</p>}
            <div className={styles.sides}>
              {([['audit.before', opened.before], ['audit.after', opened.after]] as const).map(([label, value]) => (
                <div key={label} className="stack tight">
                  <strong>{t(label)}</strong>
                  <pre className={styles.value} tabIndex={0}>
                    {value === null ? '–' : JSON.stringify(value, null, 2)}
                  </pre>
                </div>
              ))}
            </div>
          </div>
        </Dialog>
      )}
    </Page>
  );
}
