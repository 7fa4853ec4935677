// Small parts of the approvals' pages.
import type {PendingApproval} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {Instant, useClock} from '@/shared/ui/Instant';

const soon = 72 * 3_600_000;

export function DueDate({at}: {at: string | null}) {
  const tone = useClock((now) => (at === null ? 'soft' : Date.parse(at) < now ? 'bad' : Date.parse(at) - now < soon ? 'warn' : undefined));
  return (
    <span className={tone}>
      <Instant at={at} relative />
    </span>
  );
}

export function formatDelta(value: number | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const rounded = Math.abs(value) < 0.05 ? 0 : value;
  return `${rounded > 0 ? '+' : rounded < 0 ? '−' : '±'}${Math.abs(rounded).toFixed(1)}`;
}

export function MetricsInBrief({of: summary}: {of: PendingApproval['metrics_summary']}) {
  const t = useT();
  const cpu = formatDelta(summary.cpu_delta);
  const memory = formatDelta(summary.memory_delta);
  const parts = [cpu && t('approvals.cpu', {delta: cpu}), memory && t('approvals.memory', {delta: memory}), summary.reboot_required && t('approvals.reboot')].filter(Boolean);
  return <span title={t('approvals.points')}>{parts.length > 0 ? parts.join(' · ') : t('common.notMeasured')}</span>;
}
