// Whether the figures above can be trusted: state and age of where they come from. Red only where one of them is wrong.
import {useQuery} from '@tanstack/react-query';
import {Link} from 'react-router-dom';
import type {HealthDetail, SyncSourceStatus} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {formatDuration} from '@/shared/lib/time';
import {Instant} from '@/shared/ui/Instant';
import {Panel} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';
import styles from './HomePage.module.css';
import {health, syncs} from './questions';

const names = ['database', 'uyuni', 'salt', 'spm_sync', 'prometheus'] as const;
type Name = (typeof names)[number];
// Without these a figure above is wrong or a test cannot run; the others only add to them.
const essential: ReadonlySet<Name> = new Set<Name>(['database', 'uyuni', 'salt']);

export function TrustStrip() {
  const t = useT();
  const state = useQuery(health);
  const sync = useQuery(syncs);
  return (
    <div className={styles.wide}>
      <Panel title={t('home.trust')} aside={<Link to="/cluster">{t('home.sources')}</Link>}>
        <Answer of={state}>
          {(detail) => (
            <ul className={styles.trust}>
              {names.map((name) => (
                <Source key={name} name={name} component={detail.components[name]} sync={sync.data?.sources.find((each) => each.source === name && each.enabled)} />
              ))}
            </ul>
          )}
        </Answer>
      </Panel>
    </div>
  );
}

function Source({name, component: {status, age_seconds: age}, sync}: {name: Name; component: HealthDetail['components'][Name]; sync: SyncSourceStatus | undefined}) {
  const t = useT();
  const isOld = sync !== undefined && (sync.last_success === null || sync.last_error !== null);
  const isWell = (status === 'connected' && !isOld) || status === 'disabled';
  const tone = status === 'disabled' ? 'mute' : isWell ? 'ok' : essential.has(name) ? 'bad' : 'warn';
  return (
    <li className={styles.source}>
      <span className={styles.dot} data-tone={tone} aria-hidden="true" />
      <span className={styles.name}>{t(`trust.${name}`)}</span>
      <span className={isWell ? 'soft' : tone}>
        {t(`trust.${status}`)}
        {age !== null && age !== undefined && status !== 'disabled' && `, ${t('trust.age', {age: formatDuration(Math.round(age))})}`}
      </span>
      {sync && (
        <span className={isOld ? tone : 'soft'}>
          {sync.last_success ? (
            <>
              {t('trust.data')} <Instant at={sync.last_success} relative />
            </>
          ) : (
            t('trust.noData')
          )}
        </span>
      )}
      {!isWell && <span className={tone}>{t(`trust.matters.${name}`)}</span>}
    </li>
  );
}
