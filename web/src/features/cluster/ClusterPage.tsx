// The orchestrators of this database, what each does, how much data there is, and whether the upstreams answer.
import {useQuery} from '@tanstack/react-query';
import {Link} from 'react-router-dom';
import {get} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {formatDuration} from '@/shared/lib/time';
import {Badge} from '@/shared/ui/Badges';
import {Instant} from '@/shared/ui/Instant';
import {Page, Panel, PlainTable} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';

const nodeTones = {alive: 'ok', stopped: 'mute', lost: 'bad'} as const;
const upstreamTones = {connected: 'ok', error: 'bad', unavailable: 'bad', disabled: 'mute'} as const;
const upstreams = ['database', 'uyuni', 'salt', 'spm_sync', 'prometheus'] as const;

export default function ClusterPage() {
  const t = useT();
  const cluster = useQuery({queryKey: ['cluster'], queryFn: ({signal}) => get('/cluster', {signal})});
  const health = useQuery({queryKey: ['home', 'health'], queryFn: ({signal}) => get('/health/detail', {signal})});
  return (
    <Page title={t('cluster.title')} aside={health.data && t('cluster.versionOf', {version: health.data.version})}>
      <Answer of={cluster}>
        {({nodes, leases, periodic_jobs: jobs, data}) => (
          <>
            <Panel title={t('cluster.nodes')} flush>
              <PlainTable label={t('cluster.nodes')} head={[t('cluster.node'), t('common.status'), t('cluster.version'), t('cluster.leases'), t('cluster.seen')]}>
                {nodes.map((node) => (
                  <tr key={node.name}>
                    <td>{node.name}</td>
                    <td>
                      <Badge tone={nodeTones[node.state]}>{t(`cluster.state.${node.state}`)}</Badge>
                    </td>
                    <td>{node.version}</td>
                    <td>
                      {leases.filter((lease) => lease.node === node.name).map((lease) => (
                        <Link key={lease.test_id} to={`/tests/${lease.test_id}`}>
                          {lease.test_id}{' '}
                        </Link>
                      ))}
                      {node.leases === 0 && '–'}
                    </td>
                    <td>
                      <Instant at={node.seen_at} relative />
                    </td>
                  </tr>
                ))}
              </PlainTable>
            </Panel>
            <Panel title={t('cluster.jobs')} flush>
              <PlainTable label={t('cluster.jobs')} head={[t('cluster.job'), t('cluster.interval'), t('cluster.nextRun'), t('cluster.lastResult'), '']}>
                {jobs.map((job) => (
                  <tr key={job.name}>
                    <td className="mono">{job.name}</td>
                    <td className="still">{formatDuration(job.interval_seconds)}</td>
                    <td>
                      <Instant at={job.next_run_at} relative />
                    </td>
                    <td>{job.last_result ? <Badge tone={job.last_result === 'failed' ? 'bad' : 'ok'}>{t(job.last_result === 'failed' ? 'cluster.jobFailed' : 'cluster.succeeded')}</Badge> : '–'}</td>
                    <td className="bad wrap" lang="en">
                      {job.last_error}
                    </td>
                  </tr>
                ))}
              </PlainTable>
            </Panel>
            {data.length > 0 && (
              <Panel title={t('cluster.data')} flush>
                <PlainTable label={t('cluster.data')} head={[t('cluster.kind'), t('cluster.entries'), t('cluster.size'), t('cluster.oldest'), t('cluster.kept')]}>
                  {data.map((each) => (
                    <tr key={each.kind}>
                      <td>{t(`cluster.data.${each.kind}`)}</td>
                      <td>{t('cluster.entriesOf', {count: each.entries})}</td>
                      <td>{t('cluster.megabytes', {size: Math.ceil(each.bytes / 100_000) / 10})}</td>
                      <td>
                        <Instant at={each.oldest_at} />
                      </td>
                      <td>{each.kept_days === null ? t('cluster.forEver') : t('cluster.days', {count: each.kept_days})}</td>
                    </tr>
                  ))}
                </PlainTable>
              </Panel>
            )}
          </>
        )}
      </Answer>
      <Panel title={t('cluster.upstreams')} flush>
        <Answer of={health}>
          {({components}) => (
            <PlainTable label={t('cluster.upstreams')} head={[t('common.name'), t('common.status'), t('cluster.latency'), t('cluster.version'), '']}>
              {upstreams.map((name) => {
                const component = components[name];
                return (
                  <tr key={name}>
                    <td>{t(`trust.${name}`)}</td>
                    <td>
                      <Badge tone={upstreamTones[component.status]}>{t(`trust.${component.status}`)}</Badge>
                    </td>
                    <td>{component.latency_ms === null ? '–' : `${component.latency_ms.toFixed(1)} ms`}</td>
                    <td className="wrap">{component.version ?? '–'}</td>
                    <td className="wrap" lang="en">
                      {component.message ?? component.url ?? ''}
                    </td>
                  </tr>
                );
              })}
            </PlainTable>
          )}
        </Answer>
      </Panel>
    </Page>
  );
}
