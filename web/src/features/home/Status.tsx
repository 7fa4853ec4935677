// The quieter parts of the home page.
import {useQuery} from '@tanstack/react-query';
import type {ReactNode} from 'react';
import {Link} from 'react-router-dom';
import {get} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {formatDuration} from '@/shared/lib/time';
import {Instant} from '@/shared/ui/Instant';
import {Facts, Panel} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';
import styles from './HomePage.module.css';

const sources = ['database', 'uyuni', 'salt', 'spm_sync', 'prometheus'] as const;
// Without these a figure above is wrong or a test cannot run; the others only add to them.
const essential: ReadonlySet<string> = new Set(['database', 'uyuni', 'salt']);

// Red only where it makes a figure on this page wrong.
export function TrustPanel() {
  const t = useT();
  const health = useQuery({queryKey: ['home', 'health'], queryFn: ({signal}) => get('/health/detail', {signal}), refetchInterval: 15_000});
  return (
    <Panel title={t('home.trust')} aside={<Link to="/cluster">{t('common.details')}</Link>}>
      <Answer of={health}>
        {(detail) => (
          <ul className={styles.trust}>
            {sources.map((name) => {
              const {status, age_seconds: age} = detail.components[name];
              const isWell = status === 'connected' || status === 'disabled';
              const tone = status === 'connected' ? 'ok' : status === 'disabled' ? 'mute' : essential.has(name) ? 'bad' : 'warn';
              return (
                <li key={name} className={styles.source}>
                  <span className={styles.dot} data-tone={tone} aria-hidden="true" />
                  <span>{t(`trust.${name}`)}</span>
                  <span className={isWell ? 'soft' : tone}>
                    {t(`trust.${status}`)}
                    {age !== null && age !== undefined && status !== 'disabled' && `, ${t('trust.age', {age: formatDuration(Math.round(age))})}`}
                    {!isWell && ` – ${t(`trust.matters.${name}`)}`}
                  </span>
                </li>
              );
            })}
          </ul>
        )}
      </Answer>
    </Panel>
  );
}

export function NextPanel() {
  const t = useT();
  const sync = useQuery({queryKey: ['sync', 'status'], queryFn: ({signal}) => get('/sync/status', {signal})});
  const queue = useQuery({queryKey: ['queue', 'stats'], queryFn: ({signal}) => get('/queue/stats', {signal})});
  const items: [string, ReactNode][] = (sync.data?.sources ?? [])
    .filter((source) => source.enabled)
    .map((source) => [t('home.nextSync', {source: t(`sync.source.${source.source}`)}), <Instant key={source.source} at={source.next_run} relative />]);
  if (queue.data?.next_retry_at) items.push([t('home.nextRetry'), <Instant key="retry" at={queue.data.next_retry_at} relative />]);
  return (
    <Panel title={t('home.next')} aside={queue.data && <Link to="/queue?status=queued">{t('home.queued', {count: queue.data.by_status.queued ?? 0})}</Link>}>
      {items.length > 0 ? <Facts items={items} /> : <p className="soft">{t('home.nextNone')}</p>}
    </Panel>
  );
}

export function TrendPanel() {
  const t = useT();
  const status = useQuery({queryKey: ['tests', 'status'], queryFn: ({signal}) => get('/tests/status', {signal})});
  return (
    <Panel title={t('home.trend')}>
      <Answer of={status}>
        {({last_24_hours: day}) => {
          const parts: [string, number, string][] = [
            [t('home.trendPassed'), day.passed, 'ok'],
            [t('home.trendFailed'), day.failed, 'bad'],
            [t('home.trendError'), day.error, 'warn'],
            [t('home.trendAborted'), day.aborted, 'mute'],
          ];
          const all = parts.reduce((sum, [, count]) => sum + count, 0);
          return (
            <div className="stack tight">
              <div className={styles.trend} aria-hidden="true">
                {all > 0 && parts.map(([label, count, tone]) => <span key={label} className={styles.part} data-tone={tone} style={{width: `${(count / all) * 100}%`}} />)}
              </div>
              <p>{parts.map(([label, count]) => `${count} ${label}`).join(' · ')}</p>
              <p className="soft">
                {t('home.average')}: {formatDuration(day.average_duration_seconds)}
              </p>
            </div>
          );
        }}
      </Answer>
    </Panel>
  );
}
