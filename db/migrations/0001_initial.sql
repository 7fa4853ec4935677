-- The first schema: catalogue, scores, queue, tests, approvals, and the rows that coordinate several orchestrators.
-- States are text with a CHECK; a state that ends something must carry its time. Words are those of the domain.

-- ---------------------------------------------------------------- catalogue

CREATE TABLE errata_cache (
  advisory_name     text PRIMARY KEY CONSTRAINT errata_name_length CHECK (length(advisory_name) BETWEEN 1 AND 128),
  synopsis          text NOT NULL,
  description       text NOT NULL DEFAULT '',
  advisory_type     text NOT NULL CONSTRAINT errata_type CHECK (advisory_type IN ('security', 'bugfix', 'enhancement', 'unknown')),
  severity          text NOT NULL CONSTRAINT errata_severity CHECK (severity IN ('Critical', 'High', 'Medium', 'Low', 'Unknown')),
  severity_source   text NOT NULL CONSTRAINT errata_severity_source CHECK (severity_source IN ('none', 'type_default', 'vendor')),
  source            text NOT NULL,
  distribution      text NOT NULL DEFAULT '',
  target_os         text CONSTRAINT errata_target_os CHECK (target_os ~ '^[a-z][a-z0-9-]{0,31}$'),
  issued_at         timestamptz,
  updated_at        timestamptz,
  reboot_suggested  boolean NOT NULL DEFAULT false,
  restart_suggested boolean NOT NULL DEFAULT false,
  cves              text[] NOT NULL DEFAULT '{}',
  -- NULL: not known, which is not "none". [{"name","evr","arch","size_bytes"|null}]
  packages          jsonb CONSTRAINT errata_packages_array CHECK (jsonb_typeof(packages) = 'array'),
  total_size_kb     bigint CONSTRAINT errata_size CHECK (total_size_kb >= 0),
  -- How many further packages changed with it when it was tested; NULL until a test saw it.
  dependency_count  integer CONSTRAINT errata_dependencies CHECK (dependency_count >= 0),
  superseded_by     text REFERENCES errata_cache CONSTRAINT errata_not_own_successor CHECK (superseded_by <> advisory_name),
  in_uyuni          boolean NOT NULL DEFAULT false,
  in_spm_sync       boolean NOT NULL DEFAULT false,
  uyuni_update_date text,                        -- as UYUNI wrote it when the details were read: a difference means read them again
  first_seen_at     timestamptz NOT NULL,
  changed_at        timestamptz NOT NULL,
  withdrawn_at      timestamptz                  -- no source knows it any more
);
CREATE INDEX errata_by_severity ON errata_cache (severity, advisory_name);
CREATE INDEX errata_by_os ON errata_cache (target_os, advisory_name);
CREATE INDEX errata_by_issue ON errata_cache (issued_at DESC NULLS LAST, advisory_name);
CREATE INDEX errata_by_cve ON errata_cache USING gin (cves);
CREATE INDEX errata_by_package ON errata_cache USING gin (packages jsonb_path_ops);

CREATE TABLE system_groups (
  name         text PRIMARY KEY,
  description  text NOT NULL DEFAULT '',
  org_id       bigint NOT NULL,
  system_count bigint NOT NULL,
  seen_at      timestamptz NOT NULL
);

