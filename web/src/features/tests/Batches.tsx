// The newest batches: how far each is, and the way to its page.
import {useQuery} from '@tanstack/react-query';
import {Link} from 'react-router-dom';
import {get} from '@/shared/api/client';
import type {BatchEntry} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {Badge, type Tone} from '@/shared/ui/Badges';
import {Instant} from '@/shared/ui/Instant';
import {Panel, PlainTable} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';
import styles from './TestsPage.module.css';

const shown = 5;
const tones: Record<BatchEntry['status'], Tone> = {running: 'info', completed: 'ok', cancelled: 'mute'};
const ended = ['passed', 'failed', 'skipped', 'cancelled'] as const;

export function Batches() {
  const t = useT();
  const batches = useQuery({queryKey: ['tests', 'batches'], queryFn: ({signal}) => get('/tests/batch', {query: {limit: shown}, signal})});
  return (
    <Panel title={t('tests.batches')} flush>
      <Answer of={batches}>
        {({items}) =>
          items.length === 0 ? (
            <p className={`soft ${styles.inset}`}>{t('tests.batchesNone')}</p>
          ) : (
            <PlainTable label={t('tests.batches')} head={[t('tests.batch'), t('common.status'), t('tests.progress'), t('batch.item.failed'), t('audit.actor'), t('common.when')]}>
              {items.map((batch) => (
                <tr key={batch.batch_id}>
                  <td>
                    <Link to={`/batches/${batch.batch_id}`}>{t('batch.title', {id: batch.batch_id})}</Link>
                  </td>
                  <td>
                    <Badge tone={tones[batch.status]}>{t(`batch.status.${batch.status}`)}</Badge>
                  </td>
                  <td>{t('common.of', {a: ended.reduce((sum, state) => sum + (batch.counts[state] ?? 0), 0), b: batch.total})}</td>
                  <td className={batch.counts.failed ? 'bad' : undefined}>{batch.counts.failed ?? 0}</td>
                  <td>{batch.created_by}</td>
                  <td>
                    <Instant at={batch.created_at} relative />
                  </td>
                </tr>
              ))}
            </PlainTable>
          )
        }
      </Answer>
    </Panel>
  );
}
