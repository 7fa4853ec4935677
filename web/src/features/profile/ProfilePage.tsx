// Who one is, what one may do, where one is logged in.
import {Button, PasswordInput} from '@mantine/core';
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {useState, type FormEvent} from 'react';
import {address, call} from '@/shared/api/client';
import type {Page as PageOf} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {en, type MessageKey} from '@/shared/i18n/messages/en';
import {useSession} from '@/shared/lib/session';
import {Badge} from '@/shared/ui/Badges';
import {Refusal} from '@/shared/ui/Dialogs';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Page, Panel, PlainTable} from '@/shared/ui/Page';
import {useProblemText} from '@/shared/ui/Said';
import {Answer} from '@/shared/ui/States';

interface OwnSession {
  id: number;
  method: 'password' | 'oidc';
  from_address: string;
  user_agent: string;
  created_at: string;
  last_seen_at: string;
  is_current: boolean;
}

export default function ProfilePage() {
  const t = useT();
  const {name, roles, permissions, isDemo, hasPassword, mustChangePassword} = useSession();
  return (
    <Page title={t('profile.title')} aside={[name, ...roles.map((role) => t(`users.role.${role}` as MessageKey))].join(' · ')}>
      {isDemo && (
        <Panel>
          <p>{t('profile.demo')}</p>
        </Panel>
      )}
      {mustChangePassword && (
        <p role="alert" className="warn">
          {t('login.mustChange')}
        </p>
      )}
      {hasPassword && <PasswordPanel />}
      {!isDemo && !mustChangePassword && <Sessions />}
      {permissions !== 'all' && (
        <Panel title={t('profile.permissions')}>
          <ul className="stack tight">
            {[...permissions].map((permission) => {
              const key = `permission.${permission}`;
              return <li key={permission}>{key in en ? t(key as MessageKey) : permission}</li>;
            })}
          </ul>
        </Panel>
      )}
    </Page>
  );
}

function Sessions() {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const sessions = useQuery({queryKey: ['profile', 'sessions'], queryFn: ({signal}) => call<PageOf<OwnSession>>('GET', address('/auth/sessions'), undefined, signal)});
  const end = useMutation({
    mutationFn: (id: number) => call('DELETE', address('/auth/sessions/{id}', {id})),
    onSuccess: async () => {
      notify({text: t('profile.sessionEnded')});
      await queries.invalidateQueries({queryKey: ['profile']});
    },
    onError: (error) => notify({text: problemText(error), tone: 'bad'}),
  });
  return (
    <Panel title={t('profile.sessions')} flush>
      <Answer of={sessions}>
        {({items}) => (
          <PlainTable label={t('profile.sessions')} head={[t('profile.sessionFrom'), t('profile.sessionBegan'), t('profile.sessionSeen'), '']}>
            {items.map((session) => (
              <tr key={session.id}>
                <td className="wrap">
                  {session.from_address} <span className="soft">{session.user_agent}</span>
                </td>
                <td>
                  <Instant at={session.created_at} />
                </td>
                <td>
                  <Instant at={session.last_seen_at} relative />
                </td>
                <td>
                  {session.is_current ? (
                    <Badge tone="info">{t('profile.current')}</Badge>
                  ) : (
                    <Button size="compact-xs" variant="default" onClick={() => end.mutate(session.id)}>
                      {t('profile.endSession')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </Answer>
    </Panel>
  );
}

function PasswordPanel() {
  const t = useT();
  const notify = useNotify();
  const {refresh} = useSession();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => call('POST', address('/auth/password'), {current_password: current, new_password: next}),
    onSuccess: async () => {
      setCurrent('');
      setNext('');
      notify({text: t('profile.passwordChanged')});
      await refresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Panel title={t('profile.password')}>
      <form className="stack" onSubmit={submit} style={{maxWidth: '24rem'}}>
        <PasswordInput label={t('profile.currentPassword')} value={current} onChange={(event) => setCurrent(event.currentTarget.value)} autoComplete="current-password" required />
        <PasswordInput label={t('users.newPassword')} description={t('users.passwordHint')} value={next} onChange={(event) => setNext(event.currentTarget.value)} autoComplete="new-password" minLength={12} required />
        {change.error && <Refusal error={change.error} />}
        <div>
          <Button type="submit" loading={change.isPending}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
