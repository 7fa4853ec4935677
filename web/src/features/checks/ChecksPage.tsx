import {Button} from '@mantine/core';
import {useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {get, send} from '@/shared/api/client';
import type {CustomCheck} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useMay} from '@/shared/lib/session';
import {Badge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {ActionDialog} from '@/shared/ui/Dialogs';
import {systemNames} from '@/shared/ui/Filters';
import {useNotify} from '@/shared/ui/Notices';
import {Page} from '@/shared/ui/Page';
import {EmptyState} from '@/shared/ui/States';
import {CheckForm} from './CheckForm';

function whatIsAsked(check: CustomCheck): string {
  if (check.type === 'command') return check.shell ?? (check.argv ?? []).join(' ');
  if (check.type === 'http') return check.url ?? '';
  return `${check.host ?? ''}:${check.port ?? ''}`;
}

export default function ChecksPage() {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const mayManage = useMay('manage_checks');
  const [edited, setEdited] = useState<CustomCheck | 'new'>();
  const [removed, setRemoved] = useState<CustomCheck>();
  const scopeOf = (check: CustomCheck) => (check.os ? (systemNames[check.os] ?? check.os) : (check.group ?? t('checks.oneSystem', {id: check.system_id ?? 0})));
  const remove = async () => {
    await send('delete', '/checks/{id}', {path: {id: removed!.id}});
    notify({text: t('checks.deleted', {name: removed!.name ?? ''})});
    await queries.invalidateQueries({queryKey: ['checks']});
  };
  const columns: Column<CustomCheck>[] = [
    {id: 'name', header: t('common.name'), width: 'minmax(10rem, 1fr)', cell: (row) => row.name},
    {id: 'scope', header: t('checks.scope'), width: '9rem', cell: scopeOf},
    {id: 'type', header: t('checks.type'), width: '8rem', cell: (row) => row.type && t(`checks.type.${row.type}`)},
    {id: 'what', header: t('checks.what'), width: 'minmax(12rem, 2fr)', cell: (row) => <span className="mono">{whatIsAsked(row)}</span>},
    {id: 'enabled', header: t('checks.enabled'), width: '5rem', cell: (row) => <Badge tone={row.enabled ? 'ok' : 'mute'}>{t(row.enabled ? 'common.yes' : 'common.no')}</Badge>},
    {
      id: 'actions',
      header: t('common.actions'),
      width: '11rem',
      cell: (row) =>
        mayManage && (
          <span className="row tight">
            <Button size="compact-xs" variant="default" onClick={() => setEdited(row)} aria-label={`${t('common.edit')} ${row.name}`}>
              {t('common.edit')}
            </Button>
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRemoved(row)} aria-label={`${t('common.delete')} ${row.name}`}>
              {t('common.delete')}
            </Button>
          </span>
        ),
    },
  ];
  return (
    <Page title={t('checks.title')} fill actions={mayManage && <Button onClick={() => setEdited('new')}>{t('checks.add')}</Button>}>
      <p className="soft">{t('checks.intro')}</p>
      <DataTable
        label={t('checks.title')}
        queryKey={['checks', 'list']}
        fetchPage={(offset, limit, signal) => get('/checks', {query: {offset, limit}, signal})}
        columns={columns}
        rowId={(row) => row.id}
        empty={<EmptyState title={t('checks.none')} hint={t('checks.noneHint')} />}
      />
      {edited && <CheckForm check={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />}
      {removed && <ActionDialog title={t('checks.deleteTitle', {name: removed.name ?? ''})} what={t('checks.deleteWhat')} confirm={t('common.delete')} isDangerous onConfirm={remove} onClose={() => setRemoved(undefined)} />}
    </Page>
  );
}