CREATE TABLE systems (
  id                bigint PRIMARY KEY,          -- UYUNI's server id
  name              text NOT NULL,
  minion_id         text NOT NULL DEFAULT '',
  ip                text NOT NULL DEFAULT '',
  target_os         text CONSTRAINT systems_target_os CHECK (target_os ~ '^[a-z][a-z0-9-]{0,31}$'),
  os_release        text NOT NULL DEFAULT '',
  groups            text[] NOT NULL DEFAULT '{}',
  role              text NOT NULL CONSTRAINT systems_role CHECK (role IN ('test', 'production')),
  last_checkin_at   timestamptz,
  errata_synced_at  timestamptz,                 -- when system_errata was last replaced for it
  quarantined_at    timestamptz,
  quarantine_reason text,
  exposure          text NOT NULL DEFAULT 'internal' CONSTRAINT systems_exposure CHECK (exposure IN ('internal', 'dmz', 'external')),
  criticality       text NOT NULL DEFAULT 'medium' CONSTRAINT systems_criticality CHECK (criticality IN ('low', 'medium', 'high', 'critical')),
  data_class        text NOT NULL DEFAULT 'internal' CONSTRAINT systems_data_class CHECK (data_class IN ('public', 'internal', 'confidential', 'restricted')),
  first_seen_at     timestamptz NOT NULL,
  seen_at           timestamptz NOT NULL,
  gone_at           timestamptz,                 -- UYUNI does not list it any more
  CONSTRAINT systems_quarantine_has_reason CHECK ((quarantined_at IS NULL) = (quarantine_reason IS NULL))
);
CREATE INDEX systems_by_role ON systems (role, target_os) WHERE gone_at IS NULL;

CREATE TABLE system_errata (
  system_id        bigint NOT NULL REFERENCES systems ON DELETE CASCADE,
  advisory_name    text NOT NULL REFERENCES errata_cache,
  uyuni_erratum_id bigint NOT NULL,
  first_seen_at    timestamptz NOT NULL,
  PRIMARY KEY (system_id, advisory_name)
);
CREATE INDEX system_errata_by_advisory ON system_errata (advisory_name);

-- What is known of a CVE beyond its id; filled by imports, never needed.
CREATE TABLE cves (
  id              text PRIMARY KEY CONSTRAINT cves_id CHECK (id ~ '^CVE-[0-9]{4}-[0-9]{4,}$'),
  cvss            double precision CONSTRAINT cves_cvss CHECK (cvss BETWEEN 0 AND 10),
  epss            double precision CONSTRAINT cves_epss CHECK (epss BETWEEN 0 AND 1),
  known_exploited boolean NOT NULL DEFAULT false
);

CREATE TABLE sync_runs (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source       text NOT NULL CONSTRAINT sync_runs_source CHECK (source IN ('uyuni', 'spm_sync')),
  status       text NOT NULL CONSTRAINT sync_runs_status CHECK (status IN ('running', 'succeeded', 'failed')),
  requested_by text NOT NULL,
  started_at   timestamptz NOT NULL,
  finished_at  timestamptz,
  inserted     bigint NOT NULL DEFAULT 0,
  updated      bigint NOT NULL DEFAULT 0,
  withdrawn    bigint NOT NULL DEFAULT 0,
  skipped      bigint NOT NULL DEFAULT 0,
  error        text,
  CONSTRAINT sync_runs_end CHECK ((status = 'running') = (finished_at IS NULL)),
  CONSTRAINT sync_runs_failure_has_error CHECK ((status = 'failed') = (error IS NOT NULL))
);
CREATE UNIQUE INDEX sync_runs_one_running ON sync_runs (source) WHERE status = 'running';
CREATE INDEX sync_runs_latest ON sync_runs (source, id DESC);

-- ---------------------------------------------------------------- scores

CREATE TABLE risk_profiles (
  advisory_name        text PRIMARY KEY REFERENCES errata_cache,
  success_score        integer NOT NULL CONSTRAINT risk_score CHECK (success_score BETWEEN 0 AND 100),
  affects_kernel       boolean NOT NULL,
  requires_reboot      boolean NOT NULL,
  modifies_config      boolean NOT NULL,
  dependency_count     integer NOT NULL,
  package_count        integer NOT NULL,
  total_size_kb        bigint,                    -- NULL: sizes are not known
  times_tested         integer NOT NULL DEFAULT 0,
  times_failed         integer NOT NULL DEFAULT 0,
  last_test_at         timestamptz,
  last_test_result     text,
  breakdown            jsonb NOT NULL,
  urgency_score        double precision NOT NULL CONSTRAINT risk_urgency CHECK (urgency_score BETWEEN 0 AND 100),
  urgency_estimated    boolean NOT NULL,          -- CVSS was missing, the severity stood in
  input_hash           text NOT NULL,             -- of everything the score was computed from: unchanged means nothing to do
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  CONSTRAINT risk_history CHECK (times_failed BETWEEN 0 AND times_tested)
);
CREATE INDEX risk_profiles_by_score ON risk_profiles (success_score DESC, advisory_name);

