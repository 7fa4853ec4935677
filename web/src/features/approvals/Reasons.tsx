// The two gauges of a decision, each with what it is made of.
import type {PendingApproval, RiskProfileDetail, ScoreBreakdown} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import type {MessageKey} from '@/shared/i18n/messages/en';
import {Badge} from '@/shared/ui/Badges';
import {Gauge} from '@/shared/ui/Gauge';
import {Panel, PlainTable} from '@/shared/ui/Page';
import styles from './Reasons.module.css';

const parts: [keyof ScoreBreakdown, MessageKey][] = [
  ['kernel_penalty', 'decision.kernel'],
  ['reboot_penalty', 'decision.reboot'],
  ['config_penalty', 'decision.config'],
  ['dependency_penalty', 'decision.dependencies'],
  ['size_penalty', 'decision.size'],
  ['history_penalty', 'decision.history'],
  ['bonuses', 'decision.bonuses'],
];

export function ScoreReasons({score, breakdown}: {score: number; breakdown: ScoreBreakdown}) {
  const t = useT();
  const effective = parts.filter(([name]) => breakdown[name] !== 0);
  return (
    <Panel title={t('decision.score')} aside={t('decision.scoreHint')}>
      <Gauge value={score} meaning="safety" label={t('decision.score')} />
      <dl className={styles.sum}>
        <Line label={t('decision.base')} value={breakdown.base_score} />
        {effective.map(([name, label]) => (
          <Line key={name} label={t(label)} value={breakdown[name]} isSigned />
        ))}
      </dl>
    </Panel>
  );
}

function Line({label, value, isSigned}: {label: string; value: number; isSigned?: boolean}) {
  return (
    <div className={styles.line}>
      <dt>{label}</dt>
      <dd>{isSigned ? `${value < 0 ? '−' : '+'}${Math.abs(value)}` : value}</dd>
    </div>
  );
}

export function UrgencyReasons({item, profile}: {item: PendingApproval; profile: RiskProfileDetail | undefined}) {
  const t = useT();
  return (
    <Panel title={t('decision.urgency')} aside={t('decision.urgencyHint')} flush>
      <div className={styles.inset}>
        <Gauge value={item.urgency_score} meaning="risk" label={t('decision.urgency')} />
        {profile?.urgency_estimated && <p className="warn">{t('decision.urgencyEstimated')}</p>}
        {item.cves.length === 0 && <p className="soft">{t('decision.cvesNone')}</p>}
      </div>
      {item.cves.length > 0 && (
        <PlainTable label={t('decision.cves')} head={[t('cve.id'), t('cve.cvss'), t('cve.epss'), '']}>
          {(profile?.cves ?? item.cves.map((id) => ({id, cvss: null, epss: null, kev: false}))).map((cve) => (
            <tr key={cve.id}>
              <td className="mono">{cve.id}</td>
              <td>{cve.cvss === null ? '–' : cve.cvss.toFixed(1)}</td>
              <td>{cve.epss === null ? '–' : `${(cve.epss * 100).toFixed(1)} %`}</td>
              <td>{cve.kev && <Badge tone="bad">{t('decision.kev')}</Badge>}</td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Panel>
  );
}
