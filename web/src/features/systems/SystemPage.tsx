// One system: what is known of it, its quarantine, how much it matters.
import {Button, NativeSelect} from '@mantine/core';
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {Link, useParams} from 'react-router-dom';
import {address, call, get} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {useMay} from '@/shared/lib/session';
import {Badge, SeverityBadge, TestStatusBadge} from '@/shared/ui/Badges';
import {ActionDialog, Refusal} from '@/shared/ui/Dialogs';
import {severities} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Facts, Page, Panel, PlainTable} from '@/shared/ui/Page';
import {Said} from '@/shared/ui/Said';
import {Answer} from '@/shared/ui/States';
import type {RiskContext, SystemDetail} from './types';

const exposures = ['internal', 'dmz', 'external'] as const;
const criticalities = ['low', 'medium', 'high', 'critical'] as const;
const dataClasses = ['public', 'internal', 'confidential', 'restricted'] as const;

export default function SystemPage() {
  const id = Number(useParams().id);
  const system = useQuery({queryKey: ['systems', 'detail', id], queryFn: ({signal}) => call<SystemDetail>('GET', address('/systems/{id}', {id}), undefined, signal)});
  return <Answer of={system} isPage>{(loaded) => <Detail key={id} system={loaded} />}</Answer>;
}

function Detail({system}: {system: SystemDetail}) {
  const t = useT();
  const mayManage = useMay('manage_systems');
  return (
    <Page title={system.name} aside={[t(`role.${system.role}`), system.os_release, system.ip].filter(Boolean).join(' · ')}>
      {system.quarantined_at && <Quarantine system={system} />}
      <Panel>
        <Facts
          items={[
            [t('systems.group'), system.groups.join(', ') || '–'],
            [t('cluster.seen'), <Instant key="seen" at={system.last_checkin_at} relative />],
            [t('systems.rebootPending'), system.reboot_pending === null ? t('common.unknown') : t(system.reboot_pending ? 'common.yes' : 'common.no')],
            [t('systems.missing'), system.applicable_errata],
            ...severities
              .filter((severity) => system.applicable_by_severity[severity])
              .map((severity): [string, number] => [t(`severity.${severity}`), system.applicable_by_severity[severity] ?? 0]),
          ]}
        />
        {system.current_test && (
          <p>
            {t('systems.currentTest')}: <Link to={`/tests/${system.current_test.test_id}`}>{system.current_test.errata_id}</Link>
          </p>
        )}
      </Panel>
      <Missing system={system} />
      {system.role === 'test' && <Tests id={system.id} />}
      <RiskPanel system={system} mayManage={mayManage} />
      {system.facts.length > 0 && (
        <Panel title={t('systems.facts')} flush>
          <PlainTable label={t('systems.facts')} head={[t('common.name'), '', t('sync.source'), t('common.when')]}>
            {system.facts.map((fact) => (
              <tr key={fact.name}>
                <td className="mono">{fact.name}</td>
                <td className="wrap">{typeof fact.value === 'object' ? JSON.stringify(fact.value) : String(fact.value)}</td>
                <td>{fact.source}</td>
                <td>
                  <Instant at={fact.observed_at} relative />
                </td>
              </tr>
            ))}
          </PlainTable>
        </Panel>
      )}
    </Page>
  );
}

function Quarantine({system}: {system: SystemDetail}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const mayManage = useMay('manage_systems');
  const [isAsked, setAsked] = useState(false);
  const release = async (reason: string) => {
    await call('POST', address('/systems/{id}/release', {id: system.id}), {reason});
    notify({text: t('systems.released', {system: system.name})});
    await queries.invalidateQueries({queryKey: ['systems']});
  };
  return (
    <Panel tone="warn" title={t('systems.quarantineReason')} aside={<Instant at={system.quarantined_at} />}>
      <div className="stack">
        <p className="wrap">
          <Said>{system.quarantine_reason ?? ''}</Said>
        </p>
        {mayManage && (
          <div>
            <Button onClick={() => setAsked(true)}>{t('systems.release.action')}</Button>
          </div>
        )}
      </div>
      {isAsked && (
        <ActionDialog title={t('systems.releaseTitle', {system: system.name})} what={t('systems.releaseWhat')} confirm={t('systems.release.action')} reason="required" onConfirm={release} onClose={() => setAsked(false)} />
      )}
    </Panel>
  );
}

