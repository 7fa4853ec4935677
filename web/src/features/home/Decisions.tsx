// What waits for a decision: how much, how long, until when, and the most urgent ones.
import {Button} from '@mantine/core';
import {useQuery} from '@tanstack/react-query';
import type {ReactNode} from 'react';
import {Link} from 'react-router-dom';
import type {PendingApproval} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {Badge, SeverityBadge} from '@/shared/ui/Badges';
import {Figure} from '@/shared/ui/Gauge';
import {Instant} from '@/shared/ui/Instant';
import {Panel} from '@/shared/ui/Page';
import {Answer, EmptyState} from '@/shared/ui/States';
import {DueDate} from '@/features/approvals/Parts';
import styles from './HomePage.module.css';
import {mostUrgent, overview} from './questions';

export function Decisions() {
  const t = useT();
  const figures = useQuery(overview);
  return (
    <Panel title={t('home.decisions')} aside={<Link to="/approvals">{t('home.reviewAll')}</Link>}>
      <Answer of={figures}>
        {({decisions, exploits_known: isKnown}) =>
          decisions.waiting === 0 ? (
            <EmptyState title={t('home.decisionsNone')} hint={t('home.decisionsNoneHint')} />
          ) : (
            <div className="stack">
              <dl className={styles.figures}>
                <Fact label={t('home.waiting')} isLead>
                  {decisions.waiting}
                </Fact>
                <Fact label={t('home.oldest')}>
                  <Instant at={decisions.oldest_since} relative />
                </Fact>
                <Fact label={t('home.nextDeadline')}>
                  <DueDate at={decisions.next_due} />
                </Fact>
                <Fact label={t('home.overdue')} tone={decisions.overdue > 0 ? 'bad' : undefined}>
                  {decisions.overdue}
                </Fact>
                <Fact label={t('home.dueSoon')} tone={decisions.due_soon > 0 ? 'warn' : undefined}>
                  {decisions.due_soon}
                </Fact>
                <Fact label={t('home.knownExploited')} tone={decisions.known_exploited > 0 ? 'bad' : undefined}>
                  {isKnown ? decisions.known_exploited : <span className={styles.unknown}>{t('home.noExploitData')}</span>}
                </Fact>
              </dl>
              <MostUrgent />
            </div>
          )
        }
      </Answer>
    </Panel>
  );
}

function Fact({label, tone, isLead, children}: {label: string; tone?: 'bad' | 'warn'; isLead?: boolean; children: ReactNode}) {
  return (
    <div className={isLead ? styles.lead : undefined}>
      <dt>{label}</dt>
      <dd className={tone}>{children}</dd>
    </div>
  );
}

function MostUrgent() {
  const pending = useQuery(mostUrgent);
  return (
    <Answer of={pending}>
      {({items}) => (
        <ul className={styles.list}>
          {items.map((item) => (
            <Item key={item.queue_id} item={item} />
          ))}
        </ul>
      )}
    </Answer>
  );
}

function Item({item}: {item: PendingApproval}) {
  const t = useT();
  return (
    <li className={styles.item}>
      <div className={styles.what}>
        <span className={styles.line}>
          <Link to={`/approvals/${item.queue_id}`} className={styles.name}>
            {item.errata_id}
          </Link>
          <SeverityBadge severity={item.severity} />
          {item.known_exploited && <Badge tone="bad">{t('decision.kev')}</Badge>}
        </span>
        <span className={styles.synopsis} lang="en">
          {item.synopsis}
        </span>
      </div>
      <dl className={styles.scores}>
        <div>
          <dt>{t('approvals.col.urgency')}</dt>
          <dd>
            <Figure value={item.urgency_score} meaning="risk" />
          </dd>
        </div>
        <div>
          <dt>{t('approvals.col.score')}</dt>
          <dd>
            <Figure value={item.success_score} meaning="safety" />
          </dd>
        </div>
        <div>
          <dt>{t('approvals.col.due')}</dt>
          <dd>
            <DueDate at={item.sla_due} />
          </dd>
        </div>
      </dl>
      <Button component={Link} to={`/approvals/${item.queue_id}`} size="compact-sm" variant="default">
        {t('home.review')}
        <span className="hidden-text"> {item.errata_id}</span>
      </Button>
    </li>
  );
}