-- ---------------------------------------------------------------- queue

CREATE TABLE patch_test_queue (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  advisory_name     text NOT NULL REFERENCES errata_cache,
  target_os         text NOT NULL CONSTRAINT queue_target_os CHECK (target_os ~ '^[a-z][a-z0-9-]{0,31}$'),
  status            text NOT NULL CONSTRAINT queue_status CHECK (status IN
                      ('queued', 'testing', 'needs_reboot', 'rebooting', 'pending_approval', 'snoozed', 'approved', 'rejected', 'promoting',
                       'prod_pending', 'prod_applied', 'completed', 'rolled_back', 'failed', 'retry_pending', 'superseded')),
  priority_override integer NOT NULL DEFAULT 0 CONSTRAINT queue_priority CHECK (priority_override BETWEEN -1000 AND 1000),
  requires_reboot   boolean NOT NULL,
  success_score     integer NOT NULL,             -- copied from the profile when it changes, so that the order has an index
  urgency_score     double precision NOT NULL,
  retry_count       integer NOT NULL DEFAULT 0,
  retry_after       timestamptz,
  autostart         boolean NOT NULL DEFAULT false,  -- starts by itself when a test system is free (a retry)
  superseded_by     text REFERENCES errata_cache,
  failure_phase     text,
  failure_class     text CONSTRAINT queue_failure_class CHECK (failure_class IN ('infra', 'transient', 'patch', 'regression')),
  failure_reason    text,
  snooze_until      timestamptz,
  pending_since     timestamptz,
  notes             text NOT NULL DEFAULT '',
  created_by        text NOT NULL,
  queued_at         timestamptz NOT NULL,
  started_at        timestamptz,
  completed_at      timestamptz,
  changed_at        timestamptz NOT NULL,
  CONSTRAINT queue_retry_has_time CHECK (status <> 'retry_pending' OR retry_after IS NOT NULL),
  CONSTRAINT queue_snooze_has_time CHECK (status <> 'snoozed' OR snooze_until IS NOT NULL),
  CONSTRAINT queue_failed_has_reason CHECK (status <> 'failed' OR (failure_reason IS NOT NULL AND failure_class IS NOT NULL)),
  CONSTRAINT queue_superseded_has_pointer CHECK (status <> 'superseded' OR superseded_by IS NOT NULL),
  CONSTRAINT queue_pending_has_time CHECK (status <> 'pending_approval' OR pending_since IS NOT NULL),
  CONSTRAINT queue_final_has_time CHECK (status NOT IN ('completed', 'rolled_back', 'failed', 'rejected', 'superseded') OR completed_at IS NOT NULL)
);
-- One item of an erratum for an OS on its way at a time.
CREATE UNIQUE INDEX queue_one_open ON patch_test_queue (advisory_name, target_os)
  WHERE status NOT IN ('completed', 'rolled_back', 'superseded');
CREATE INDEX queue_by_order ON patch_test_queue (target_os, priority_override DESC, requires_reboot, success_score DESC, id) WHERE status = 'queued';
CREATE INDEX queue_by_status ON patch_test_queue (status, id);
CREATE INDEX queue_by_list ON patch_test_queue (priority_override DESC, requires_reboot, success_score DESC, id);

-- ---------------------------------------------------------------- tests

