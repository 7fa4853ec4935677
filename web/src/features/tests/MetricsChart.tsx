// Before and after as bars on one scale, with the line up to which the after may go.
import type {TestMetrics} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import styles from './MetricsChart.module.css';

interface Row {
  name: string;
  before: number | null | undefined;
  after: number | null | undefined;
  allowed: number; // more than before
  scale: number;
  unit: string;
  outcome: string;
  reason?: string;
}

export function MetricsChart({metrics}: {metrics: TestMetrics}) {
  const t = useT();
  const {baseline, post_patch: after, thresholds, evaluation} = metrics;
  const units = Math.max(baseline?.failed_units ?? 0, after?.failed_units ?? 0, thresholds.failed_services, 3);
  const rows: Row[] = [
    {name: t('decision.cpu'), before: baseline?.cpu_percent, after: after?.cpu_percent, allowed: thresholds.cpu, scale: 100, unit: ' %', outcome: evaluation.cpu_check, reason: evaluation.reasons.cpu_check},
    {name: t('decision.memory'), before: baseline?.memory_percent, after: after?.memory_percent, allowed: thresholds.memory, scale: 100, unit: ' %', outcome: evaluation.memory_check, reason: evaluation.reasons.memory_check},
    {name: t('decision.failedUnits'), before: baseline?.failed_units, after: after?.failed_units, allowed: thresholds.failed_services, scale: units, unit: '', outcome: evaluation.failed_units_check, reason: evaluation.reasons.failed_units_check},
  ];
  if (metrics.source === 'none') return <p className="warn">{t('decision.metricsNone')}</p>;
  return (
    <div className={styles.charts}>
      {rows.map((row) => (
        <Chart key={row.name} row={row} />
      ))}
    </div>
  );
}

function show(value: number | null | undefined, unit: string) {
  return value === null || value === undefined ? '–' : `${unit ? value.toFixed(1) : value}${unit}`;
}

function Chart({row}: {row: Row}) {
  const t = useT();
  const {before, after, allowed, scale, unit} = row;
  const limit = before === null || before === undefined ? null : before + allowed;
  const width = (value: number) => `${Math.max(0.6, Math.min(100, (value / scale) * 100))}%`;
  const bars: [string, number | null | undefined, string][] = [
    [t('decision.before'), before, 'before'],
    [t('decision.after'), after, row.outcome],
  ];
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.caption}>
        <span className={styles.name}>{row.name}</span>
        <span className="soft">{t('decision.limit', {value: `${allowed}${unit}`})}</span>
      </figcaption>
      {bars.map(([label, value, kind]) => (
        <div key={label} className={styles.line}>
          <span className="soft">{label}</span>
          <span className={styles.track}>
            {value !== null && value !== undefined && <span className={styles.bar} data-kind={kind} style={{width: width(value)}} />}
            {limit !== null && limit <= scale && <span className={styles.limit} style={{left: width(limit)}} aria-hidden="true" />}
          </span>
          <span className={styles.value} data-kind={kind}>{value === null || value === undefined ? t('common.notMeasured') : show(value, unit)}</span>
        </div>
      ))}
    </figure>
  );
}
