import {Button, PasswordInput, TextInput} from '@mantine/core';
import {useMutation, useQuery} from '@tanstack/react-query';
import {useState, type FormEvent} from 'react';
import {address, ApiError, call, get} from '@/shared/api/client';
import {useI18n} from '@/shared/i18n/i18n';
import {en, type MessageKey} from '@/shared/i18n/messages/en';
import {Refusal} from '@/shared/ui/Dialogs';
import styles from './LoginPage.module.css';

// Why single sign-on led back here: the service writes it into the address.
function singleSignOnProblem(): MessageKey | null {
  const code = new URLSearchParams(window.location.search).get('login_error');
  if (code === null) return null;
  const key = `login.sso.${code}`;
  return key in en ? (key as MessageKey) : 'login.sso.login_refused';
}

// The page that was asked for, when the service takes its address.
function returnTo(): string {
  const search = new URLSearchParams(window.location.search);
  search.delete('login_error');
  const path = window.location.pathname + (search.size > 0 ? `?${search}` : '');
  return path.length <= 512 && /^\/([\w.~%?=&:+,@!#*-][\w./~%?=&:+,@!#*-]*)?$/.test(path) ? path : '/';
}

export default function LoginPage({expired, onLogin}: {expired: boolean; onLogin: () => Promise<void>}) {
  const {t, language, setLanguage} = useI18n();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const login = useMutation({mutationFn: () => call('POST', address('/auth/login'), {username, password}), onSuccess: onLogin});
  // Where it cannot be asked, the password is still there.
  const methods = useQuery({queryKey: ['login-methods'], queryFn: ({signal}) => get('/auth/methods', {signal}), retry: false});
  const outside = methods.data?.oidc;
  const problem = singleSignOnProblem();
  const isRefused = login.error instanceof ApiError && login.error.status === 401;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <p className={styles.brand}>
          <img src="/favicon.svg" alt="" width={28} height={28} /> {t('app.name')}
        </p>
        <h1 className={styles.title}>{t('login.title')}</h1>
        {expired && <p role="status">{t('login.expired')}</p>}
        {problem && (
          <p role="alert" className="bad">
            {t(problem)}
          </p>
        )}
        {outside && (
          <Button component="a" href={address('/auth/oidc/login', {}, {return_to: returnTo()})} variant="default" fullWidth>
            {t('login.sso', {label: outside.label})}
          </Button>
        )}
        <TextInput label={t('login.username')} value={username} onChange={(event) => setUsername(event.currentTarget.value)} autoComplete="username" required autoFocus />
        <PasswordInput label={t('login.password')} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="current-password" required />
        {login.error && (isRefused ? <p role="alert" className="bad">{t('login.refused')}</p> : <Refusal error={login.error} />)}
        <Button type="submit" fullWidth loading={login.isPending}>
          {t('login.submit')}
        </Button>
        <button type="button" className={styles.language} lang={language === 'en' ? 'it' : 'en'} onClick={() => setLanguage(language === 'en' ? 'it' : 'en')}>
          {language === 'en' ? 'Italiano' : 'English'}
        </button>
      </form>
    </main>
  );
}