CREATE TABLE patch_tests (
  id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue_id             bigint NOT NULL REFERENCES patch_test_queue,
  advisory_name        text NOT NULL REFERENCES errata_cache,
  system_id            bigint NOT NULL REFERENCES systems,
  target_os            text NOT NULL,
  status               text NOT NULL CONSTRAINT tests_status CHECK (status IN ('running', 'passed', 'failed', 'error', 'aborted')),
  phase                text NOT NULL CONSTRAINT tests_phase CHECK (phase IN
                         ('pre_check', 'snapshot', 'baseline', 'patch', 'reboot', 'stabilize', 'validate', 'services', 'verdict', 'rollback', 'post_rollback', 'done')),
  attempt              integer NOT NULL DEFAULT 1 CONSTRAINT tests_attempt CHECK (attempt >= 1),
  due_at               timestamptz NOT NULL,      -- the next step may be taken from then on
  deadline_at          timestamptz NOT NULL,      -- of the whole run
  waiting_for          text,                      -- why nothing happens right now, for people
  lease_owner          text,
  lease_until          timestamptz,
  fence                bigint NOT NULL DEFAULT 0, -- grows with every claim; a write with an older number touches no row
  engine_version       integer NOT NULL,
  config               jsonb NOT NULL,            -- thresholds, waits, critical services of this run
  facts                jsonb NOT NULL DEFAULT '{}',  -- what later phases need from earlier ones
  verdict              text CONSTRAINT tests_verdict CHECK (verdict IN ('passed', 'failed', 'error')),  -- decided, while the way back still runs
  failure_phase        text,
  failure_class        text CONSTRAINT tests_failure_class CHECK (failure_class IN ('infra', 'transient', 'patch', 'regression')),
  failure_reason       text,
  required_reboot      boolean,
  reboot_performed     boolean NOT NULL DEFAULT false,
  rollback_type        text CONSTRAINT tests_rollback_type CHECK (rollback_type IN ('snapshot', 'package')),
  rollback_status      text CONSTRAINT tests_rollback_status CHECK (rollback_status IN ('not_needed', 'in_progress', 'verified', 'failed')),
  snapshot_id          text,
  abort_requested_at   timestamptz,
  abort_reason         text,
  started_by           text NOT NULL,
  started_at           timestamptz NOT NULL,
  completed_at         timestamptz,
  CONSTRAINT tests_end_has_time CHECK ((status = 'running') = (completed_at IS NULL)),
  CONSTRAINT tests_end_phase CHECK ((status = 'running') = (phase <> 'done')),
  CONSTRAINT tests_failure_has_reason CHECK (status NOT IN ('failed', 'error') OR (failure_reason IS NOT NULL AND failure_phase IS NOT NULL AND failure_class IS NOT NULL)),
  CONSTRAINT tests_lease CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);
-- One run at a time on one system, and one open run of a queue item on a system.
CREATE UNIQUE INDEX tests_one_open_per_system ON patch_tests (system_id) WHERE status = 'running';
CREATE INDEX tests_due ON patch_tests (due_at) WHERE status = 'running';
CREATE INDEX tests_by_queue ON patch_tests (queue_id, id DESC);
CREATE INDEX tests_by_system ON patch_tests (system_id, completed_at DESC);
CREATE INDEX tests_by_erratum ON patch_tests (advisory_name, id DESC);

CREATE TABLE patch_test_phases (
  test_id      bigint NOT NULL REFERENCES patch_tests,
  phase        text NOT NULL,
  attempt      integer NOT NULL CONSTRAINT phases_attempt CHECK (attempt >= 1),
  status       text NOT NULL CONSTRAINT phases_status CHECK (status IN ('in_progress', 'completed', 'failed', 'skipped')),
  started_at   timestamptz NOT NULL,
  deadline_at  timestamptz NOT NULL,
  completed_at timestamptz,
  detail       text NOT NULL DEFAULT '',          -- one sentence for a person
  evidence     jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (test_id, phase, attempt),
  CONSTRAINT phases_end_has_time CHECK ((status = 'in_progress') = (completed_at IS NULL))
);

