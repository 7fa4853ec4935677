// Everything that a person needs to decide about one erratum, on one page: the decision first, the evidence beside it.
import {Button} from '@mantine/core';
import {useQuery} from '@tanstack/react-query';
import {useState, type ReactNode} from 'react';
import {Link, useNavigate, useParams} from 'react-router-dom';
import {ApiError, get} from '@/shared/api/client';
import type {PendingApprovalDetail} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useKeys} from '@/shared/lib/keys';
import {useMay} from '@/shared/lib/session';
import {formatDuration} from '@/shared/lib/time';
import {Badge, SeverityBadge, type Tone} from '@/shared/ui/Badges';
import {systemNames} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {Page, Panel} from '@/shared/ui/Page';
import {Said} from '@/shared/ui/Said';
import {Answer, EmptyState} from '@/shared/ui/States';
import {MetricsPanel, NotTestedPanel, PackagesPanel, ServicesPanel} from '@/features/tests/Outcome';
import {VerdictStrip} from '@/features/tests/VerdictStrip';
import {useDecide} from './decide';
import {DecisionDialog, type Action} from './DecisionDialog';
import styles from './DecisionPage.module.css';
import {DueDate} from './Parts';
import {ScoreReasons, UrgencyReasons} from './Reasons';

export default function DecisionPage() {
  const t = useT();
  const id = Number(useParams().id);
  const item = useQuery({queryKey: ['approvals', 'detail', id], queryFn: ({signal}) => get('/approvals/pending/{queue_id}', {path: {queue_id: id}, signal})});
  const isGone = item.error instanceof ApiError && (item.error.status === 404 || item.error.status === 409);
  if (isGone) {
    return (
      <EmptyState
        isPage
        title={t('decision.notPending')}
        hint={t('decision.notPendingHint')}
        action={
          <div className="row">
            <Button component={Link} to={`/queue/${id}`} variant="default">
              {t('queue.item', {id})}
            </Button>
            <Button component={Link} to="/approvals">
              {t('home.reviewAll')}
            </Button>
          </div>
        }
      />
    );
  }
  return <Answer of={item} isPage>{(loaded) => <Decision item={loaded} />}</Answer>;
}

