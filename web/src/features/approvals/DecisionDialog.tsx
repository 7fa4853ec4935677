// Approve, reject, snooze, break glass: for one erratum or for many.
import {SegmentedControl} from '@mantine/core';
import {useState} from 'react';
import {useI18n} from '@/shared/i18n/i18n';
import {ActionDialog} from '@/shared/ui/Dialogs';
import type {DecisionAction} from './types';

export type Action = DecisionAction | 'break_glass';
const presets = [1, 3, 7, 14, 30];

interface Props {
  action: Action;
  title: string;
  what: string;
  onDecide: (decision: {reason: string; days: number}) => Promise<unknown>;
  onClose: () => void;
}

export function DecisionDialog({action, title, what, onDecide, onClose}: Props) {
  const {t, language} = useI18n();
  const [days, setDays] = useState(7);
  const until = new Intl.DateTimeFormat(language, {dateStyle: 'full'}).format(new Date(Date.now() + days * 86_400_000));
  const confirm = {approve: t('decision.approve'), reject: t('decision.reject'), snooze: t('decision.snooze'), break_glass: t('decision.breakGlass')}[action];
  const reason = action === 'approve' ? 'optional' : action === 'break_glass' ? {atLeast: 20} : 'required';
  return (
    <ActionDialog
      title={title}
      what={what}
      confirm={confirm}
      isDangerous={action === 'reject' || action === 'break_glass'}
      reason={reason}
      onConfirm={(text) => onDecide({reason: text, days})}
      onClose={onClose}
    >
      {action === 'snooze' && (
        <div className="stack tight">
          <SegmentedControl
            fullWidth
            aria-label={t('decision.snoozeFor')}
            value={String(days)}
            onChange={(value) => setDays(Number(value))}
            data={presets.map((count) => ({value: String(count), label: t('decision.days', {count})}))}
          />
          <p className="soft">{t('decision.snoozeUntil', {date: until})}</p>
        </div>
      )}
    </ActionDialog>
  );
}
