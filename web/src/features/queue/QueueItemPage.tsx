// One erratum on its way: where it stands, why, what one can do with it, its tests.
import {Button, NumberInput, Textarea} from '@mantine/core';
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {Link, useNavigate, useParams} from 'react-router-dom';
import {get, send} from '@/shared/api/client';
import type {QueueItem, QueueStatus} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import type {MessageKey} from '@/shared/i18n/messages/en';
import {useMay} from '@/shared/lib/session';
import {formatDuration} from '@/shared/lib/time';
import {Badge, QueueStatusBadge, SeverityBadge, TestStatusBadge} from '@/shared/ui/Badges';
import {ActionDialog, Refusal} from '@/shared/ui/Dialogs';
import {systemNames} from '@/shared/ui/Filters';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Facts, Page, Panel, PlainTable} from '@/shared/ui/Page';
import {Said, useProblemText} from '@/shared/ui/Said';
import {Answer} from '@/shared/ui/States';

const removable: ReadonlySet<QueueStatus> = new Set<QueueStatus>(['queued', 'retry_pending', 'failed', 'superseded']);
const startable: ReadonlySet<QueueStatus> = new Set<QueueStatus>(['queued', 'retry_pending']);

export default function QueueItemPage() {
  const id = Number(useParams().id);
  const item = useQuery({queryKey: ['queue', 'item', id], queryFn: ({signal}) => get('/queue/{id}', {path: {id}, signal})});
  return <Answer of={item} isPage>{(loaded) => <Item key={id} item={loaded} />}</Answer>;
}

function Item({item}: {item: QueueItem}) {
  const t = useT();
  const mayManage = useMay('manage_queue');
  return (
    <Page
      title={item.errata_id}
      aside={
        <span className="row">
          <QueueStatusBadge status={item.status} />
          <SeverityBadge severity={item.severity} />
          <span>{systemNames[item.target_os] ?? item.target_os}</span>
        </span>
      }
      actions={<Actions item={item} />}
    >
      <p lang="en">{item.errata_synopsis}</p>
      <Panel>
        <div className="stack">
          <Facts
            items={[
              [t('queue.col.position'), item.position ?? '–'],
              [t('approvals.col.score'), item.success_score],
              [t('approvals.col.urgency'), Math.round(item.urgency_score)],
              [t('queue.col.queued'), <Instant key="queued" at={item.queued_at} />],
              [t('audit.actor'), item.created_by],
              [t('common.advisory'), <Link key="errata" to={`/errata/${encodeURIComponent(item.errata_id)}`}>{item.errata_id}</Link>],
            ]}
          />
          {item.waiting_reason && (
            <p>
              <strong>{t('queue.col.why')}:</strong> <Said>{item.waiting_reason}</Said>
            </p>
          )}
          {item.retry_after && (
            <p>
              {t('waiting.retry')} <Instant at={item.retry_after} relative /> ({t('run.attempt', {count: item.retry_count + 1})})
            </p>
          )}
          {item.superseded_by && (
            <p>
              <Link to={`/errata/${encodeURIComponent(item.superseded_by)}`}>{t('queue.supersededBy', {errata: item.superseded_by})}</Link>
            </p>
          )}
          {item.failure_phase && (
            <p className="bad wrap">
              {t('run.failed', {phase: t(`phase.${item.failure_phase}` as MessageKey)})}: <Said>{item.failure_reason ?? ''}</Said>
            </p>
          )}
        </div>
      </Panel>
      {item.test_systems && item.test_systems.length > 0 && (
        <Panel title={t('queue.systems')} flush>
          <PlainTable label={t('queue.systems')} head={[t('tests.system'), t('common.status'), t('nav.tests'), t('common.reason')]}>
            {item.test_systems.map((target) => (
              <tr key={target.system.id}>
                <td>{target.system.name}</td>
                <td>{target.state === 'waiting' || target.state === 'skipped' ? <Badge tone="mute">{t(`queue.target.${target.state}`)}</Badge> : <TestStatusBadge status={target.state} />}</td>
                <td>{target.test_id ? <Link to={`/tests/${target.test_id}`}>{t('run.title', {id: target.test_id})}</Link> : '–'}</td>
                <td>{target.reason ? <Said>{target.reason}</Said> : '–'}</td>
              </tr>
            ))}
          </PlainTable>
        </Panel>
      )}
      <TestsOf item={item} />
      {mayManage && <EditPanel item={item} />}
    </Page>
  );
}