function Decision({item}: {item: PendingApprovalDetail}) {
  const t = useT();
  const decide = useDecide();
  const navigate = useNavigate();
  const mayDecide = useMay('decide');
  const mayBreakGlass = useMay('break_glass');
  const [asked, setAsked] = useState<Action>();
  const ask = (action: Action) => () => mayDecide && setAsked(action);
  useKeys({a: ask('approve'), r: ask('reject'), s: ask('snooze')});

  const missing = item.approvals_required - item.approvals_given;
  const what: Record<Action, string> = {
    approve: missing > 1 ? t('decision.approveFirstOfTwo') : t('decision.approveWhat', {count: item.affected_systems.length}),
    reject: t('decision.rejectWhat'),
    snooze: t('decision.snoozeWhat'),
    break_glass: t('decision.breakGlassWhat'),
  };
  const title: Record<Action, string> = {
    approve: t('decision.approveTitle', {errata: item.errata_id}),
    reject: t('decision.rejectTitle', {errata: item.errata_id}),
    snooze: t('decision.snoozeTitle', {errata: item.errata_id}),
    break_glass: t('decision.breakGlassTitle', {errata: item.errata_id}),
  };
  const afterwards = async (action: Action, decision: {reason: string; days: number}) => {
    await decide(item, action, decision);
    if (action !== 'approve' || missing <= 1) navigate('/approvals');
  };
  return (
    <Page
      title={item.errata_id}
      aside={<Head item={item} />}
      actions={mayDecide ? <Actions onAsk={setAsked} /> : <p className="soft">{t('decision.mayNot')}</p>}
      keepsHead
    >
      <p className={styles.synopsis} lang="en">
        {item.synopsis}
      </p>
      <div className={styles.layout}>
        <div className={`stack ${styles.why}`}>
          <UrgencyReasons item={item} />
          <ScoreReasons score={item.success_score} breakdown={item.score_breakdown} />
          <WhoDecides item={item} onBreakGlass={mayBreakGlass && missing > 1 ? () => setAsked('break_glass') : undefined} />
        </div>
        <div className={styles.verdict}>
          <Verdict item={item} />
        </div>
        <div className={styles.untested}>
          <NotTestedPanel notTested={item.test.not_tested} />
        </div>
        <div className={`stack ${styles.proof}`}>
          <MetricsPanel result={item.test} />
          <PackagesPanel result={item.test} />
          <ServicesPanel result={item.test} />
        </div>
        <div className={`stack ${styles.where}`}>
          <AffectedSystems item={item} />
          <EarlierDecisions item={item} />
          <Panel title={t('decision.description')} aside={<Link to={`/errata/${encodeURIComponent(item.errata_id)}`}>{t('common.details')}</Link>}>
            <p className={`pre ${styles.description}`} lang="en" tabIndex={0}>
              {item.description || item.synopsis}
            </p>
          </Panel>
        </div>
      </div>
      {asked && <DecisionDialog action={asked} title={title[asked]} what={what[asked]} onDecide={(decision) => afterwards(asked, decision)} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}

function Head({item}: {item: PendingApprovalDetail}) {
  const t = useT();
  return (
    <span className={styles.facts}>
      <SeverityBadge severity={item.severity} />
      {item.known_exploited && <Badge tone="bad">{t('decision.kev')}</Badge>}
      <span>{systemNames[item.target_os] ?? item.target_os}</span>
      <span>
        {t('approvals.col.waiting')} <Instant at={item.pending_since} relative />
      </span>
      {item.sla_due && (
        <span>
          {t('approvals.col.due')} <DueDate at={item.sla_due} />
        </span>
      )}
    </span>
  );
}

function Verdict({item}: {item: PendingApprovalDetail}) {
  const t = useT();
  return (
    <Panel
      title={
        <span className="row">
          {t('decision.verdict')} <Badge tone="ok">{t('testStatus.passed')}</Badge>
        </span>
      }
      aside={<Link to={`/tests/${item.test_id}`}>{t('decision.testRun', {id: item.test_id})}</Link>}
    >
      <div className="stack tight">
        <p className="soft">
          {t('decision.passedOn', {system: item.test.test_system.name, duration: formatDuration(item.test_duration_seconds)})}, <Instant at={item.tested_at} relative />
        </p>
        <VerdictStrip testId={item.test_id} phases={item.test.phases} />
      </div>
    </Panel>
  );
}

function Key({children}: {children: ReactNode}) {
  return (
    <kbd className={styles.key} aria-hidden="true">
      {children}
    </kbd>
  );
}

function Actions({onAsk}: {onAsk: (action: Action) => void}) {
  const t = useT();
  return (
    <div className={styles.actions}>
      <Button onClick={() => onAsk('approve')} rightSection={<Key>a</Key>}>
        {t('decision.approve')}
      </Button>
      <Button variant="outline" color="red" onClick={() => onAsk('reject')} rightSection={<Key>r</Key>}>
        {t('decision.reject')}
      </Button>
      <Button variant="default" onClick={() => onAsk('snooze')} rightSection={<Key>s</Key>}>
        {t('decision.snooze')}
      </Button>
    </div>
  );
}

function WhoDecides({item, onBreakGlass}: {item: PendingApprovalDetail; onBreakGlass?: () => void}) {
  const t = useT();
  const missing = item.approvals_required - item.approvals_given;
  return (
    <Panel title={t('decision.who')} aside={t('decision.given', {given: item.approvals_given, required: item.approvals_required})}>
      <ul className="stack tight">
        {item.approvers.map((approver) => (
          <li key={approver.name} className="row">
            <span className="ok">{t('decision.approvedBy', {name: approver.name})}</span> <Instant at={approver.approved_at} relative />
          </li>
        ))}
        <li>{item.approvals_required === 1 ? t('decision.oneIsEnough') : t('decision.missing', {count: missing})}</li>
        {item.four_eyes_reasons.map((reason) => (
          <li key={reason} className="soft">
            <Said>{reason}</Said>
          </li>
        ))}
      </ul>
      {onBreakGlass && (
        <Button mt="xs" size="compact-sm" variant="subtle" color="red" onClick={onBreakGlass}>
          {t('decision.breakGlass')}
        </Button>
      )}
    </Panel>
  );
}

function AffectedSystems({item}: {item: PendingApprovalDetail}) {
  const t = useT();
  return (
    <Panel title={t('decision.systems')} aside={t('common.systems', {count: item.affected_systems.length})}>
      {item.affected_systems.length === 0 ? (
        <p className="soft">{t('decision.systemsNone')}</p>
      ) : (
        <ul className={styles.systems} tabIndex={0} aria-label={t('decision.systems')}>
          {item.affected_systems.map((system) => (
            <li key={system.id}>
              <Link to={`/systems/${system.id}`}>{system.name}</Link> <span className="soft">{system.os_release}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const tones: Record<string, Tone> = {approve: 'ok', reject: 'bad', snooze: 'mute'};

function EarlierDecisions({item}: {item: PendingApprovalDetail}) {
  const t = useT();
  return (
    <Panel title={t('decision.earlier')}>
      {item.earlier_decisions.length === 0 ? (
        <p className="soft">{t('decision.earlierNone')}</p>
      ) : (
        <ul className="stack">
          {item.earlier_decisions.map((decision) => (
            <li key={decision.approval_id} className="stack tight">
              <span className="row">
                <Badge tone={tones[decision.action] ?? 'mute'}>{t(`approvals.action.${decision.action}`)}</Badge>
                <span className="mono">{decision.errata_id}</span>
                <span className="soft">
                  {decision.actor}, <Instant at={decision.decided_at} relative />
                </span>
              </span>
              {decision.reason && <span className="wrap">{decision.reason}</span>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
