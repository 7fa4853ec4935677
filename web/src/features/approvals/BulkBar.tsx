// Decisions over many errata: chosen rows, or everything that matches the filters, also what is not in view.
import {Button, Modal} from '@mantine/core';
import {useQueryClient} from '@tanstack/react-query';
import {useEffect, useMemo, useState} from 'react';
import {address, call, get} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {Badge} from '@/shared/ui/Badges';
import type {Selection} from '@/shared/ui/DataTable';
import {DecisionDialog} from './DecisionDialog';
import type {BatchDecided, DecisionAction} from './types';

type Query = NonNullable<Parameters<typeof get<'/approvals/pending'>>[1]>['query'];
const largestBatch = 500; // of the server

export interface BulkSelection extends Selection {
  selectAll: () => void;
  clear: () => void;
}

export function useSelection(query: Query): BulkSelection {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const [isAll, setAll] = useState(false);
  const matching = JSON.stringify(query);
  useEffect(() => {
    setIds(new Set());
    setAll(false);
  }, [matching]);
  return useMemo(
    () => ({
      ids,
      isAll,
      toggle: (id: number) => {
        setAll(false);
        setIds((before) => {
          const after = new Set(before);
          if (!after.delete(id)) after.add(id);
          return after;
        });
      },
      selectAll: () => setAll(true),
      clear: () => {
        setAll(false);
        setIds(new Set());
      },
    }),
    [ids, isAll],
  );
}

async function idsOf(query: Query): Promise<number[]> {
  const ids: number[] = [];
  for (;;) {
    const page = await get('/approvals/pending', {query: {...query, offset: ids.length, limit: largestBatch}});
    ids.push(...page.items.map((item) => item.queue_id));
    if (page.items.length < largestBatch) return [...new Set(ids)];
  }
}

async function decideMany(action: DecisionAction, ids: number[], reason: string, days: number): Promise<BatchDecided> {
  const whole: BatchDecided = {processed: 0, succeeded: 0, failed: 0, results: []};
  for (let at = 0; at < ids.length; at += largestBatch) {
    const body = {action, queue_ids: ids.slice(at, at + largestBatch), ...(reason && {reason}), ...(action === 'snooze' && {snooze_days: days})};
    const part = await call<BatchDecided>('POST', address('/approvals/batch'), body);
    whole.processed += part.processed;
    whole.succeeded += part.succeeded;
    whole.failed += part.failed;
    whole.results.push(...part.results);
  }
  return whole;
}

export function BulkBar({selection, total, query}: {selection: BulkSelection; total: number; query: Query}) {
  const t = useT();
  const queries = useQueryClient();
  const [action, setAction] = useState<DecisionAction>();
  const [outcome, setOutcome] = useState<BatchDecided>();
  const count = selection.isAll ? total : selection.ids.size;

  const run = async (reason: string, days: number) => {
    const ids = selection.isAll ? await idsOf(query) : [...selection.ids];
    const done = await decideMany(action!, ids, reason, days);
    setOutcome(done);
    selection.clear();
    for (const key of ['approvals', 'queue', 'home']) void queries.invalidateQueries({queryKey: [key]});
  };

  return (
    <>
      {count > 0 && (
        <div className="row">
          <span>{selection.isAll ? t('approvals.selectedAll', {count}) : t('common.selected', {count})}</span>
          {!selection.isAll && total > count && (
            <Button size="compact-sm" variant="subtle" onClick={selection.selectAll}>
              {t('approvals.selectAll', {count: total})}
            </Button>
          )}
          <Button size="compact-sm" onClick={() => setAction('approve')}>{t('decision.approve')}</Button>
          <Button size="compact-sm" variant="default" onClick={() => setAction('snooze')}>{t('decision.snooze')}</Button>
          <Button size="compact-sm" variant="outline" color="red" onClick={() => setAction('reject')}>{t('decision.reject')}</Button>
          <Button size="compact-sm" variant="subtle" onClick={selection.clear}>{t('approvals.clearSelection')}</Button>
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
        <Modal opened onClose={() => setOutcome(undefined)} title={t('approvals.bulkDone', {done: outcome.succeeded, count: outcome.processed})} closeButtonProps={{'aria-label': t('common.close')}}>
          <ul className="stack tight" aria-label={t('approvals.bulkResult')}>
            {[...outcome.results].sort((a, b) => Number(a.ok) - Number(b.ok)).map((result) => (
              <li key={result.queue_id} className="row apart">
                <span className="mono">{result.errata_id ?? result.queue_id}</span>
                {result.ok ? <Badge tone="ok">{t('approvals.bulkOk')}</Badge> : <span className="bad wrap">{result.message ?? result.error}</span>}
              </li>
            ))}
          </ul>
        </Modal>
      )}
    </>
  );
}
