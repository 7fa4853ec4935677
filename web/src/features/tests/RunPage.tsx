// One test run: live while it runs, its evidence when it has ended.
import {Button, Progress} from '@mantine/core';
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {Link, useParams} from 'react-router-dom';
import {address, get} from '@/shared/api/client';
import type {TestProgress, TestResult} from '@/shared/api/types';
import {useI18n, useT} from '@/shared/i18n/i18n';
import type {MessageKey} from '@/shared/i18n/messages/en';
import {useMay} from '@/shared/lib/session';
import {formatDuration} from '@/shared/lib/time';
import {TestStatusBadge} from '@/shared/ui/Badges';
import {Instant, useNow} from '@/shared/ui/Instant';
import {Facts, Page, Panel} from '@/shared/ui/Page';
import {Said} from '@/shared/ui/Said';
import {Answer} from '@/shared/ui/States';
import {AbortDialog, ForceEndDialog} from './AbortDialog';
import {Console} from './Console';
import {MetricsPanel, NotTestedPanel, PackagesPanel, ServicesPanel} from './Outcome';
import styles from './RunPage.module.css';
import {Seal} from './Seal';
import {useRunEvents} from './useRunEvents';
import {VerdictStrip} from './VerdictStrip';

export default function RunPage() {
  const id = Number(useParams().id);
  const run = useQuery({queryKey: ['tests', 'run', id], queryFn: ({signal}) => get('/test/{id}', {path: {id}, signal})});
  return <Answer of={run} isPage>{(loaded) => <Run key={id} run={loaded} />}</Answer>;
}

function Run({run}: {run: TestProgress}) {
  const {t, say} = useI18n();
  const id = run.test_id;
  const queries = useQueryClient();
  const mayRun = useMay('run_tests');
  const mayForce = useMay('force_end');
  const [asked, setAsked] = useState<'abort' | 'force'>();
  const {events} = useRunEvents(id, () => void queries.invalidateQueries({queryKey: ['tests', 'run', id]}));
  const isRunning = run.status === 'running';
  const result = useQuery({queryKey: ['tests', 'result', id], queryFn: ({signal}) => get('/test/{id}/result', {path: {id}, signal}), enabled: !isRunning});
  const close = () => setAsked(undefined);

  return (
    <Page
      title={`${t('run.title', {id})}: ${run.errata_ids.join(', ')}`}
      aside={<TestStatusBadge status={run.status} />}
      actions={
        <>
          {run.status === 'passed' && (
            <Button component={Link} to={`/approvals/${run.queue_id}`}>
              {t('run.decide')}
            </Button>
          )}
          {isRunning && mayForce && (
            <Button variant="subtle" color="red" onClick={() => setAsked('force')}>
              {t('run.forceEnd')}
            </Button>
          )}
          {isRunning && mayRun && (
            <Button variant="outline" color="red" onClick={() => setAsked('abort')}>
              {t('run.abort')}
            </Button>
          )}
          {!isRunning && (
            <Button component="a" variant="default" href={address('/test/{id}/evidence', {id})} download={`evidence-test-${id}.json`}>
              {t('run.evidence')}
            </Button>
          )}
        </>
      }
    >
      <Panel>
        <div className="stack">
          <RunFacts run={run} />
          {isRunning && <Progress value={run.progress_percent} aria-label={t('run.phases')} />}
          {run.waiting_for && (
            <p className="soft">{t('run.waitingFor', {what: say(run.waiting_for)})}</p>
          )}
          <VerdictStrip testId={id} phases={run.phases} />
        </div>
      </Panel>
      <div className={styles.layout}>
        <div className="stack">
          {result.data && <Ending result={result.data} />}
          {result.data?.metrics.baseline && <MetricsPanel result={result.data} />}
          {result.data && result.data.packages.length > 0 && <PackagesPanel result={result.data} />}
          {result.data && result.data.services.details.length > 0 && <ServicesPanel result={result.data} />}
          <Console events={events} />
        </div>
        {!isRunning && (
          <div className="stack">
            {result.data && <NotTestedPanel notTested={result.data.not_tested} />}
            <Seal testId={id} />
            {result.data && (
              <Panel title={t('run.thresholds')}>
                <pre className={styles.config} tabIndex={0}>{JSON.stringify(result.data.test_config, null, 2)}</pre>
              </Panel>
            )}
          </div>
        )}
      </div>
      {asked === 'abort' && <AbortDialog testId={id} errata={run.errata_id} system={run.test_system.name} onClose={close} />}
      {asked === 'force' && <ForceEndDialog testId={id} system={run.test_system.name} onClose={close} />}
    </Page>
  );
}

function RunFacts({run}: {run: TestProgress}) {
  const t = useT();
  const now = useNow();
  const elapsed = run.completed_at ? run.elapsed_seconds : Math.max(0, Math.round((now - Date.parse(run.started_at)) / 1000));
  return (
    <Facts
      items={[
        [t('tests.system'), <Link key="system" to={`/systems/${run.test_system.id}`}>{run.test_system.name}</Link>],
        [t('tests.phase'), t(`phase.${run.current_phase}`)],
        [t('run.elapsed'), formatDuration(elapsed)],
        [t('queue.title'), <Link key="queue" to={`/queue/${run.queue_id}`}>{t('queue.item', {id: run.queue_id})}</Link>],
        [t('tests.started'), <Instant key="at" at={run.started_at} />],
        [t('audit.actor'), run.started_by],
      ]}
    />
  );
}

function Ending({result}: {result: TestResult}) {
  const t = useT();
  const isBad = result.result !== 'passed';
  return (
    <Panel tone={isBad ? 'bad' : undefined} title={isBad && result.failure_phase ? t('run.failed', {phase: t(`phase.${result.failure_phase}` as MessageKey)}) : t(`testStatus.${result.result}`)}>
      <div className="stack tight">
        {result.failure_reason && (
          <p className="wrap">
            <Said>{result.failure_reason}</Said>
          </p>
        )}
        {result.failure_class && <p className="soft">{t(`failureClass.${result.failure_class}`)}</p>}
        {result.rollback_status && <p className={result.rollback_status === 'failed' ? 'bad' : 'soft'}>{t(`run.rollback.${result.rollback_status}`)}</p>}
        {result.snapshot.status === 'kept' && result.snapshot.id && <p className="soft">{t('run.kept', {id: result.snapshot.id})}</p>}
      </div>
    </Panel>
  );
}
