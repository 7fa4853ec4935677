import {Button, TextInput} from '@mantine/core';
import {useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {address, call} from '@/shared/api/client';
import type {Page as PageOf} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {Badge} from '@/shared/ui/Badges';
import {DataTable, type Column} from '@/shared/ui/DataTable';
import {ActionDialog} from '@/shared/ui/Dialogs';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {EmptyState} from '@/shared/ui/States';
import {RoleChoice} from './Roles';
import {Secret} from './Secret';
import type {ApiKey, Role} from './types';

export function Keys() {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey>();
  const [shown, setShown] = useState<{name: string; key: string}>();
  const revoke = async () => {
    await call('DELETE', address('/api-keys/{id}', {id: revoked!.id}));
    notify({text: t('users.revoked', {name: revoked!.name})});
    await queries.invalidateQueries({queryKey: ['users']});
  };
  const columns: Column<ApiKey>[] = [
    {id: 'name', header: t('common.name'), width: 'minmax(9rem, 1fr)', cell: (row) => row.name},
    {id: 'roles', header: t('users.roles'), width: 'minmax(9rem, 1.2fr)', cell: (row) => row.roles.map((role) => t(`users.role.${role}`)).join(', ') || '–'},
    {id: 'by', header: t('audit.actor'), width: '9rem', cell: (row) => row.created_by},
    {id: 'expires', header: t('users.keyExpires'), width: '9rem', cell: (row) => (row.expires_at ? <Instant at={row.expires_at} /> : t('users.keyNever'))},
    {id: 'used', header: t('users.keyLastUsed'), width: '8rem', cell: (row) => <Instant at={row.last_used_at} relative />},
    {
      id: 'actions',
      header: t('common.actions'),
      width: '8rem',
      cell: (row) =>
        row.revoked_at ? (
          <Badge tone="mute">{t('users.keyRevoked')}</Badge>
        ) : (
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRevoked(row)} aria-label={`${t('users.revoke')} ${row.name}`}>
            {t('users.revoke')}
          </Button>
        ),
    },
  ];
  return (
    <>
      <div>
        <Button onClick={() => setAdding(true)}>{t('users.addKey')}</Button>
      </div>
      <DataTable
        label={t('users.tab.keys')}
        queryKey={['users', 'keys']}
        fetchPage={(offset, limit, signal) => call<PageOf<ApiKey>>('GET', address('/api-keys', {}, {offset, limit}), undefined, signal)}
        columns={columns}
        rowId={(row) => row.id}
        empty={<EmptyState title={t('users.keysNone')} hint={t('users.keysNoneHint')} />}
      />
      {isAdding && <KeyForm onKey={(name, key) => setShown({name, key})} onClose={() => setAdding(false)} />}
      {revoked && <ActionDialog title={t('users.revokeTitle', {name: revoked.name})} what={t('users.revokeWhat')} confirm={t('users.revoke')} isDangerous onConfirm={revoke} onClose={() => setRevoked(undefined)} />}
      {shown && <Secret title={shown.name} hint={t('users.keyShown')} value={shown.key} onClose={() => setShown(undefined)} />}
    </>
  );
}

function KeyForm({onKey, onClose}: {onKey: (name: string, key: string) => void; onClose: () => void}) {
  const t = useT();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [until, setUntil] = useState('');
  const [chosen, setChosen] = useState<Role[]>(['viewer']);
  const add = async () => {
    const expires = until ? {expires_at: new Date(`${until}T23:59:59`).toISOString()} : {};
    const made = await call<{key: string}>('POST', address('/api-keys'), {name, roles: chosen, ...expires});
    onKey(name, made.key);
    await queries.invalidateQueries({queryKey: ['users']});
  };
  return (
    <ActionDialog title={t('users.addKey')} what={t('users.keysNoneHint')} confirm={t('common.add')} isReady={name !== '' && chosen.length > 0} onConfirm={add} onClose={onClose}>
      <TextInput label={t('common.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={100} data-autofocus />
      <TextInput type="date" label={t('users.keyExpires')} description={t('users.keyExpiresHint')} value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
      <RoleChoice value={chosen} onChange={setChosen} />
    </ActionDialog>
  );
}
