// A figure from 0 to 100 with a bar; what is better lies where the meaning says.
import styles from './Gauge.module.css';

type Meaning = 'risk' | 'safety'; // high is bad, high is good

function toneOf(value: number, meaning: Meaning) {
  if (meaning === 'safety') return value >= 80 ? 'ok' : value >= 60 ? 'info' : value >= 40 ? 'warn' : 'bad';
  return value >= 80 ? 'bad' : value >= 60 ? 'warn' : value >= 40 ? 'info' : 'mute';
}

export function Gauge({value, meaning, label}: {value: number; meaning: Meaning; label: string}) {
  const rounded = Math.round(value);
  return (
    <div className={styles.gauge} role="meter" aria-label={label} aria-valuenow={rounded} aria-valuemin={0} aria-valuemax={100}>
      <span className={styles.figure}>{rounded}</span>
      <span className={styles.track}>
        <span className={styles.fill} data-tone={toneOf(value, meaning)} style={{width: `${Math.max(1, Math.min(100, value))}%`}} />
      </span>
    </div>
  );
}

export function Figure({value, meaning}: {value: number; meaning: Meaning}) {
  return (
    <span className={styles.small} data-tone={toneOf(value, meaning)}>
      {Math.round(value)}
    </span>
  );
}
