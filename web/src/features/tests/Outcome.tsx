// What a finished test found, in the parts that a decision rests on. Shown on the run's page and on the page of the decision.
import type {TestResult} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {Badge} from '@/shared/ui/Badges';
import {Panel, PlainTable} from '@/shared/ui/Page';
import {Said} from '@/shared/ui/Said';
import {MetricsChart} from './MetricsChart';

export function PackagesPanel({result}: {result: TestResult}) {
  const t = useT();
  return (
    <Panel title={t('decision.packages')} aside={t('common.packages', {count: result.packages.length})} flush>
      {result.packages.length === 0 ? (
        <p className="soft" style={{padding: '0 0.9rem 0.8rem'}}>{t('decision.noPackages')}</p>
      ) : (
        <PlainTable label={t('decision.packages')} head={[t('decision.package'), t('decision.before'), t('decision.after')]}>
          {result.packages.map((each) => (
            <tr key={each.name + each.before + each.after}>
              <td className="wrap">{each.name}</td>
              <td className="mono wrap">{each.before || <span className="soft">{t('decision.installed')}</span>}</td>
              <td className="mono wrap">{each.after || <span className="warn">{t('decision.removed')}</span>}</td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Panel>
  );
}

export function MetricsPanel({result}: {result: TestResult}) {
  const t = useT();
  const {metrics} = result;
  return (
    <Panel title={t('decision.metrics')} aside={metrics.source === 'none' ? undefined : t('decision.metricsSource', {source: metrics.source === 'prometheus' ? 'Prometheus' : 'Salt'})}>
      <MetricsChart metrics={metrics} />
    </Panel>
  );
}

type ServiceDetail = TestResult['services']['details'][number];
const shownName = (name: string) => name.replaceAll('|', ' / '); // one of these names, as the OS has it

// What changed or does not run stands in a table; what simply went on is named.
export function ServicesPanel({result}: {result: TestResult}) {
  const t = useT();
  const {services, facts} = result;
  const restarted = services.details.filter((each) => each.pid_changed).length;
  const isQuiet = (each: ServiceDetail) => each.before === 'active' && each.after === 'active' && !each.pid_changed;
  const notable = services.details.filter((each) => !isQuiet(each));
  const quiet = services.details.filter(isQuiet);
  const reboot = result.reboot_performed
    ? t('decision.rebooted', {source: facts.reboot_performed?.source ?? ''})
    : result.required_reboot
      ? t('decision.rebootMissing')
      : t('decision.noReboot');
  return (
    <Panel title={t('decision.services')} aside={t('decision.restarted', {count: restarted})} flush>
      <p className="row" style={{padding: '0 0.9rem 0.4rem'}}>
        <Badge tone={services.all_healthy ? 'ok' : 'bad'}>{services.all_healthy ? t('decision.allHealthy') : t('decision.notHealthy')}</Badge>
        <span className={result.required_reboot && !result.reboot_performed ? 'warn' : 'soft'}>{reboot}</span>
      </p>
      {notable.length > 0 && (
        <PlainTable label={t('decision.services')} head={[t('decision.service'), t('decision.before'), t('decision.after'), '']}>
          {notable.map((each) => (
            <tr key={each.name}>
              <td className="wrap">{shownName(each.name)}</td>
              <td>{each.before || '–'}</td>
              <td className={each.after === 'active' ? undefined : 'bad'}>{each.after || '–'}</td>
              <td className="soft">{each.pid_changed && t('decision.serviceRestarted')}</td>
            </tr>
          ))}
        </PlainTable>
      )}
      {quiet.length > 0 && (
        <p style={{padding: '0.4rem 0.9rem 0.8rem'}}>
          <span className="soft">{t('decision.serviceSame')}:</span> {quiet.map((each) => shownName(each.name)).join(', ')}
        </p>
      )}
    </Panel>
  );
}

export function NotTestedPanel({notTested}: {notTested: string[]}) {
  const t = useT();
  return (
    <Panel title={t('decision.notTested')} tone={notTested.length > 0 ? 'warn' : undefined}>
      {notTested.length === 0 ? (
        <p className="soft">{t('decision.notTestedNone')}</p>
      ) : (
        <ul className="stack tight">
          {notTested.map((each) => (
            <li key={each}>
              <Said>{each}</Said>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
