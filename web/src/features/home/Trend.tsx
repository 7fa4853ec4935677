// How the last day's tests ended, and how long it takes from an advisory to its test and from there to its approval.
import {useQuery} from '@tanstack/react-query';
import type {Overview} from '@/shared/api/types';
import {useI18n, useT} from '@/shared/i18n/i18n';
import {formatDuration} from '@/shared/lib/time';
import {Panel, PlainTable} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';
import styles from './HomePage.module.css';
import {engine, overview} from './questions';

export function TrendPanel() {
  const t = useT();
  const figures = useQuery(overview);
  return (
    <div className={styles.wide}>
      <Panel title={t('home.pace')} aside={t('home.paceHint')} flush>
        <Answer of={figures}>{({pace}) => (pace.length === 0 ? <p className={`soft ${styles.inset}`}>{t('home.paceNone')}</p> : <Pace weeks={pace} />)}</Answer>
        <LastDay />
      </Panel>
    </div>
  );
}

function Pace({weeks}: {weeks: Overview['pace']}) {
  const {t, language} = useI18n();
  const longest = Math.max(...weeks.map((week) => week.seconds_to_tested + week.seconds_to_approved), 1);
  const width = (seconds: number) => `${(seconds / longest) * 100}%`;
  const day = new Intl.DateTimeFormat(language, {day: 'numeric', month: 'short', timeZone: 'UTC'});
  return (
    <PlainTable label={t('home.pace')} head={[t('home.week'), t('home.toTested'), t('home.toApproved'), '', t('home.approved')]}>
      {[...weeks].reverse().map((week) => (
        <tr key={week.week}>
          <td>{day.format(new Date(week.week))}</td>
          <td>{formatDuration(week.seconds_to_tested)}</td>
          <td>{formatDuration(week.seconds_to_approved)}</td>
          <td className={styles.paceCell}>
            <span className={styles.trend} aria-hidden="true">
              <span className={styles.part} data-tone="info" style={{width: width(week.seconds_to_tested)}} />
              <span className={styles.part} data-tone="warn" style={{width: width(week.seconds_to_approved)}} />
            </span>
          </td>
          <td>{week.approved}</td>
        </tr>
      ))}
    </PlainTable>
  );
}

function LastDay() {
  const t = useT();
  const status = useQuery(engine);
  if (!status.data) return null;
  const day = status.data.last_24_hours;
  const parts = [
    `${day.passed} ${t('home.trendPassed')}`,
    `${day.failed} ${t('home.trendFailed')}`,
    `${day.error} ${t('home.trendError')}`,
    `${day.aborted} ${t('home.trendAborted')}`,
  ];
  return (
    <p className={styles.inset}>
      <span className="soft">{t('home.lastDay')}:</span> {parts.join(' · ')} · {t('home.average')} {formatDuration(day.average_duration_seconds)}
    </p>
  );
}
