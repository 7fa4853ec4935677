// One erratum: what it is, what it contains, who misses it, how it fared.
import {Button} from '@mantine/core';
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {Link, useNavigate, useParams} from 'react-router-dom';
import {ApiError, get, send} from '@/shared/api/client';
import type {ErratumDetail} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useMay} from '@/shared/lib/session';
import {formatDuration} from '@/shared/lib/time';
import {QueueStatusBadge, SeverityBadge, TestStatusBadge} from '@/shared/ui/Badges';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Facts, Page, Panel, PlainTable} from '@/shared/ui/Page';
import {useProblemText} from '@/shared/ui/Said';
import {Answer} from '@/shared/ui/States';
import {CveTable, ScoreReasons} from '@/features/approvals/Reasons';
import styles from './ErratumPage.module.css';

export default function ErratumPage() {
  const id = useParams().id ?? '';
  const erratum = useQuery({queryKey: ['errata', 'detail', id], queryFn: ({signal}) => get('/errata/{errata_id}', {path: {errata_id: id}, signal})});
  return <Answer of={erratum} isPage>{(loaded) => <Detail erratum={loaded} />}</Answer>;
}

function Detail({erratum}: {erratum: ErratumDetail}) {
  const t = useT();
  const id = erratum.errata_id;
  const profile = useQuery({
    queryKey: ['errata', 'profile', id],
    queryFn: ({signal}) => get('/risk-profile/{errata_id}', {path: {errata_id: id}, signal}),
    retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status === 404),
  });
  return (
    <Page
      title={id}
      aside={
        <span className="row">
          <SeverityBadge severity={erratum.severity} />
          <span>{erratum.distribution || '–'}</span>
        </span>
      }
      actions={<QueueAction erratum={erratum} />}
    >
      <p lang="en">{erratum.synopsis}</p>
      {erratum.withdrawn_at && (
        <p className="warn">
          {t('errata.withdrawn')} <Instant at={erratum.withdrawn_at} />
        </p>
      )}
      {erratum.superseded_by && (
        <p>
          <Link to={`/errata/${encodeURIComponent(erratum.superseded_by)}`}>{t('errata.supersededBy', {errata: erratum.superseded_by})}</Link>
        </p>
      )}
      <Panel>
        <Facts
          items={[
            [t('errata.type'), t(`errata.type.${erratum.type}`)],
            [t('errata.col.issued'), <Instant key="issued" at={erratum.issued_at} />],
            [t('errata.source'), [erratum.in_uyuni && 'UYUNI', erratum.in_spm_sync && 'SPM-SYNC'].filter(Boolean).join(', ') || '–'],
            [t('approvals.reboot'), erratum.reboot_suggested ? t('errata.rebootSuggested') : t('common.no')],
            [t('errata.size'), erratum.total_size_kb === null ? t('common.unknown') : `${Math.round(erratum.total_size_kb / 102.4) / 10} MB`],
          ]}
        />
      </Panel>
      <div className={styles.layout}>
        <div className="stack">
          {erratum.description && (
            <Panel title={t('decision.description')}>
              <p className="pre" lang="en">
                {erratum.description}
              </p>
            </Panel>
          )}
          <Packages erratum={erratum} />
          <Tests id={id} />
        </div>
        <div className="stack">
          {profile.data && <ScoreReasons score={profile.data.success_score} breakdown={profile.data.score_breakdown} />}
          <Panel title={t('decision.cves')} flush>
            {erratum.cves.length === 0 ? (
              <p className={`soft ${styles.inset}`}>{t('decision.cvesNone')}</p>
            ) : (
              <CveTable cves={profile.data?.cves ?? erratum.cves.map((cve) => ({id: cve, cvss: null, epss: null, kev: null}))} />
            )}
          </Panel>
          <Panel title={t('errata.systems')} aside={t('common.systems', {count: erratum.applicable_system_count})}>
            {erratum.applicable_systems.length === 0 ? (
              <p className="soft">{t('errata.systemsNone')}</p>
            ) : (
              <ul className={styles.systems} tabIndex={0} aria-label={t('errata.systems')}>
                {erratum.applicable_systems.map((system) => (
                  <li key={system.id}>
                    <Link to={`/systems/${system.id}`}>{system.name}</Link> <span className="soft">{t(`role.${system.role}`)}</span>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function QueueAction({erratum}: {erratum: ErratumDetail}) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayManage = useMay('manage_queue');
  const queued = useQuery({queryKey: ['queue', 'of', erratum.errata_id], queryFn: ({signal}) => get('/queue', {query: {q: erratum.errata_id, limit: 20}, signal}), select: (page) => page.items.filter((item) => item.errata_id === erratum.errata_id)});
  const add = useMutation({
    mutationFn: () => send('post', '/queue', {body: {errata_ids: [erratum.errata_id], target_os: erratum.target_os!}}),
    onSuccess: async (added) => {
      await queries.invalidateQueries({queryKey: ['queue']});
      const item = added.items[0];
      if (!item) return notify({text: added.skipped[0]?.reason ?? t('queue.skipped', {count: 1}), tone: 'bad'});
      notify({text: t('queue.added', {count: 1})});
      navigate(`/queue/${item.queue_id}`);
    },
    onError: (error) => notify({text: problemText(error), tone: 'bad'}),
  });
  return (
    <>
      {queued.data?.map((item) => (
        <Link key={item.id} to={`/queue/${item.id}`} className="row tight">
          {t('errata.queuedAs')} <QueueStatusBadge status={item.status} />
        </Link>
      ))}
      {mayManage && erratum.target_os && queued.data?.length === 0 && (
        <Button loading={add.isPending} onClick={() => add.mutate()}>
          {t('errata.queue')}
        </Button>
      )}
    </>
  );
}

function Packages({erratum}: {erratum: ErratumDetail}) {
  const t = useT();
  return (
    <Panel title={t('errata.packages')} aside={erratum.packages && t('common.packages', {count: erratum.packages.length})} flush>
      {!erratum.packages ? (
        <p className={`warn ${styles.inset}`}>{t('errata.packagesUnknown')}</p>
      ) : (
        <PlainTable label={t('errata.packages')} head={[t('decision.package'), t('errata.version'), t('errata.arch'), t('errata.size')]}>
          {erratum.packages.map((each) => (
            <tr key={`${each.name} ${each.arch}`}>
              <td>{each.name}</td>
              <td className="mono">{each.version}</td>
              <td>{each.arch}</td>
              <td>{each.size_kb === null ? '–' : `${each.size_kb} KB`}</td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Panel>
  );
}

function Tests({id}: {id: string}) {
  const t = useT();
  const tests = useQuery({queryKey: ['tests', 'ofErratum', id], queryFn: ({signal}) => get('/tests', {query: {errata_id: id}, signal})});
  return (
    <Panel title={t('errata.tests')} flush>
      <Answer of={tests}>
        {({items}) =>
          items.length === 0 ? (
            <p className={`soft ${styles.inset}`}>{t('errata.testsNone')}</p>
          ) : (
            <PlainTable label={t('errata.tests')} head={[t('nav.tests'), t('tests.result'), t('tests.system'), t('tests.duration'), t('tests.started')]}>
              {items.map((test) => (
                <tr key={test.test_id}>
                  <td>
                    <Link to={`/tests/${test.test_id}`}>{t('run.title', {id: test.test_id})}</Link>
                  </td>
                  <td>
                    <TestStatusBadge status={test.status} />
                  </td>
                  <td>{test.test_system.name}</td>
                  <td>{formatDuration(test.duration_seconds)}</td>
                  <td>
                    <Instant at={test.started_at} relative />
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
