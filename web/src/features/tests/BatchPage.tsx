// Many queue items under one order.
import {Button} from '@mantine/core';
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {Link, useParams} from 'react-router-dom';
import {get, send} from '@/shared/api/client';
import type {Batch} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useMay} from '@/shared/lib/session';
import {Badge, QueueStatusBadge, type Tone} from '@/shared/ui/Badges';
import {ActionDialog} from '@/shared/ui/Dialogs';
import {Instant} from '@/shared/ui/Instant';
import {Facts, Page, Panel, PlainTable} from '@/shared/ui/Page';
import {Said} from '@/shared/ui/Said';
import {Answer} from '@/shared/ui/States';

const tones: Record<Batch['items'][number]['state'], Tone> = {waiting: 'mute', testing: 'info', passed: 'ok', failed: 'bad', skipped: 'warn', cancelled: 'mute'};

export default function BatchPage() {
  const t = useT();
  const id = Number(useParams().id);
  const queries = useQueryClient();
  const mayRun = useMay('run_tests');
  const [isAsked, setAsked] = useState(false);
  const batch = useQuery({queryKey: ['tests', 'batch', id], queryFn: ({signal}) => get('/tests/batch/{id}/status', {path: {id}, signal})});
  const cancel = async (reason: string) => {
    await send('post', '/tests/batch/{id}/cancel', {path: {id}, body: reason ? {reason} : {}});
    await queries.invalidateQueries({queryKey: ['tests']});
  };
  return (
    <Page
      title={t('batch.title', {id})}
      aside={batch.data && t(`batch.status.${batch.data.status}`)}
      actions={
        batch.data?.status === 'running' &&
        mayRun && (
          <Button variant="outline" color="red" onClick={() => setAsked(true)}>
            {t('batch.cancel')}
          </Button>
        )
      }
    >
      <Answer of={batch}>
        {(loaded) => (
          <>
            <Panel>
              <Facts
                items={[
                  [t('common.when'), <Instant key="at" at={loaded.created_at} />],
                  [t('audit.actor'), loaded.created_by],
                  ...Object.entries(loaded.counts).map(([state, count]): [string, number] => [t(`batch.item.${state as keyof typeof tones}`), count]),
                ]}
              />
              {loaded.end_reason && <p><Said>{loaded.end_reason}</Said></p>}
            </Panel>
            <Panel flush>
              <PlainTable label={t('batch.title', {id})} head={[t('common.advisory'), t('tests.result'), t('common.status'), t('nav.tests'), t('common.reason')]}>
                {loaded.items.map((item) => (
                  <tr key={item.queue_id}>
                    <td>
                      <Link to={`/queue/${item.queue_id}`}>{item.errata_id}</Link>
                    </td>
                    <td>
                      <Badge tone={tones[item.state]}>{t(`batch.item.${item.state}`)}</Badge>
                    </td>
                    <td>
                      <QueueStatusBadge status={item.queue_status} />
                    </td>
                    <td>{item.test_id ? <Link to={`/tests/${item.test_id}`}>{t('run.title', {id: item.test_id})}</Link> : '–'}</td>
                    <td>{item.reason ? <Said>{item.reason}</Said> : '–'}</td>
                  </tr>
                ))}
              </PlainTable>
            </Panel>
          </>
        )}
      </Answer>
      {isAsked && <ActionDialog title={t('batch.cancelTitle', {id})} what={t('batch.cancelWhat')} confirm={t('batch.cancel')} isDangerous reason="optional" onConfirm={cancel} onClose={() => setAsked(false)} />}
    </Page>
  );
}
