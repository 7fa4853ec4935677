// What an operator looks at first: decisions, exposure, what runs, what comes, and whether these figures can be trusted.
import {useQuery} from '@tanstack/react-query';
import {Button} from '@mantine/core';
import {Link} from 'react-router-dom';
import {get} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {SeverityBadge} from '@/shared/ui/Badges';
import {Figure} from '@/shared/ui/Gauge';
import {Instant, useNow} from '@/shared/ui/Instant';
import {Page, Panel} from '@/shared/ui/Page';
import {Answer, EmptyState} from '@/shared/ui/States';
import {DueDate} from '@/features/approvals/Parts';
import {RunningTests} from '@/features/tests/RunningTests';
import styles from './HomePage.module.css';
import {NextPanel, TrendPanel, TrustPanel} from './Status';

const shown = 5;
const dueSoon = 72 * 3_600_000;
const looked = 500; // decisions looked at for deadlines: as many as the server gives at once

export default function HomePage() {
  const t = useT();
  return (
    <Page title={t('home.title')}>
      <div className={styles.grid}>
        <div className="stack">
          <Decisions />
          <Panel title={t('home.running')} aside={<Link to="/tests">{t('nav.tests')}</Link>} flush>
            <RunningTests />
          </Panel>
        </div>
        <div className="stack">
          <Exposure />
          <TrustPanel />
          <NextPanel />
          <TrendPanel />
        </div>
      </div>
    </Page>
  );
}

function Decisions() {
  const t = useT();
  const now = useNow();
  const pending = useQuery({queryKey: ['approvals', 'home'], queryFn: ({signal}) => get('/approvals/pending', {query: {sort: 'urgency', limit: looked}, signal})});
  return (
    <Panel title={t('home.decisions')} aside={<Link to="/approvals">{t('home.reviewAll')}</Link>}>
      <Answer of={pending}>
        {(page) => {
          if (page.total === 0) return <EmptyState title={t('home.decisionsNone')} hint={t('home.decisionsNoneHint')} />;
          const due = page.items.map((item) => item.sla_due).filter((at) => at !== null).sort();
          const oldest = page.items.map((item) => item.pending_since).sort()[0];
          const overdue = due.filter((at) => Date.parse(at) < now).length;
          const soon = due.filter((at) => Date.parse(at) >= now && Date.parse(at) < now + dueSoon).length;
          return (
            <div className="stack">
              <dl className={styles.figures}>
                <div className={styles.lead}>
                  <dt>{t('home.decisions')}</dt>
                  <dd>{page.total}</dd>
                </div>
                <div>
                  <dt>{t('home.oldest')}</dt>
                  <dd>
                    <Instant at={oldest} relative />
                  </dd>
                </div>
                <div>
                  <dt>{t('home.nextDeadline')}</dt>
                  <dd>
                    <DueDate at={due[0] ?? null} />
                  </dd>
                </div>
                <div>
                  <dt>{t('home.overdue')}</dt>
                  <dd className={overdue > 0 ? 'bad' : undefined}>{overdue}</dd>
                </div>
                <div>
                  <dt>{t('home.dueSoon')}</dt>
                  <dd className={soon > 0 ? 'warn' : undefined}>{soon}</dd>
                </div>
              </dl>
              <ul className={styles.list}>
                {page.items.slice(0, shown).map((item) => (
                  <li key={item.queue_id} className={styles.item}>
                    <div className={styles.what}>
                      <Link to={`/approvals/${item.queue_id}`} className={styles.name}>
                        {item.errata_id}
                      </Link>
                      <span className="soft">{item.synopsis}</span>
                    </div>
                    <SeverityBadge severity={item.severity} />
                    <span className={styles.scores}>
                      <span className="soft">{t('approvals.col.urgency')}</span> <Figure value={item.urgency_score} meaning="risk" />
                      {' · '}
                      <span className="soft">{t('approvals.col.score')}</span> <Figure value={item.success_score} meaning="safety" />
                    </span>
                    <Button component={Link} to={`/approvals/${item.queue_id}`} size="compact-sm" variant="default">
                      {t('home.review')}
                      <span className="hidden-text"> {item.errata_id}</span>
                    </Button>
                  </li>
                ))}
              </ul>
            </div>
          );
        }}
      </Answer>
    </Panel>
  );
}

function useExposure(severity: 'Critical' | 'High') {
  return useQuery({
    queryKey: ['errata', 'exposure', severity],
    queryFn: ({signal}) => get('/errata', {query: {severity, applicable: true, type: 'security', limit: looked}, signal}),
    select: (page) => ({errata: page.total, worst: [...page.items].sort((a, b) => b.applicable_system_count - a.applicable_system_count)[0], systems: page.items.reduce((sum, each) => sum + each.applicable_system_count, 0)}),
  });
}

function Exposure() {
  const t = useT();
  const critical = useExposure('Critical');
  const high = useExposure('High');
  const worst = critical.data?.worst ?? high.data?.worst;
  const line = (label: string, severity: string, exposure: ReturnType<typeof useExposure>) => (
    <div>
      <dt>{label}</dt>
      <dd>
        {exposure.data ? (
          <Link to={`/errata?severity=${severity}&applicable=true&type=security`}>
            <span className={severity === 'Critical' && exposure.data.errata > 0 ? 'bad' : undefined}>{exposure.data.errata}</span>
            <span className={styles.times}> × {t('common.systems', {count: exposure.data.systems})}</span>
          </Link>
        ) : (
          '–'
        )}
      </dd>
    </div>
  );
  return (
    <Panel title={t('home.exposure')} aside={t('home.exposureHint')}>
      <dl className={styles.figures}>
        {line(t('home.exposureCritical'), 'Critical', critical)}
        {line(t('home.exposureHigh'), 'High', high)}
      </dl>
      {worst && (
        <p className={styles.worst}>
          <span className="soft">{t('home.exposureWorst')}:</span> <Link to={`/errata/${encodeURIComponent(worst.errata_id)}`}>{worst.errata_id}</Link>,{' '}
          {t('common.systems', {count: worst.applicable_system_count})}
        </p>
      )}
    </Panel>
  );
}