-- Everything a run causes outside: the intent is committed before it acts, the upstream's id after, the result when it is known.
CREATE TABLE patch_test_operations (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  test_id      bigint NOT NULL REFERENCES patch_tests,
  phase        text NOT NULL,
  attempt      integer NOT NULL,
  name         text NOT NULL,                     -- "probe", "apply", "reboot": unique within the phase's attempt
  kind         text NOT NULL CONSTRAINT operations_kind CHECK (kind IN ('commands', 'apply_errata', 'reboot')),
  token        text NOT NULL CONSTRAINT operations_token_unique UNIQUE,
  request      jsonb NOT NULL,
  state        text NOT NULL CONSTRAINT operations_state CHECK (state IN ('intended', 'started', 'succeeded', 'failed', 'lost')),
  upstream_id  text,
  result       jsonb,
  intended_at  timestamptz NOT NULL,
  started_at   timestamptz,
  finished_at  timestamptz,
  CONSTRAINT operations_once UNIQUE (test_id, phase, attempt, name),
  CONSTRAINT operations_started_has_id CHECK (state <> 'started' OR upstream_id IS NOT NULL),
  CONSTRAINT operations_end_has_time CHECK ((state IN ('succeeded', 'failed', 'lost')) = (finished_at IS NOT NULL))
);

-- ---------------------------------------------------------------- approvals

CREATE TABLE patch_approvals (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue_id     bigint NOT NULL REFERENCES patch_test_queue,
  test_id      bigint REFERENCES patch_tests,     -- the passed test that the decision rests on
  action       text NOT NULL CONSTRAINT approvals_action CHECK (action IN ('approve', 'reject', 'snooze')),
  actor        text NOT NULL,                     -- the authenticated identity
  on_behalf_of text,                              -- as told by a key that may act for others
  reason       text NOT NULL DEFAULT '',
  snooze_until timestamptz,
  decided_at   timestamptz NOT NULL,
  CONSTRAINT approvals_reason CHECK (action = 'approve' OR length(trim(reason)) > 0),
  CONSTRAINT approvals_snooze CHECK ((action = 'snooze') = (snooze_until IS NOT NULL)),
  CONSTRAINT approvals_tested CHECK (action <> 'approve' OR test_id IS NOT NULL)
);
CREATE INDEX approvals_by_queue ON patch_approvals (queue_id, id DESC);

-- ---------------------------------------------------------------- the rows that coordinate

CREATE TABLE orchestrator_config (
  key        text PRIMARY KEY,
  value      jsonb NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE periodic_jobs (
  name             text PRIMARY KEY,
  interval_seconds double precision NOT NULL CONSTRAINT jobs_interval CHECK (interval_seconds > 0),
  next_run_at      timestamptz NOT NULL,
  last_started_at  timestamptz,
  last_finished_at timestamptz,
  last_result      text CONSTRAINT jobs_result CHECK (last_result IN ('succeeded', 'failed')),
  last_error       text,
  claimed_by       text,
  claimed_until    timestamptz,
  claim            bigint NOT NULL DEFAULT 0      -- fencing: grows with every claim
);

CREATE TABLE upstream_probes (
  upstream   text PRIMARY KEY,
  status     text NOT NULL CONSTRAINT probes_status CHECK (status IN ('connected', 'error', 'unavailable', 'disabled')),
  url        text NOT NULL DEFAULT '',
  message    text NOT NULL DEFAULT '',
  version    text NOT NULL DEFAULT '',
  latency_ms double precision,
  checked_at timestamptz NOT NULL,
  ok_at      timestamptz
);

CREATE TABLE events (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic      text NOT NULL,                       -- queue, test, approval, sync, system
  queue_id   bigint,
  test_id    bigint,
  payload    jsonb NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX events_by_test ON events (test_id, id) WHERE test_id IS NOT NULL;

CREATE TABLE audit_log (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  actor        text NOT NULL,
  from_address text NOT NULL DEFAULT '',
  action       text NOT NULL,                     -- "queue.add", "approval.approve"
  subject_type text NOT NULL,
  subject_id   text NOT NULL,
  before       jsonb,
  after        jsonb,
  reason       text NOT NULL DEFAULT '',
  at           timestamptz NOT NULL
);
CREATE INDEX audit_by_subject ON audit_log (subject_type, subject_id, id);

CREATE TABLE idempotency_keys (
  key        text NOT NULL CONSTRAINT idempotency_key_length CHECK (length(key) BETWEEN 1 AND 255),
  actor      text NOT NULL,
  route      text NOT NULL,
  body_hash  text NOT NULL,
  status     integer,                             -- NULL while the first request is still running
  answer     jsonb,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
