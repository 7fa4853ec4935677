// What happens next by itself.
import {useQuery} from '@tanstack/react-query';
import type {ReactNode} from 'react';
import {Link} from 'react-router-dom';
import {useT} from '@/shared/i18n/i18n';
import {Instant} from '@/shared/ui/Instant';
import {Panel} from '@/shared/ui/Page';
import styles from './HomePage.module.css';
import {queueFigures, syncs} from './questions';

export function NextPanel() {
  const t = useT();
  const sync = useQuery(syncs);
  const queue = useQuery(queueFigures);
  const items: [string, ReactNode][] = (sync.data?.sources ?? [])
    .filter((source) => source.enabled)
    .map((source) => [t('home.nextSync', {source: t(`sync.source.${source.source}`)}), <Instant key={source.source} at={source.next_run} relative />]);
  if (queue.data?.next_retry_at) items.push([t('home.nextRetry'), <Instant key="retry" at={queue.data.next_retry_at} relative />]);
  return (
    <Panel title={t('home.next')} aside={queue.data && <Link to="/queue?status=queued">{t('home.queued', {count: queue.data.by_status.queued ?? 0})}</Link>}>
      {items.length > 0 ? (
        <dl className={styles.exposure}>
          {items.map(([label, when]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{when}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className="soft">{t('home.nextNone')}</p>
      )}
    </Panel>
  );
}
