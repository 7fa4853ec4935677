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
import type {Role, User} from './types';

type Asked = {what: 'edit'; user?: User} | {what: 'disable' | 'password'; user: User};

export function Users() {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>();
  const [password, setPassword] = useState<{name: string; value: string}>();
  const refresh = () => queries.invalidateQueries({queryKey: ['users']});
  const close = () => setAsked(undefined);

  const disable = (user: User, disabled: boolean) => async () => {
    await call('PATCH', address('/users/{id}', {id: user.id}), {disabled});
    notify({text: t('users.saved', {name: user.username})});
    await refresh();
  };
  const reset = (user: User) => async () => {
    const made = await call<{initial_password: string | null}>('POST', address('/users/{id}/password', {id: user.id}), {});
    if (made.initial_password) setPassword({name: user.username, value: made.initial_password});
    await refresh();
  };
  const columns: Column<User>[] = [
    {id: 'username', header: t('users.username'), width: 'minmax(9rem, 1fr)', cell: (row) => row.username},
    {id: 'name', header: t('common.name'), width: 'minmax(9rem, 1fr)', cell: (row) => row.display_name || '–'},
    {id: 'roles', header: t('users.roles'), width: 'minmax(10rem, 1.4fr)', cell: (row) => row.roles.map((role) => t(`users.role.${role}`)).join(', ')},
    {id: 'state', header: t('common.status'), width: '7rem', cell: (row) => <Badge tone={row.disabled ? 'mute' : 'ok'}>{t(row.disabled ? 'users.disabled' : 'users.active')}</Badge>},
    {id: 'login', header: t('users.lastLogin'), width: '8rem', cell: (row) => <Instant at={row.last_login_at} relative />},
    {
      id: 'actions',
      header: t('common.actions'),
      width: '23rem', // one line: rows are of one height
      cell: (row) => (
        <span className="row tight">
          <Button size="compact-xs" variant="default" onClick={() => setAsked({what: 'edit', user: row})} aria-label={`${t('common.edit')} ${row.username}`}>
            {t('common.edit')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setAsked({what: 'password', user: row})} aria-label={`${t('users.resetPassword')} ${row.username}`}>
            {t('users.resetPassword')}
          </Button>
          {row.disabled ? (
            <Button size="compact-xs" variant="default" onClick={() => void disable(row, false)()}>
              {t('users.enable')}
            </Button>
          ) : (
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => setAsked({what: 'disable', user: row})} aria-label={`${t('users.disable')} ${row.username}`}>
              {t('users.disable')}
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <div>
        <Button onClick={() => setAsked({what: 'edit'})}>{t('users.add')}</Button>
      </div>
      <DataTable
        label={t('users.tab.users')}
        queryKey={['users', 'list']}
        fetchPage={(offset, limit, signal) => call<PageOf<User>>('GET', address('/users', {}, {offset, limit}), undefined, signal)}
        columns={columns}
        rowId={(row) => row.id}
        empty={<EmptyState title={t('users.none')} />}
      />
      {asked?.what === 'edit' && <UserForm user={asked.user} onPassword={(name, value) => setPassword({name, value})} onClose={close} />}
      {asked?.what === 'disable' && <ActionDialog title={t('users.disableTitle', {name: asked.user.username})} what={t('users.disableWhat')} confirm={t('users.disable')} isDangerous onConfirm={disable(asked.user, true)} onClose={close} />}
      {asked?.what === 'password' && <ActionDialog title={t('users.resetTitle', {name: asked.user.username})} what={t('users.resetWhat')} confirm={t('users.resetPassword')} isDangerous onConfirm={reset(asked.user)} onClose={close} />}
      {password && <Secret title={password.name} hint={t('users.passwordShown')} value={password.value} onClose={() => setPassword(undefined)} />}
    </>
  );
}

function UserForm({user, onPassword, onClose}: {user?: User; onPassword: (name: string, value: string) => void; onClose: () => void}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [username, setUsername] = useState(user?.username ?? '');
  const [displayName, setDisplayName] = useState(user?.display_name ?? '');
  const [chosen, setChosen] = useState<Role[]>(user?.roles ?? ['viewer']);
  const save = async () => {
    const body = {display_name: displayName, roles: chosen};
    if (user) await call('PATCH', address('/users/{id}', {id: user.id}), body);
    else {
      const added = await call<{initial_password: string | null}>('POST', address('/users'), {username, ...body});
      if (added.initial_password) onPassword(username, added.initial_password);
    }
    notify({text: t('users.saved', {name: username})});
    await queries.invalidateQueries({queryKey: ['users']});
  };
  return (
    <ActionDialog title={user ? user.username : t('users.add')} what={user ? '' : t('users.addWhat')} confirm={t('common.save')} isReady={username !== '' && chosen.length > 0} onConfirm={save} onClose={onClose}>
      {!user && <TextInput label={t('users.username')} value={username} onChange={(event) => setUsername(event.currentTarget.value)} required autoComplete="off" data-autofocus />}
      <TextInput label={t('users.displayName')} value={displayName} onChange={(event) => setDisplayName(event.currentTarget.value)} autoComplete="off" />
      <RoleChoice value={chosen} onChange={setChosen} />
    </ActionDialog>
  );
}
