// Decisions over many errata: chosen rows, or everything that matches the filters when it is chosen, also what is not in view.
import {Button} from '@mantine/core';
import {useMutation, useQueryClient} from '@tanstack/react-query';
import {useEffect, useMemo, useState} from 'react';
import {address, call, get} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {Badge} from '@/shared/ui/Badges';
import type {Selection} from '@/shared/ui/DataTable';
import {Dialog} from '@/shared/ui/Dialog';
import {Refusal} from '@/shared/ui/Dialogs';
import {Said} from '@/shared/ui/Said';
import {DecisionDialog} from './DecisionDialog';
import type {BatchDecided, DecisionAction} from './types';

type Query = NonNullable<NonNullable<Parameters<typeof get<'/approvals/pending'>>[1]>['query']>;
const largestBatch = 500; // of the server
const mostShown = 500; // results, those that failed first

export interface BulkSelection extends Selection {
  choose: (ids: number[]) => void;
}

export function useSelection(query: Query): BulkSelection {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const matching = JSON.stringify(query);
  useEffect(() => setIds(new Set()), [matching]);
  return useMemo(
    () => ({
      ids,
      toggle: (id: number) =>
        setIds((before) => {
          const after = new Set(before);
          if (!after.delete(id)) after.add(id);
          return after;
        }),
      choose: (chosen: number[]) => setIds(new Set(chosen)),
    }),
    [ids],
  );
}

interface Outcome {
  results: BatchDecided['results'];
  unknown: number; // decided or not: their answer never came
  failure?: unknown;
}

// In parts, each of which stands when a later one fails: what has become of them is told all the same.
async function decideMany(action: DecisionAction, ids: number[], reason: string, days: number): Promise<Outcome> {
  const results: BatchDecided['results'] = [];
  for (let at = 0; at < ids.length; at += largestBatch) {
    const body = {action, queue_ids: ids.slice(at, at + largestBatch), ...(reason && {reason}), ...(action === 'snooze' && {snooze_days: days})};
    try {
      results.push(...(await call<BatchDecided>('POST', address('/approvals/batch'), body)).results);
    } catch (failure) {
      if (at === 0) throw failure;
      return {results, unknown: ids.length - at, failure};
    }
  }
  return {results, unknown: 0};
}

export function BulkBar({selection, total, query}: {selection: BulkSelection; total: number; query: Query}) {
  const t = useT();
  const queries = useQueryClient();
  const [action, setAction] = useState<DecisionAction>();
  const [outcome, setOutcome] = useState<Outcome>();
  const count = selection.ids.size;
  const all = useMutation({mutationFn: () => get('/approvals/selection', {query: {q: query.q, severity: query.severity, os: query.os}}), onSuccess: ({queue_ids: ids}) => selection.choose(ids)});

  const run = async (reason: string, days: number) => {
    const done = await decideMany(action!, [...selection.ids], reason, days);
    setOutcome(done);
    selection.choose([]);
    for (const key of ['approvals', 'queue', 'home']) void queries.invalidateQueries({queryKey: [key]});
  };

  return (
    <>
      {count > 0 && (
        <div className="row">
          <span>{count === total ? t('approvals.selectedAll', {count}) : t('common.selected', {count})}</span>
          {total > count && (
            <Button size="compact-sm" variant="subtle" loading={all.isPending} onClick={() => all.mutate()}>
              {t('approvals.selectAll', {count: total})}
            </Button>
          )}
          {all.error && <Refusal error={all.error} />}
          <Button size="compact-sm" onClick={() => setAction('approve')}>{t('decision.approve')}</Button>
          <Button size="compact-sm" variant="default" onClick={() => setAction('snooze')}>{t('decision.snooze')}</Button>
          <Button size="compact-sm" variant="outline" color="red" onClick={() => setAction('reject')}>{t('decision.reject')}</Button>
          <Button size="compact-sm" variant="subtle" onClick={() => selection.choose([])}>{t('approvals.clearSelection')}</Button>
        </div>
      )}
      {action && (
        <DecisionDialog
          action={action}
          title={t(`approvals.bulkTitle.${action}`, {count})}
          what={t('approvals.bulkWhat')}
          onDecide={({reason, days}) => run(reason, days)}
          onClose={() => setAction(undefined)}
        />
      )}
      {outcome && (
        <Dialog
          onClose={() => setOutcome(undefined)}
          title={t('approvals.bulkDone', {done: outcome.results.filter((result) => result.ok).length, count: outcome.results.length + outcome.unknown})}
        >
          {outcome.unknown > 0 && (
            <>
              <p className="bad">{t('approvals.bulkUnknown', {count: outcome.unknown})}</p>
              <Refusal error={outcome.failure} />
            </>
          )}
          <ul className="stack tight" aria-label={t('approvals.bulkResult')}>
            {[...outcome.results].sort((a, b) => Number(a.ok) - Number(b.ok)).slice(0, mostShown).map((result) => (
              <li key={result.queue_id} className="row apart">
                <span className="mono">{result.errata_id ?? result.queue_id}</span>
                {result.ok ? <Badge tone="ok">{t('approvals.bulkOk')}</Badge> : <span className="bad wrap"><Said>{result.message ?? result.error ?? ''}</Said></span>}
              </li>
            ))}
          </ul>
          {outcome.results.length > mostShown && <p className="soft">{t('approvals.bulkMore', {count: outcome.results.length - mostShown})}</p>}
        </Dialog>
      )}
    </>
  );
}