function Actions({item}: {item: QueueItem}) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayManage = useMay('manage_queue');
  const mayRun = useMay('run_tests');
  const [isRemoving, setRemoving] = useState(false);
  const refresh = () => Promise.all(['queue', 'approvals', 'tests'].map((key) => queries.invalidateQueries({queryKey: [key]})));
  const failed = (error: Error) => notify({text: problemText(error), tone: 'bad'});
  const start = useMutation({
    mutationFn: (onAll: boolean) => send('post', '/test/start', {body: {queue_id: item.id, test_on_all: onAll}}),
    onSuccess: async (started) => {
      notify({text: t('queue.started', {errata: started.errata_id, system: started.test_system.name})});
      await refresh();
      navigate(`/tests/${started.test_id}`);
    },
    onError: failed,
  });
  const move = useMutation({
    mutationFn: (status: 'queued' | 'pending_approval') => send('patch', '/queue/{id}', {path: {id: item.id}, body: {status}}),
    onSuccess: async (moved) => {
      notify({text: moved.status === 'queued' ? t('queue.requeued', {errata: item.errata_id}) : t('decision.undone', {errata: item.errata_id})});
      await refresh();
    },
    onError: failed,
  });
  const remove = async () => {
    await send('delete', '/queue/{id}', {path: {id: item.id}});
    notify({text: t('queue.removed', {errata: item.errata_id})});
    navigate('/queue');
    await refresh();
  };
  return (
    <>
      {item.status === 'pending_approval' && (
        <Button component={Link} to={`/approvals/${item.id}`}>
          {t('run.decide')}
        </Button>
      )}
      {mayManage && (item.status === 'failed' || item.status === 'rejected') && <Button onClick={() => move.mutate('queued')}>{t('queue.requeue')}</Button>}
      {mayManage && item.status === 'snoozed' && <Button onClick={() => move.mutate('pending_approval')}>{t('queue.unsnooze')}</Button>}
      {mayManage && item.status === 'approved' && (
        <Button variant="default" onClick={() => move.mutate('pending_approval')}>
          {t('queue.takeBack')}
        </Button>
      )}
      {mayManage && removable.has(item.status) && (
        <Button variant="outline" color="red" onClick={() => setRemoving(true)}>
          {t('queue.remove')}
        </Button>
      )}
      {mayRun && startable.has(item.status) && (
        <>
          <Button variant="default" loading={start.isPending} onClick={() => start.mutate(true)}>
            {t('queue.startAll')}
          </Button>
          <Button loading={start.isPending} onClick={() => start.mutate(false)}>
            {t('queue.start')}
          </Button>
        </>
      )}
      {isRemoving && (
        <ActionDialog title={t('queue.removeTitle', {errata: item.errata_id})} what={t('queue.removeWhat')} confirm={t('queue.remove')} isDangerous onConfirm={remove} onClose={() => setRemoving(false)} />
      )}
    </>
  );
}

function TestsOf({item}: {item: QueueItem}) {
  const t = useT();
  const tests = useQuery({queryKey: ['tests', 'of', item.id], queryFn: ({signal}) => get('/tests', {query: {queue_id: item.id}, signal})});
  return (
    <Panel title={t('errata.tests')} flush>
      <Answer of={tests}>
        {({items}) =>
          items.length === 0 ? (
            <p className="soft" style={{padding: '0 0.9rem 0.8rem'}}>
              {t('errata.testsNone')}
            </p>
          ) : (
            <PlainTable label={t('errata.tests')} head={[t('nav.tests'), t('tests.result'), t('tests.system'), t('tests.duration'), t('tests.started')]}>
              {items.map((test) => (
                <tr key={test.test_id}>
                  <td>
                    <Link to={`/tests/${test.test_id}`}>{t('run.title', {id: test.test_id})}</Link>
                  </td>
                  <td>
                    <TestStatusBadge status={test.status} />
                  </td>
                  <td>{test.test_system.name}</td>
                  <td>{formatDuration(test.duration_seconds)}</td>
                  <td>
                    <Instant at={test.started_at} relative />
                  </td>
                </tr>
              ))}
            </PlainTable>
          )
        }
      </Answer>
    </Panel>
  );
}

function EditPanel({item}: {item: QueueItem}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [priority, setPriority] = useState<number | string>(item.priority_override);
  const [notes, setNotes] = useState(item.notes);
  const save = useMutation({
    mutationFn: () => send('patch', '/queue/{id}', {path: {id: item.id}, body: {priority_override: Number(priority) || 0, notes}}),
    onSuccess: async (saved) => {
      notify({text: saved.new_position ? t('queue.newPosition', {errata: item.errata_id, position: saved.new_position}) : t('queue.changed', {errata: item.errata_id})});
      await queries.invalidateQueries({queryKey: ['queue']});
    },
  });
  const isChanged = Number(priority) !== item.priority_override || notes !== item.notes;
  return (
    <Panel title={`${t('queue.priority')}, ${t('queue.notes').toLowerCase()}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <NumberInput label={t('queue.priority')} description={t('queue.priorityHint')} value={priority} onChange={setPriority} min={-1000} max={1000} maw="14rem" />
        <Textarea label={t('queue.notes')} value={notes} onChange={(event) => setNotes(event.currentTarget.value)} autosize minRows={2} maxLength={4000} maw="50rem" />
        {save.error && <Refusal error={save.error} />}
        <div>
          <Button type="submit" disabled={!isChanged} loading={save.isPending}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
