// The two gauges of a decision, each with what it is made of.
import type {CveFigures, PendingApprovalDetail, ScoreBreakdown} from '@/shared/api/types';
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

export function UrgencyReasons({item}: {item: PendingApprovalDetail}) {
  const t = useT();
  const {estimated, cves, worst_context: worst} = item.urgency_reasons;
  return (
    <Panel title={t('decision.urgency')} aside={t('decision.urgencyHint')} flush>
      <div className={styles.inset}>
        <Gauge value={item.urgency_score} meaning="risk" label={t('decision.urgency')} />
        {worst && (
          <p>
            <span className="soft">{t('decision.worstContext')}:</span> {t(`systems.exposure.${worst.exposure}`)}, {t('systems.criticality').toLowerCase()} {t(`systems.criticality.${worst.criticality}`).toLowerCase()},{' '}
            {t('systems.data').toLowerCase()} {t(`systems.data.${worst.data}`).toLowerCase()}
          </p>
        )}
        {estimated && cves.length > 0 && <p className="warn">{t('decision.urgencyEstimated')}</p>}
        {cves.length === 0 && <p className="soft">{t('decision.cvesNone')}</p>}
      </div>
      {cves.length > 0 && <CveTable cves={cves} />}
    </Panel>
  );
}

export function CveTable({cves}: {cves: CveFigures[]}) {
  const t = useT();
  const unknown = <span className="soft" title={t('common.unknown')}>–</span>;
  return (
    <PlainTable label={t('decision.cves')} head={[t('cve.id'), t('cve.cvss'), t('cve.epss'), t('cve.kev')]}>
      {cves.map((cve) => (
        <tr key={cve.id}>
          <td className="mono">{cve.id}</td>
          <td>{cve.cvss?.toFixed(1) ?? unknown}</td>
          <td className="still">{cve.epss === null ? unknown : `${(cve.epss * 100).toFixed(1)} %`}</td>
          <td>{cve.kev ? <Badge tone="bad">{t('common.yes')}</Badge> : cve.kev === null ? unknown : <span className="soft">{t('cve.notListed')}</span>}</td>
        </tr>
      ))}
    </PlainTable>
  );
}