function RiskPanel({system, mayManage}: {system: SystemDetail; mayManage: boolean}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [context, setContext] = useState<RiskContext>(system.risk_context);
  const save = useMutation({
    mutationFn: () => call('PATCH', address('/systems/{id}', {id: system.id}), {risk_context: context}),
    onSuccess: async () => {
      notify({text: t('systems.saved', {system: system.name})});
      await Promise.all(['systems', 'errata', 'approvals'].map((key) => queries.invalidateQueries({queryKey: [key]})));
    },
  });
  const isChanged = JSON.stringify(context) !== JSON.stringify(system.risk_context);
  return (
    <Panel title={t('systems.risk')} aside={t('systems.riskHint')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="row">
          <NativeSelect disabled={!mayManage} label={t('systems.exposure')} value={context.exposure} data={exposures.map((each) => ({value: each, label: t(`systems.exposure.${each}`)}))} onChange={(event) => setContext({...context, exposure: event.currentTarget.value as RiskContext['exposure']})} />
          <NativeSelect disabled={!mayManage} label={t('systems.criticality')} value={context.criticality} data={criticalities.map((each) => ({value: each, label: t(`systems.criticality.${each}`)}))} onChange={(event) => setContext({...context, criticality: event.currentTarget.value as RiskContext['criticality']})} />
          <NativeSelect disabled={!mayManage} label={t('systems.data')} value={context.data} data={dataClasses.map((each) => ({value: each, label: t(`systems.data.${each}`)}))} onChange={(event) => setContext({...context, data: event.currentTarget.value as RiskContext['data']})} />
        </div>
        {save.error && <Refusal error={save.error} />}
        {mayManage && (
          <div>
            <Button type="submit" disabled={!isChanged} loading={save.isPending}>
              {t('common.save')}
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}

const shown = 20;

function Missing({system}: {system: SystemDetail}) {
  const t = useT();
  const query = {system_id: system.id, sort: 'severity' as const};
  const errata = useQuery({queryKey: ['errata', 'missedBy', system.id], queryFn: ({signal}) => get('/errata', {query: {...query, limit: shown}, signal})});
  return (
    <Panel title={t('systems.itMisses')} aside={errata.data && errata.data.total > shown && <Link to={`/errata?system_id=${system.id}&sort=severity`}>{t('systems.allMissed', {count: errata.data.total})}</Link>} flush>
      <Answer of={errata}>
        {({items}) =>
          items.length === 0 ? (
            <p className="soft" style={{padding: '0 0.9rem 0.8rem'}}>
              {t('common.none')}
            </p>
          ) : (
            <PlainTable label={t('systems.itMisses')} head={[t('common.advisory'), t('common.synopsis'), t('common.severity'), t('errata.col.issued'), '']}>
              {items.map((erratum) => (
                <tr key={erratum.errata_id}>
                  <td>
                    <Link to={`/errata/${encodeURIComponent(erratum.errata_id)}`}>{erratum.errata_id}</Link>
                  </td>
                  <td lang="en">{erratum.synopsis}</td>
                  <td>
                    <SeverityBadge severity={erratum.severity} />
                  </td>
                  <td>
                    <Instant at={erratum.issued_at} relative />
                  </td>
                  <td>{erratum.reboot_suggested && <Badge tone="mute">{t('approvals.reboot')}</Badge>}</td>
                </tr>
              ))}
            </PlainTable>
          )
        }
      </Answer>
    </Panel>
  );
}

function Tests({id}: {id: number}) {
  const t = useT();
  const tests = useQuery({queryKey: ['tests', 'onSystem', id], queryFn: ({signal}) => get('/tests', {query: {system_id: id, limit: 20}, signal})});
  return (
    <Panel title={t('nav.tests')} flush>
      <Answer of={tests}>
        {({items}) => (
          <PlainTable label={t('nav.tests')} head={[t('common.advisory'), t('tests.result'), t('tests.started')]}>
            {items.map((test) => (
              <tr key={test.test_id}>
                <td>
                  <Link to={`/tests/${test.test_id}`}>{test.errata_id}</Link>
                </td>
                <td>
                  <TestStatusBadge status={test.status} />
                </td>
                <td>
                  <Instant at={test.started_at} relative />
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </Answer>
    </Panel>
  );
}
