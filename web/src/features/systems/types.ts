// Answers of the calls on systems.
import type {Severity} from '@/shared/api/types';

export interface RiskContext {
  exposure: 'internal' | 'dmz' | 'external';
  criticality: 'low' | 'medium' | 'high' | 'critical';
  data: 'public' | 'internal' | 'confidential' | 'restricted';
}

export interface System {
  id: number;
  name: string;
  target_os: string | null;
  os_release: string;
  ip: string;
  org_id: number | null;
  groups: string[];
  role: 'test' | 'production';
  role_source: 'uyuni' | 'person';
  reboot_pending: boolean | null;
  quarantined_at: string | null;
  quarantine_reason: string | null;
  unreachable_at: string | null;
  risk_context: RiskContext;
  applicable_errata: number;
  current_test_id: number | null;
  last_checkin_at: string | null;
  seen_at: string;
}

export interface SystemDetail extends System {
  minion_id: string;
  applicable_by_severity: Partial<Record<Severity, number>>;
  current_test: {test_id: number; errata_id: string; current_phase: string} | null;
  facts: {name: string; value: unknown; source: string; observed_at: string | null}[];
}
