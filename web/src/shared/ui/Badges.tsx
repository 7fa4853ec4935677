// Small words with a colour that means something; the word always says it too.
import type {ReactNode} from 'react';
import {useT} from '@/shared/i18n/i18n';
import type {MessageKey} from '@/shared/i18n/messages/en';
import type {QueueStatus, Severity} from '@/shared/api/types';
import styles from './Badges.module.css';

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'mute';

export function Badge({tone, children}: {tone: Tone; children: ReactNode}) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}

export function SeverityBadge({severity}: {severity: Severity}) {
  const t = useT();
  return (
    <span className={styles.severity} data-severity={severity}>
      {t(`severity.${severity}`)}
    </span>
  );
}

const queueTones: Partial<Record<QueueStatus, Tone>> = {
  testing: 'info',
  needs_reboot: 'info',
  rebooting: 'info',
  pending_approval: 'warn',
  approved: 'ok',
  completed: 'ok',
  prod_applied: 'ok',
  failed: 'bad',
  rolled_back: 'bad',
  rejected: 'bad',
};

export function QueueStatusBadge({status}: {status: QueueStatus}) {
  const t = useT();
  return <Badge tone={queueTones[status] ?? 'mute'}>{t(`queueStatus.${status}`)}</Badge>;
}

const testTones: Record<string, Tone> = {running: 'info', passed: 'ok', failed: 'bad', error: 'warn', aborted: 'mute'};

export function TestStatusBadge({status}: {status: string}) {
  const t = useT();
  return <Badge tone={testTones[status] ?? 'mute'}>{t(`testStatus.${status}` as MessageKey)}</Badge>;
}
