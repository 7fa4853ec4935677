// The calls of a decision, what is said after them, and the short way back.
import {useQueryClient} from '@tanstack/react-query';
import {useCallback} from 'react';
import {address, call, send} from '@/shared/api/client';
import {useI18n} from '@/shared/i18n/i18n';
import {useMay} from '@/shared/lib/session';
import {formatInstant} from '@/shared/lib/time';
import {useNotify} from '@/shared/ui/Notices';
import type {Action} from './DecisionDialog';

interface Item {
  queue_id: number;
  errata_id: string;
  approvals_given: number;
  approvals_required: number;
}

export function useDecide() {
  const {t, language} = useI18n();
  const notify = useNotify();
  const queries = useQueryClient();
  const mayTakeBack = useMay('manage_queue');

  const refresh = useCallback(() => Promise.all(['approvals', 'queue', 'home'].map((key) => queries.invalidateQueries({queryKey: [key]}))), [queries]);

  const undo = useCallback(
    async (item: Item) => {
      try {
        await send('patch', '/queue/{id}', {path: {id: item.queue_id}, body: {status: 'pending_approval'}});
        notify({text: t('decision.undone', {errata: item.errata_id}), tone: 'info'});
      } catch (error) {
        notify({text: t('decision.undoFailed', {reason: (error as Error).message}), tone: 'bad'});
      }
      await refresh();
    },
    [notify, refresh, t],
  );

  return useCallback(
    async (item: Item, action: Action, {reason, days}: {reason: string; days: number}) => {
      const path = {queue_id: item.queue_id};
      const errata = item.errata_id;
      const back = mayTakeBack ? () => void undo(item) : undefined;
      if (action === 'reject') {
        await send('post', '/approvals/{queue_id}/reject', {path, body: {reason}});
        notify({text: t('decision.rejected', {errata})});
      } else if (action === 'snooze') {
        const snoozed = await send('post', '/approvals/{queue_id}/snooze', {path, body: {snooze_days: days, reason}});
        notify({text: t('decision.snoozed', {errata, date: formatInstant(snoozed.snooze_until, language)}), undo: back});
      } else if (action === 'break_glass') {
        await call('POST', address('/approvals/{queue_id}/break-glass', path), {reason});
        notify({text: t('decision.approved', {errata}), undo: back});
      } else {
        await send('post', '/approvals/{queue_id}/approve', {path, body: reason ? {reason} : {}});
        const isLast = item.approvals_given + 1 >= item.approvals_required;
        if (isLast) notify({text: t('decision.approved', {errata}), undo: back});
        else notify({text: t('decision.approvedFirst', {errata}), tone: 'info'});
      }
      await refresh();
    },
    [language, mayTakeBack, notify, refresh, t, undo],
  );
}
