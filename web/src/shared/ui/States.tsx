// What a page or a part of it shows when it has no content: nothing there, on its way, failed, forbidden.
import {Button, Loader} from '@mantine/core';
import {IconAlertTriangle, IconCircleCheck, IconLock, IconMapOff, IconPlugConnectedX} from '@tabler/icons-react';
import {useEffect, type ReactNode} from 'react';
import {ApiError} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {Said, useProblemText} from './Said';
import styles from './States.module.css';

// `isPage`: it stands in place of a whole page, and its title is the page's.
function Message({icon, title, children, isPage}: {icon: ReactNode; title: string; children?: ReactNode; isPage?: boolean}) {
  const t = useT();
  useEffect(() => {
    if (isPage) document.title = `${title} · ${t('app.name')}`;
  }, [isPage, title, t]);
  const Title = isPage ? 'h1' : 'p';
  return (
    <div className={styles.message} data-page={isPage || undefined}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <Title className={styles.title}>{title}</Title>
      {children}
    </div>
  );
}

export function EmptyState({title, hint, action, isPage}: {title: string; hint?: string; action?: ReactNode; isPage?: boolean}) {
  return (
    <Message icon={<IconCircleCheck />} title={title} isPage={isPage}>
      {hint && <p className="soft">{hint}</p>}
      {action}
    </Message>
  );
}

export function LoadingState() {
  const t = useT();
  return (
    <div className={styles.message} role="status">
      <Loader size="sm" />
      <span className="hidden-text">{t('app.loading')}</span>
    </div>
  );
}

export function ForbiddenState({permission}: {permission: string}) {
  const t = useT();
  return (
    <Message icon={<IconLock />} title={t('state.forbidden')} isPage>
      <p className="soft">{t('state.forbiddenHint', {permission})}</p>
    </Message>
  );
}

export function NotFoundState({isPage}: {isPage?: boolean}) {
  const t = useT();
  return (
    <Message icon={<IconMapOff />} title={t('state.notFound')} isPage={isPage}>
      <p className="soft">{t('state.notFoundHint')}</p>
    </Message>
  );
}

export function CrashedState() {
  const t = useT();
  return (
    <Message icon={<IconAlertTriangle />} title={t('state.crashed')} isPage>
      <p className="soft">{t('state.crashedHint')}</p>
      <Button onClick={() => window.location.reload()}>{t('state.reload')}</Button>
    </Message>
  );
}

export function ErrorState({error, retry, isPage}: {error: unknown; retry?: () => void; isPage?: boolean}) {
  const t = useT();
  const problemText = useProblemText();
  const problem = error instanceof ApiError ? error : null;
  if (problem?.status === 403) return <Message icon={<IconLock />} title={t('state.forbidden')} isPage={isPage}><p className="soft"><Said>{problem.message}</Said></p></Message>;
  if (problem?.status === 404) return <NotFoundState isPage={isPage} />;
  return (
    <Message icon={problem?.status === 0 ? <IconPlugConnectedX /> : <IconAlertTriangle />} title={t('state.error')} isPage={isPage}>
      <p className="soft wrap">{problemText(error)}</p>
      {problem?.requestId && <p className="soft mono">{t('common.requestId', {id: problem.requestId})}</p>}
      {retry && (
        <Button variant="default" onClick={retry}>
          {t('common.retry')}
        </Button>
      )}
    </Message>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

// The answer when it is there, else what there is instead. An older answer stays while a newer one fails: the banner says so.
export function Answer<T>({of, isPage, children}: {of: Asked<T>; isPage?: boolean; children: (data: T) => ReactNode}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <ErrorState error={of.error} retry={() => void of.refetch()} isPage={isPage} />;
  return <LoadingState />;
}
