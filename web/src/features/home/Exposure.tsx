// What the systems are exposed to: errata × the systems that miss at least one of them.
import {useQuery} from '@tanstack/react-query';
import {Link} from 'react-router-dom';
import type {Overview} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {Panel} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';
import styles from './HomePage.module.css';
import {overview} from './questions';

type Exposed = Overview['exposure']['critical'];

interface Row {
  label: string;
  exposed: Exposed;
  tone: 'bad' | 'warn' | undefined;
  to?: string;
}

export function Exposure() {
  const t = useT();
  const figures = useQuery(overview);
  const list = (severity: string) => `/errata?severity=${severity}&applicable=true&type=security&sort=severity`;
  return (
    <Panel title={t('home.exposure')} aside={t('home.exposureHint')}>
      <Answer of={figures}>
        {({exposure, exploits_known: isKnown}) => {
          const rows: Row[] = [
            {label: t('severity.Critical'), exposed: exposure.critical, tone: 'bad', to: list('Critical')},
            {label: t('home.knownExploited'), exposed: exposure.known_exploited, tone: 'bad'},
            {label: t('home.breached'), exposed: exposure.overdue, tone: 'bad'},
            {label: t('home.dueSoon'), exposed: exposure.due_soon, tone: 'warn'},
            {label: t('severity.High'), exposed: exposure.high, tone: undefined, to: list('High')},
          ];
          return (
            <dl className={styles.exposure}>
              {rows.map((row) => (
                <div key={row.label}>
                  <dt>{row.label}</dt>
                  <dd>{row.exposed === exposure.known_exploited && !isKnown ? <span className="soft">{t('home.noExploitData')}</span> : <Extent row={row} />}</dd>
                </div>
              ))}
            </dl>
          );
        }}
      </Answer>
    </Panel>
  );
}

function Extent({row: {exposed, tone, to}}: {row: Row}) {
  const t = useT();
  if (exposed.errata === 0) return <span className="ok">{t('common.none')}</span>;
  const text = (
    <>
      <span className={tone}>{t('home.errata', {count: exposed.errata})}</span> × {t('common.systems', {count: exposed.systems})}
    </>
  );
  return to ? <Link to={to}>{text}</Link> : <span>{text}</span>;
}
