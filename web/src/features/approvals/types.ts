// Answers of the calls on decisions.
import type {Severity} from '@/shared/api/types';

export type DecisionAction = 'approve' | 'reject' | 'snooze';

export interface BatchDecided {
  processed: number;
  succeeded: number;
  failed: number;
  results: {queue_id: number; ok: boolean; errata_id: string | null; error: string | null; message: string | null}[];
}

export interface PastDecision {
  approval_id: number;
  queue_id: number;
  errata_id: string;
  synopsis: string;
  severity: Severity;
  target_os: string;
  action: DecisionAction | 'break_glass';
  actor: string;
  on_behalf_of: string | null;
  reason: string;
  snooze_until: string | null;
  decided_at: string;
}
