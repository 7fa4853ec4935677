// Why an item does not move, in one line: the reason, and the countdown of a retry.
import type {QueueItem} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import type {MessageKey} from '@/shared/i18n/messages/en';
import {Instant} from '@/shared/ui/Instant';

export function WhyItWaits({item}: {item: QueueItem}) {
  const t = useT();
  if (item.status === 'superseded' && item.superseded_by) return <span className="soft">{t('queue.supersededBy', {errata: item.superseded_by})}</span>;
  if (item.status === 'retry_pending' && item.retry_after) {
    return (
      <span>
        {t('waiting.retry')} <Instant at={item.retry_after} relative />
      </span>
    );
  }
  if (item.status === 'snoozed' && item.snooze_until) {
    return (
      <span>
        {t('waiting.snoozed')} <Instant at={item.snooze_until} relative />
      </span>
    );
  }
  if (item.status === 'failed' && item.failure_phase) {
    return (
      <span title={item.failure_reason ?? undefined}>
        {t(`phase.${item.failure_phase}` as MessageKey)}
        {item.failure_class && `: ${t(`failureClass.${item.failure_class}`)}`}
      </span>
    );
  }
  if (!item.waiting_code || item.waiting_code === 'decision') return <span className="soft">–</span>;
  return <span title={item.waiting_reason ?? undefined}>{t(`waiting.${item.waiting_code}`)}</span>;
}
