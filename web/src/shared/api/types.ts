// Short names for the contract's schemas.
import type {components} from '@/generated/api';

type Schemas = components['schemas'];
export type Severity = Schemas['Severity'];
export type QueueStatus = Schemas['QueueStatus'];
export type QueueItem = Schemas['QueueItem'];
export type PendingApproval = Schemas['PendingApproval'];
export type PendingApprovalDetail = Schemas['PendingApprovalDetail'];
export type TestEntry = Schemas['TestEntry'];
export type TestProgress = Schemas['TestProgress'];
export type TestResult = Schemas['TestResult'];
export type TestEvidence = Schemas['TestEvidence'];
export type TestPhaseStatus = Schemas['TestPhaseStatus'];
export type TestMetrics = Schemas['TestMetrics'];
export type EngineStatus = Schemas['EngineStatus'];
export type Batch = Schemas['Batch'];
export type Erratum = Schemas['Erratum'];
export type ErratumDetail = Schemas['ErratumDetail'];
export type SyncRun = Schemas['SyncRun'];
export type SyncSourceStatus = Schemas['SyncSourceStatus'];
export type CustomCheck = Schemas['CustomCheck'];
export type CustomCheckRequest = Schemas['CustomCheckRequest'];
export type RiskProfileDetail = Schemas['RiskProfileDetail'];
export type ScoreBreakdown = Schemas['ScoreBreakdown'];
export type Notice = Schemas['Notice'];
export type NoticePage = Schemas['NoticePage'];
export type HealthDetail = Schemas['HealthDetail'];
export type Cluster = Schemas['Cluster'];
export type Overview = Schemas['Overview'];
export type UrgencyReasons = Schemas['UrgencyReasons'];
export type CveFigures = Schemas['CveFigures'];
export type CveSourceStatus = Schemas['CveSourceStatus'];
export type BatchEntry = Schemas['BatchEntry'];

export interface Page<T> {
  items: T[];
  total: number;
  limit: number;
  offset: number;
}
