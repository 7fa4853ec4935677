import {Button, PasswordInput, TextInput} from '@mantine/core';
import {useMutation} from '@tanstack/react-query';
import {useState, type FormEvent} from 'react';
import {address, ApiError, call} from '@/shared/api/client';
import {useI18n} from '@/shared/i18n/i18n';
import {Refusal} from '@/shared/ui/Dialogs';
import styles from './LoginPage.module.css';

export default function LoginPage({expired, onLogin}: {expired: boolean; onLogin: () => Promise<void>}) {
  const {t, language, setLanguage} = useI18n();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const login = useMutation({mutationFn: () => call('POST', address('/auth/login'), {username, password}), onSuccess: onLogin});
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
