// Answers of the calls on decisions.
import type {PendingApprovalDetail, Severity} from '@/shared/api/types';

export type DecisionAction = 'approve' | 'reject' | 'snooze';

// Who has approved already and why policy wants a second person; absent where policies do not exist.
export interface FourEyes {
  approvers?: {name: string; approved_at: string}[];
  four_eyes_reasons?: string[];
}
export type DecisionItem = PendingApprovalDetail & FourEyes;

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
