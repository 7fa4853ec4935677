-- What the migrations come to. Generated: SPM_UPDATE_DOCUMENTS=1 integration_tests --gtest_filter=Schema.*

CREATE TABLE api_keys (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text NOT NULL,
  secret_hash text NOT NULL,
  owner_id bigint,
  roles text[] NOT NULL,
  permissions text[] NOT NULL,
  scope jsonb,
  may_act_for_others boolean NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revoked_by text,
  CONSTRAINT api_keys_name CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  CONSTRAINT api_keys_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id),
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_revoked CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
  CONSTRAINT api_keys_secret CHECK ((secret_hash ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE audit_chain (
  "position" bigint NOT NULL,
  audit_id bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_chain_audit_id UNIQUE (audit_id),
  CONSTRAINT audit_chain_hash CHECK ((length(hash) = 32)),
  CONSTRAINT audit_chain_pkey PRIMARY KEY ("position"),
  CONSTRAINT audit_chain_position CHECK (("position" > 0))
);

CREATE TABLE audit_head (
  only_row boolean DEFAULT true NOT NULL,
  "position" bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_head_hash CHECK ((length(hash) = 32)),
  CONSTRAINT audit_head_only_row CHECK (only_row),
  CONSTRAINT audit_head_pkey PRIMARY KEY (only_row),
  CONSTRAINT audit_head_position CHECK (("position" >= 0))
);

CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  actor text NOT NULL,
  from_address text DEFAULT ''::text NOT NULL,
  action text NOT NULL,
  subject_type text NOT NULL,
  subject_id text NOT NULL,
  before jsonb,
  after jsonb,
  reason text DEFAULT ''::text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT audit_log_pkey PRIMARY KEY (id)
);

CREATE TABLE audit_proof (
  only_row boolean DEFAULT true NOT NULL,
  "position" bigint NOT NULL,
  hash text NOT NULL,
  whole_at timestamp with time zone,
  looked_at timestamp with time zone NOT NULL,
  first_broken_id bigint,
  reason text NOT NULL,
  CONSTRAINT audit_proof_hash CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT audit_proof_only_row CHECK (only_row),
  CONSTRAINT audit_proof_pkey PRIMARY KEY (only_row),
  CONSTRAINT audit_proof_position CHECK (("position" >= 0))
);

CREATE TABLE config_versions (
  version bigint NOT NULL,
  overrides jsonb NOT NULL,
  changes jsonb NOT NULL,
  rollback_to bigint,
  author text NOT NULL,
  reason text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT config_changes CHECK ((jsonb_typeof(changes) = 'array'::text)),
  CONSTRAINT config_overrides CHECK ((jsonb_typeof(overrides) = 'object'::text)),
  CONSTRAINT config_reason CHECK ((length(TRIM(BOTH FROM reason)) > 0)),
  CONSTRAINT config_version CHECK ((version > 0)),
  CONSTRAINT config_versions_pkey PRIMARY KEY (version)
);

CREATE TABLE custom_checks (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  os text,
  group_name text,
  system_id bigint,
  definition jsonb NOT NULL,
  enabled boolean DEFAULT true NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT checks_one_scope CHECK ((num_nonnulls(os, group_name, system_id) = 1)),
  CONSTRAINT checks_os CHECK ((os = ANY (ARRAY['ubuntu'::text, 'debian'::text, 'rhel'::text, 'suse'::text]))),
  CONSTRAINT custom_checks_pkey PRIMARY KEY (id),
  CONSTRAINT custom_checks_system_id_fkey FOREIGN KEY (system_id) REFERENCES systems(id)
);

CREATE TABLE cve_sources (
  source text NOT NULL,
  origin text DEFAULT ''::text NOT NULL,
  requested_at timestamp with time zone,
  attempted_at timestamp with time zone,
  succeeded_at timestamp with time zone,
  changed_at timestamp with time zone,
  version text,
  entries bigint,
  digest text,
  error text,
  CONSTRAINT cve_sources_digest CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT cve_sources_pkey PRIMARY KEY (source),
  CONSTRAINT cve_sources_source CHECK ((source = ANY (ARRAY['kev'::text, 'epss'::text, 'cvss'::text]))),
  CONSTRAINT cve_sources_success CHECK ((((succeeded_at IS NULL) = (digest IS NULL)) AND ((succeeded_at IS NULL) = (entries IS NULL)) AND ((succeeded_at IS NULL) = (changed_at IS NULL))))
);

CREATE TABLE cves (
  id text NOT NULL,
  cvss double precision,
  epss double precision,
  known_exploited boolean DEFAULT false NOT NULL,
  CONSTRAINT cves_cvss CHECK (((cvss >= (0)::double precision) AND (cvss <= (10)::double precision))),
  CONSTRAINT cves_epss CHECK (((epss >= (0)::double precision) AND (epss <= (1)::double precision))),
  CONSTRAINT cves_id CHECK ((id ~ '^CVE-[0-9]{4}-[0-9]{4,}$'::text)),
  CONSTRAINT cves_pkey PRIMARY KEY (id)
);

CREATE TABLE errata_cache (
  advisory_name text NOT NULL,
  synopsis text NOT NULL,
  description text DEFAULT ''::text NOT NULL,
  advisory_type text NOT NULL,
  severity text NOT NULL,
  severity_source text NOT NULL,
  source text NOT NULL,
  distribution text DEFAULT ''::text NOT NULL,
  target_os text,
  issued_at timestamp with time zone,
  updated_at timestamp with time zone,
  reboot_suggested boolean DEFAULT false NOT NULL,
  restart_suggested boolean DEFAULT false NOT NULL,
  cves text[] DEFAULT '{}'::text[] NOT NULL,
  packages jsonb,
  total_size_kb bigint,
  dependency_count integer,
  superseded_by text,
  in_uyuni boolean DEFAULT false NOT NULL,
  in_spm_sync boolean DEFAULT false NOT NULL,
  uyuni_update_date text,
  first_seen_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  withdrawn_at timestamp with time zone,
  CONSTRAINT errata_cache_pkey PRIMARY KEY (advisory_name),
  CONSTRAINT errata_cache_superseded_by_fkey FOREIGN KEY (superseded_by) REFERENCES errata_cache(advisory_name),
  CONSTRAINT errata_dependencies CHECK ((dependency_count >= 0)),
  CONSTRAINT errata_name_length CHECK (((length(advisory_name) >= 1) AND (length(advisory_name) <= 128))),
  CONSTRAINT errata_not_own_successor CHECK ((superseded_by <> advisory_name)),
  CONSTRAINT errata_packages_array CHECK ((jsonb_typeof(packages) = 'array'::text)),
  CONSTRAINT errata_severity CHECK ((severity = ANY (ARRAY['Critical'::text, 'High'::text, 'Medium'::text, 'Low'::text, 'Unknown'::text]))),
  CONSTRAINT errata_severity_source CHECK ((severity_source = ANY (ARRAY['none'::text, 'type_default'::text, 'vendor'::text]))),
  CONSTRAINT errata_size CHECK ((total_size_kb >= 0)),
  CONSTRAINT errata_target_os CHECK ((target_os ~ '^[a-z][a-z0-9-]{0,31}$'::text)),
  CONSTRAINT errata_type CHECK ((advisory_type = ANY (ARRAY['security'::text, 'bugfix'::text, 'enhancement'::text, 'unknown'::text])))
);

CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  topic text NOT NULL,
  queue_id bigint,
  test_id bigint,
  payload jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT events_pkey PRIMARY KEY (id)
);

CREATE TABLE figures (
  name text NOT NULL,
  label text NOT NULL,
  value double precision NOT NULL,
  measured_at timestamp with time zone NOT NULL,
  CONSTRAINT figures_pkey PRIMARY KEY (name, label)
);

CREATE TABLE idempotency_keys (
  key text NOT NULL,
  actor text NOT NULL,
  route text NOT NULL,
  body_hash text NOT NULL,
  status integer,
  answer jsonb,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT idempotency_key_length CHECK (((length(key) >= 1) AND (length(key) <= 255))),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (actor, key)
);

CREATE TABLE login_attempts (
  subject text NOT NULL,
  failures integer NOT NULL,
  last_at timestamp with time zone NOT NULL,
  locked_until timestamp with time zone,
  CONSTRAINT attempts_failures CHECK ((failures >= 0)),
  CONSTRAINT login_attempts_pkey PRIMARY KEY (subject)
);

CREATE TABLE nodes (
  name text NOT NULL,
  host text NOT NULL,
  pid bigint NOT NULL,
  version text NOT NULL,
  api_port integer NOT NULL,
  started_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  stopped_at timestamp with time zone,
  CONSTRAINT nodes_pkey PRIMARY KEY (name)
);

CREATE TABLE notification_reads (
  reader text NOT NULL,
  notification_id bigint NOT NULL,
  read_at timestamp with time zone NOT NULL,
  CONSTRAINT notification_reads_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES notifications(id) ON DELETE CASCADE,
  CONSTRAINT notification_reads_pkey PRIMARY KEY (reader, notification_id)
);

CREATE TABLE notifications (
  id bigint NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  thing text,
  queue_id bigint,
  test_id bigint,
  system_id bigint,
  advisory_name text,
  subject text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  due_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  settled_at timestamp with time zone,
  CONSTRAINT notifications_pkey PRIMARY KEY (id),
  CONSTRAINT notifications_settled CHECK (((state = 'settled'::text) = (settled_at IS NOT NULL))),
  CONSTRAINT notifications_state CHECK ((state = ANY (ARRAY['happened'::text, 'open'::text, 'settled'::text]))),
  CONSTRAINT notifications_thing CHECK (((state = 'happened'::text) = (thing IS NULL)))
);

CREATE TABLE oidc_logins (
  state_hash text NOT NULL,
  browser_hash text NOT NULL,
  nonce text NOT NULL,
  verifier text NOT NULL,
  return_to text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT oidc_logins_browser CHECK ((browser_hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT oidc_logins_pkey PRIMARY KEY (state_hash),
  CONSTRAINT oidc_logins_state CHECK ((state_hash ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE orchestrator_config (
  key text NOT NULL,
  value jsonb NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT orchestrator_config_pkey PRIMARY KEY (key)
);

CREATE TABLE organisations (
  id bigint NOT NULL,
  name text NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT organisations_pkey PRIMARY KEY (id)
);

CREATE TABLE patch_approvals (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  queue_id bigint NOT NULL,
  test_id bigint,
  action text NOT NULL,
  actor text NOT NULL,
  on_behalf_of text,
  reason text DEFAULT ''::text NOT NULL,
  snooze_until timestamp with time zone,
  decided_at timestamp with time zone NOT NULL,
  round bigint NOT NULL,
  completes boolean NOT NULL,
  person text NOT NULL,
  break_glass boolean DEFAULT false NOT NULL,
  CONSTRAINT approvals_action CHECK ((action = ANY (ARRAY['approve'::text, 'reject'::text, 'snooze'::text]))),
  CONSTRAINT approvals_break_glass CHECK (((NOT break_glass) OR ((action = 'approve'::text) AND completes AND (length(TRIM(BOTH FROM reason)) >= 20)))),
  CONSTRAINT approvals_first CHECK ((completes OR (action = 'approve'::text))),
  CONSTRAINT approvals_reason CHECK (((action = 'approve'::text) OR (length(TRIM(BOTH FROM reason)) > 0))),
  CONSTRAINT approvals_snooze CHECK (((action = 'snooze'::text) = (snooze_until IS NOT NULL))),
  CONSTRAINT approvals_tested CHECK (((action <> 'approve'::text) OR (test_id IS NOT NULL))),
  CONSTRAINT patch_approvals_pkey PRIMARY KEY (id),
  CONSTRAINT patch_approvals_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES patch_test_queue(id),
  CONSTRAINT patch_approvals_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id)
);

CREATE TABLE patch_test_groups (
  queue_id bigint NOT NULL,
  test_config jsonb NOT NULL,
  started_by text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  CONSTRAINT patch_test_groups_pkey PRIMARY KEY (queue_id),
  CONSTRAINT patch_test_groups_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES patch_test_queue(id) ON DELETE CASCADE
);

CREATE TABLE patch_test_operations (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  test_id bigint NOT NULL,
  phase text NOT NULL,
  attempt integer NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  token text NOT NULL,
  request jsonb NOT NULL,
  state text NOT NULL,
  upstream_id text,
  result jsonb,
  intended_at timestamp with time zone NOT NULL,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  CONSTRAINT operations_end_has_time CHECK (((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'lost'::text])) = (finished_at IS NOT NULL))),
  CONSTRAINT operations_kind CHECK ((kind = ANY (ARRAY['commands'::text, 'apply_errata'::text, 'reboot'::text]))),
  CONSTRAINT operations_once UNIQUE (test_id, phase, attempt, name),
  CONSTRAINT operations_started_has_id CHECK (((state <> 'started'::text) OR (upstream_id IS NOT NULL))),
  CONSTRAINT operations_state CHECK ((state = ANY (ARRAY['intended'::text, 'started'::text, 'succeeded'::text, 'failed'::text, 'lost'::text]))),
  CONSTRAINT operations_token_unique UNIQUE (token),
  CONSTRAINT patch_test_operations_pkey PRIMARY KEY (id),
  CONSTRAINT patch_test_operations_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id)
);

CREATE TABLE patch_test_phases (
  test_id bigint NOT NULL,
  phase text NOT NULL,
  attempt integer NOT NULL,
  status text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  deadline_at timestamp with time zone NOT NULL,
  completed_at timestamp with time zone,
  detail text DEFAULT ''::text NOT NULL,
  evidence jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT patch_test_phases_pkey PRIMARY KEY (test_id, phase, attempt),
  CONSTRAINT patch_test_phases_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id),
  CONSTRAINT phases_attempt CHECK ((attempt >= 1)),
  CONSTRAINT phases_end_has_time CHECK (((status = 'in_progress'::text) = (completed_at IS NULL))),
  CONSTRAINT phases_status CHECK ((status = ANY (ARRAY['in_progress'::text, 'completed'::text, 'failed'::text, 'skipped'::text])))
);

CREATE TABLE patch_test_queue (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  advisory_name text NOT NULL,
  target_os text NOT NULL,
  status text NOT NULL,
  priority_override integer DEFAULT 0 NOT NULL,
  requires_reboot boolean NOT NULL,
  success_score integer NOT NULL,
  urgency_score double precision NOT NULL,
  retry_count integer DEFAULT 0 NOT NULL,
  retry_after timestamp with time zone,
  autostart boolean DEFAULT false NOT NULL,
  superseded_by text,
  failure_phase text,
  failure_class text,
  failure_reason text,
  snooze_until timestamp with time zone,
  pending_since timestamp with time zone,
  notes text DEFAULT ''::text NOT NULL,
  created_by text NOT NULL,
  queued_at timestamp with time zone NOT NULL,
  started_at timestamp with time zone,
  completed_at timestamp with time zone,
  changed_at timestamp with time zone NOT NULL,
  deleted_at timestamp with time zone,
  CONSTRAINT patch_test_queue_advisory_name_fkey FOREIGN KEY (advisory_name) REFERENCES errata_cache(advisory_name),
  CONSTRAINT patch_test_queue_pkey PRIMARY KEY (id),
  CONSTRAINT patch_test_queue_superseded_by_fkey FOREIGN KEY (superseded_by) REFERENCES errata_cache(advisory_name),
  CONSTRAINT queue_deleted_has_time CHECK (((status = 'deleted'::text) = (deleted_at IS NOT NULL))),
  CONSTRAINT queue_failed_has_reason CHECK (((status <> 'failed'::text) OR ((failure_reason IS NOT NULL) AND (failure_class IS NOT NULL)))),
  CONSTRAINT queue_failure_class CHECK ((failure_class = ANY (ARRAY['infra'::text, 'transient'::text, 'patch'::text, 'regression'::text]))),
  CONSTRAINT queue_final_has_time CHECK (((status <> ALL (ARRAY['completed'::text, 'rolled_back'::text, 'failed'::text, 'rejected'::text, 'superseded'::text])) OR (completed_at IS NOT NULL))),
  CONSTRAINT queue_pending_has_time CHECK (((status <> 'pending_approval'::text) OR (pending_since IS NOT NULL))),
  CONSTRAINT queue_priority CHECK (((priority_override >= '-1000'::integer) AND (priority_override <= 1000))),
  CONSTRAINT queue_retry_has_time CHECK (((status <> 'retry_pending'::text) OR (retry_after IS NOT NULL))),
  CONSTRAINT queue_snooze_has_time CHECK (((status <> 'snoozed'::text) OR (snooze_until IS NOT NULL))),
  CONSTRAINT queue_status CHECK ((status = ANY (ARRAY['queued'::text, 'testing'::text, 'needs_reboot'::text, 'rebooting'::text, 'pending_approval'::text, 'snoozed'::text, 'approved'::text, 'rejected'::text, 'promoting'::text, 'prod_pending'::text, 'prod_applied'::text, 'completed'::text, 'rolled_back'::text, 'failed'::text, 'retry_pending'::text, 'superseded'::text, 'deleted'::text]))),
  CONSTRAINT queue_superseded_has_pointer CHECK (((status <> 'superseded'::text) OR (superseded_by IS NOT NULL))),
  CONSTRAINT queue_target_os CHECK ((target_os ~ '^[a-z][a-z0-9-]{0,31}$'::text))
);

CREATE TABLE patch_test_targets (
  queue_id bigint NOT NULL,
  system_id bigint NOT NULL,
  test_id bigint,
  skipped_reason text,
  CONSTRAINT patch_test_targets_pkey PRIMARY KEY (queue_id, system_id),
  CONSTRAINT patch_test_targets_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES patch_test_groups(queue_id) ON DELETE CASCADE,
  CONSTRAINT patch_test_targets_system_id_fkey FOREIGN KEY (system_id) REFERENCES systems(id),
  CONSTRAINT patch_test_targets_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id),
  CONSTRAINT targets_run_or_reason CHECK (((test_id IS NULL) OR (skipped_reason IS NULL)))
);

CREATE TABLE patch_tests (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  queue_id bigint NOT NULL,
  advisory_name text NOT NULL,
  system_id bigint NOT NULL,
  target_os text NOT NULL,
  status text NOT NULL,
  phase text NOT NULL,
  attempt integer DEFAULT 1 NOT NULL,
  due_at timestamp with time zone NOT NULL,
  deadline_at timestamp with time zone NOT NULL,
  waiting_for text,
  lease_owner text,
  lease_until timestamp with time zone,
  fence bigint DEFAULT 0 NOT NULL,
  engine_version integer NOT NULL,
  config jsonb NOT NULL,
  facts jsonb DEFAULT '{}'::jsonb NOT NULL,
  verdict text,
  failure_phase text,
  failure_class text,
  failure_reason text,
  required_reboot boolean,
  reboot_performed boolean DEFAULT false NOT NULL,
  rollback_type text,
  rollback_status text,
  snapshot_id text,
  abort_requested_at timestamp with time zone,
  abort_reason text,
  started_by text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  completed_at timestamp with time zone,
  abort_requested_by text,
  abort_skip_rollback boolean DEFAULT false NOT NULL,
  evidence_removed_at timestamp with time zone,
  CONSTRAINT patch_tests_advisory_name_fkey FOREIGN KEY (advisory_name) REFERENCES errata_cache(advisory_name),
  CONSTRAINT patch_tests_pkey PRIMARY KEY (id),
  CONSTRAINT patch_tests_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES patch_test_queue(id),
  CONSTRAINT patch_tests_system_id_fkey FOREIGN KEY (system_id) REFERENCES systems(id),
  CONSTRAINT tests_abort_has_actor CHECK (((abort_requested_by IS NULL) OR (abort_requested_at IS NOT NULL))),
  CONSTRAINT tests_attempt CHECK ((attempt >= 1)),
  CONSTRAINT tests_end_has_time CHECK (((status = 'running'::text) = (completed_at IS NULL))),
  CONSTRAINT tests_end_phase CHECK (((status = 'running'::text) = (phase <> 'done'::text))),
  CONSTRAINT tests_evidence_removed_after_end CHECK (((evidence_removed_at IS NULL) OR (completed_at IS NOT NULL))),
  CONSTRAINT tests_failure_class CHECK ((failure_class = ANY (ARRAY['infra'::text, 'transient'::text, 'patch'::text, 'regression'::text]))),
  CONSTRAINT tests_failure_has_reason CHECK (((status <> ALL (ARRAY['failed'::text, 'error'::text])) OR ((failure_reason IS NOT NULL) AND (failure_phase IS NOT NULL) AND (failure_class IS NOT NULL)))),
  CONSTRAINT tests_lease CHECK (((lease_owner IS NULL) = (lease_until IS NULL))),
  CONSTRAINT tests_phase CHECK ((phase = ANY (ARRAY['pre_check'::text, 'snapshot'::text, 'baseline'::text, 'patch'::text, 'reboot'::text, 'stabilize'::text, 'validate'::text, 'services'::text, 'verdict'::text, 'rollback'::text, 'post_rollback'::text, 'done'::text]))),
  CONSTRAINT tests_rollback_status CHECK ((rollback_status = ANY (ARRAY['not_needed'::text, 'in_progress'::text, 'verified'::text, 'failed'::text, 'skipped'::text]))),
  CONSTRAINT tests_rollback_type CHECK ((rollback_type = ANY (ARRAY['snapshot'::text, 'package'::text]))),
  CONSTRAINT tests_status CHECK ((status = ANY (ARRAY['running'::text, 'passed'::text, 'failed'::text, 'error'::text, 'aborted'::text]))),
  CONSTRAINT tests_verdict CHECK ((verdict = ANY (ARRAY['passed'::text, 'failed'::text, 'error'::text])))
);

CREATE TABLE periodic_jobs (
  name text NOT NULL,
  interval_seconds double precision NOT NULL,
  next_run_at timestamp with time zone NOT NULL,
  last_started_at timestamp with time zone,
  last_finished_at timestamp with time zone,
  last_result text,
  last_error text,
  claimed_by text,
  claimed_until timestamp with time zone,
  claim bigint DEFAULT 0 NOT NULL,
  CONSTRAINT jobs_interval CHECK ((interval_seconds > (0)::double precision)),
  CONSTRAINT jobs_result CHECK ((last_result = ANY (ARRAY['succeeded'::text, 'failed'::text]))),
  CONSTRAINT periodic_jobs_pkey PRIMARY KEY (name)
);

CREATE TABLE queue_tally (
  target_os text NOT NULL,
  status text NOT NULL,
  items bigint NOT NULL
);

CREATE TABLE risk_profiles (
  advisory_name text NOT NULL,
  success_score integer NOT NULL,
  affects_kernel boolean NOT NULL,
  requires_reboot boolean NOT NULL,
  modifies_config boolean NOT NULL,
  dependency_count integer NOT NULL,
  package_count integer NOT NULL,
  total_size_kb bigint,
  times_tested integer DEFAULT 0 NOT NULL,
  times_failed integer DEFAULT 0 NOT NULL,
  last_test_at timestamp with time zone,
  last_test_result text,
  breakdown jsonb NOT NULL,
  urgency_score double precision NOT NULL,
  urgency_estimated boolean NOT NULL,
  input_hash text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT risk_history CHECK (((times_failed >= 0) AND (times_failed <= times_tested))),
  CONSTRAINT risk_profiles_advisory_name_fkey FOREIGN KEY (advisory_name) REFERENCES errata_cache(advisory_name),
  CONSTRAINT risk_profiles_pkey PRIMARY KEY (advisory_name),
  CONSTRAINT risk_score CHECK (((success_score >= 0) AND (success_score <= 100))),
  CONSTRAINT risk_urgency CHECK (((urgency_score >= (0)::double precision) AND (urgency_score <= (100)::double precision)))
);

CREATE TABLE schema_migrations (
  number integer NOT NULL,
  name text NOT NULL,
  checksum text NOT NULL,
  breaking boolean NOT NULL,
  applied_at timestamp with time zone NOT NULL,
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (number)
);

CREATE TABLE sessions (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  user_id bigint NOT NULL,
  token_hash text NOT NULL,
  from_address text NOT NULL,
  user_agent text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  method text DEFAULT 'password'::text NOT NULL,
  end_session_url text,
  CONSTRAINT sessions_method CHECK ((method = ANY (ARRAY['password'::text, 'oidc'::text]))),
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_token CHECK ((token_hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE sync_runs (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  source text NOT NULL,
  status text NOT NULL,
  requested_by text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  inserted bigint DEFAULT 0 NOT NULL,
  updated bigint DEFAULT 0 NOT NULL,
  withdrawn bigint DEFAULT 0 NOT NULL,
  skipped bigint DEFAULT 0 NOT NULL,
  error text,
  CONSTRAINT sync_runs_end CHECK (((status = 'running'::text) = (finished_at IS NULL))),
  CONSTRAINT sync_runs_failure_has_error CHECK (((status = 'failed'::text) = (error IS NOT NULL))),
  CONSTRAINT sync_runs_pkey PRIMARY KEY (id),
  CONSTRAINT sync_runs_source CHECK ((source = ANY (ARRAY['uyuni'::text, 'spm_sync'::text]))),
  CONSTRAINT sync_runs_status CHECK ((status = ANY (ARRAY['running'::text, 'succeeded'::text, 'failed'::text])))
);

CREATE TABLE system_errata (
  system_id bigint NOT NULL,
  advisory_name text NOT NULL,
  uyuni_erratum_id bigint NOT NULL,
  first_seen_at timestamp with time zone NOT NULL,
  CONSTRAINT system_errata_advisory_name_fkey FOREIGN KEY (advisory_name) REFERENCES errata_cache(advisory_name),
  CONSTRAINT system_errata_pkey PRIMARY KEY (system_id, advisory_name),
  CONSTRAINT system_errata_system_id_fkey FOREIGN KEY (system_id) REFERENCES systems(id) ON DELETE CASCADE
);

CREATE TABLE system_groups (
  name text NOT NULL,
  description text DEFAULT ''::text NOT NULL,
  org_id bigint NOT NULL,
  system_count bigint NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT system_groups_pkey PRIMARY KEY (name)
);

CREATE TABLE systems (
  id bigint NOT NULL,
  name text NOT NULL,
  minion_id text DEFAULT ''::text NOT NULL,
  ip text DEFAULT ''::text NOT NULL,
  target_os text,
  os_release text DEFAULT ''::text NOT NULL,
  groups text[] DEFAULT '{}'::text[] NOT NULL,
  role text NOT NULL,
  last_checkin_at timestamp with time zone,
  errata_synced_at timestamp with time zone,
  quarantined_at timestamp with time zone,
  quarantine_reason text,
  exposure text DEFAULT 'internal'::text NOT NULL,
  criticality text DEFAULT 'medium'::text NOT NULL,
  data_class text DEFAULT 'internal'::text NOT NULL,
  first_seen_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  gone_at timestamp with time zone,
  unreachable_at timestamp with time zone,
  unreachable_until timestamp with time zone,
  org_id bigint,
  reboot_pending boolean,
  role_synced text,
  role_override text,
  CONSTRAINT systems_criticality CHECK ((criticality = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text]))),
  CONSTRAINT systems_data_class CHECK ((data_class = ANY (ARRAY['public'::text, 'internal'::text, 'confidential'::text, 'restricted'::text]))),
  CONSTRAINT systems_exposure CHECK ((exposure = ANY (ARRAY['internal'::text, 'dmz'::text, 'external'::text]))),
  CONSTRAINT systems_pkey PRIMARY KEY (id),
  CONSTRAINT systems_quarantine_has_reason CHECK (((quarantined_at IS NULL) = (quarantine_reason IS NULL))),
  CONSTRAINT systems_role CHECK ((role = ANY (ARRAY['test'::text, 'production'::text]))),
  CONSTRAINT systems_role_holds CHECK (((role_override IS NULL) OR (role = role_override))),
  CONSTRAINT systems_role_override CHECK ((role_override = ANY (ARRAY['test'::text, 'production'::text]))),
  CONSTRAINT systems_role_synced CHECK ((role_synced = ANY (ARRAY['test'::text, 'production'::text]))),
  CONSTRAINT systems_target_os CHECK ((target_os ~ '^[a-z][a-z0-9-]{0,31}$'::text)),
  CONSTRAINT systems_unreachable CHECK (((unreachable_at IS NULL) = (unreachable_until IS NULL)))
);

CREATE TABLE test_batch_items (
  batch_id bigint NOT NULL,
  queue_id bigint NOT NULL,
  state text NOT NULL,
  test_id bigint,
  reason text DEFAULT ''::text NOT NULL,
  CONSTRAINT batch_items_state CHECK ((state = ANY (ARRAY['waiting'::text, 'testing'::text, 'passed'::text, 'failed'::text, 'skipped'::text, 'cancelled'::text]))),
  CONSTRAINT test_batch_items_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES test_batches(id),
  CONSTRAINT test_batch_items_pkey PRIMARY KEY (batch_id, queue_id),
  CONSTRAINT test_batch_items_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES patch_test_queue(id) ON DELETE CASCADE,
  CONSTRAINT test_batch_items_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id)
);

CREATE TABLE test_batch_sets (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  batch_id bigint NOT NULL,
  queue_ids bigint[] NOT NULL,
  state text NOT NULL,
  test_id bigint,
  CONSTRAINT sets_not_empty CHECK ((cardinality(queue_ids) > 0)),
  CONSTRAINT sets_state CHECK ((state = ANY (ARRAY['waiting'::text, 'testing'::text, 'passed'::text, 'failed'::text, 'unknown'::text, 'cancelled'::text]))),
  CONSTRAINT sets_test CHECK (((state <> ALL (ARRAY['testing'::text, 'passed'::text, 'failed'::text, 'unknown'::text])) OR (test_id IS NOT NULL))),
  CONSTRAINT test_batch_sets_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES test_batches(id),
  CONSTRAINT test_batch_sets_pkey PRIMARY KEY (id),
  CONSTRAINT test_batch_sets_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id)
);

CREATE TABLE test_batches (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  status text NOT NULL,
  test_config jsonb NOT NULL,
  stop_on_failure boolean NOT NULL,
  bisect boolean NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  completed_at timestamp with time zone,
  end_reason text DEFAULT ''::text NOT NULL,
  CONSTRAINT batches_end_has_time CHECK (((status = 'running'::text) = (completed_at IS NULL))),
  CONSTRAINT batches_status CHECK ((status = ANY (ARRAY['running'::text, 'completed'::text, 'cancelled'::text]))),
  CONSTRAINT test_batches_pkey PRIMARY KEY (id)
);

CREATE TABLE test_evidence (
  test_id bigint NOT NULL,
  manifest jsonb NOT NULL,
  not_tested jsonb NOT NULL,
  hash text NOT NULL,
  sealed_at timestamp with time zone NOT NULL,
  CONSTRAINT evidence_hash CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT test_evidence_pkey PRIMARY KEY (test_id),
  CONSTRAINT test_evidence_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id)
);

CREATE TABLE test_run_errata (
  test_id bigint NOT NULL,
  queue_id bigint NOT NULL,
  advisory_name text NOT NULL,
  CONSTRAINT test_run_errata_advisory_name_fkey FOREIGN KEY (advisory_name) REFERENCES errata_cache(advisory_name),
  CONSTRAINT test_run_errata_pkey PRIMARY KEY (test_id, queue_id),
  CONSTRAINT test_run_errata_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES patch_test_queue(id),
  CONSTRAINT test_run_errata_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id)
);

CREATE TABLE test_snapshots (
  test_id bigint NOT NULL,
  system_id bigint NOT NULL,
  kind text NOT NULL,
  number text NOT NULL,
  description text NOT NULL,
  state text DEFAULT 'kept'::text NOT NULL,
  why text DEFAULT ''::text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  doing text,
  token text,
  handle text,
  intended_at timestamp with time zone,
  was_ours boolean DEFAULT false NOT NULL,
  CONSTRAINT snapshots_batch CHECK ((((doing IS NULL) = (token IS NULL)) AND ((doing IS NULL) = (intended_at IS NULL)))),
  CONSTRAINT snapshots_batch_state CHECK (((doing IS NULL) OR (state = 'deleting'::text))),
  CONSTRAINT snapshots_doing CHECK ((doing = ANY (ARRAY['look'::text, 'delete'::text]))),
  CONSTRAINT snapshots_kind CHECK ((kind = 'snapper'::text)),
  CONSTRAINT snapshots_state CHECK ((state = ANY (ARRAY['kept'::text, 'deleting'::text, 'deleted'::text, 'gone'::text, 'failed'::text]))),
  CONSTRAINT test_snapshots_pkey PRIMARY KEY (test_id),
  CONSTRAINT test_snapshots_system_id_fkey FOREIGN KEY (system_id) REFERENCES systems(id),
  CONSTRAINT test_snapshots_test_id_fkey FOREIGN KEY (test_id) REFERENCES patch_tests(id)
);

CREATE TABLE upstream_probes (
  upstream text NOT NULL,
  status text NOT NULL,
  url text DEFAULT ''::text NOT NULL,
  message text DEFAULT ''::text NOT NULL,
  version text DEFAULT ''::text NOT NULL,
  latency_ms double precision,
  checked_at timestamp with time zone NOT NULL,
  ok_at timestamp with time zone,
  CONSTRAINT probes_status CHECK ((status = ANY (ARRAY['connected'::text, 'error'::text, 'unavailable'::text, 'disabled'::text]))),
  CONSTRAINT upstream_probes_pkey PRIMARY KEY (upstream)
);

CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  username text NOT NULL,
  display_name text DEFAULT ''::text NOT NULL,
  password_hash text,
  must_change_password boolean DEFAULT false NOT NULL,
  roles text[] NOT NULL,
  scope jsonb,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  last_login_at timestamp with time zone,
  password_changed_at timestamp with time zone,
  disabled_at timestamp with time zone,
  deleted_at timestamp with time zone,
  issuer text,
  subject text,
  CONSTRAINT users_admin_sees_all CHECK (((scope IS NULL) OR (NOT ('admin'::text = ANY (roles))))),
  CONSTRAINT users_deleted_is_disabled CHECK (((deleted_at IS NULL) OR (disabled_at IS NOT NULL))),
  CONSTRAINT users_issuer_subject CHECK (((issuer IS NULL) = (subject IS NULL))),
  CONSTRAINT users_one_way_in CHECK (((issuer IS NULL) OR (password_hash IS NULL))),
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_roles CHECK ((roles <@ ARRAY['viewer'::text, 'operator'::text, 'approver'::text, 'deployer'::text, 'admin'::text, 'auditor'::text])),
  CONSTRAINT users_username CHECK ((username ~ '^[a-z0-9][a-z0-9._@+-]{0,127}$'::text))
);

CREATE TABLE webhook_deliveries (
  signature text NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (signature)
);

CREATE INDEX api_keys_by_owner ON public.api_keys USING btree (owner_id, id);
CREATE INDEX approvals_by_action ON public.patch_approvals USING btree (action, id DESC);
CREATE INDEX approvals_by_actor ON public.patch_approvals USING btree (actor, id DESC);
CREATE INDEX approvals_by_queue ON public.patch_approvals USING btree (queue_id, id DESC);
CREATE INDEX approvals_by_time ON public.patch_approvals USING btree (decided_at);
CREATE UNIQUE INDEX approvals_one_completes ON public.patch_approvals USING btree (queue_id, round) WHERE completes;
CREATE UNIQUE INDEX approvals_one_person ON public.patch_approvals USING btree (queue_id, round, person) WHERE ((action = 'approve'::text) AND (NOT break_glass));
CREATE INDEX audit_by_action ON public.audit_log USING btree (action, id);
CREATE INDEX audit_by_actor ON public.audit_log USING btree (actor, id);
CREATE INDEX audit_by_subject ON public.audit_log USING btree (subject_type, subject_id, id);
CREATE INDEX audit_by_time ON public.audit_log USING btree (at, id);
CREATE UNIQUE INDEX batch_items_one_open ON public.test_batch_items USING btree (queue_id) WHERE (state = ANY (ARRAY['waiting'::text, 'testing'::text]));
CREATE INDEX batches_running ON public.test_batches USING btree (id) WHERE (status = 'running'::text);
CREATE INDEX cves_known_exploited ON public.cves USING btree (id) WHERE known_exploited;
CREATE INDEX errata_by_cve ON public.errata_cache USING gin (cves);
CREATE INDEX errata_by_issue ON public.errata_cache USING btree (issued_at DESC NULLS LAST, advisory_name);
CREATE INDEX errata_by_os ON public.errata_cache USING btree (target_os, advisory_name);
CREATE INDEX errata_by_package ON public.errata_cache USING gin (packages jsonb_path_ops);
CREATE INDEX errata_by_severity ON public.errata_cache USING btree (severity, advisory_name);
CREATE INDEX errata_by_type ON public.errata_cache USING btree (advisory_type, advisory_name);
CREATE INDEX errata_with_severity ON public.errata_cache USING btree (advisory_name) INCLUDE (severity);
CREATE INDEX events_by_age ON public.events USING btree (created_at);
CREATE INDEX events_by_test ON public.events USING btree (test_id, id) WHERE (test_id IS NOT NULL);
CREATE INDEX groups_by_org ON public.system_groups USING btree (org_id, name);
CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);
CREATE INDEX login_attempts_by_age ON public.login_attempts USING btree (last_at);
CREATE INDEX notifications_by_age ON public.notifications USING btree (created_at);
CREATE INDEX notifications_not_settled ON public.notifications USING btree (id) WHERE (state <> 'settled'::text);
CREATE UNIQUE INDEX notifications_open ON public.notifications USING btree (thing, kind) WHERE (state = 'open'::text);
CREATE INDEX oidc_logins_by_age ON public.oidc_logins USING btree (expires_at);
CREATE INDEX queue_by_erratum ON public.patch_test_queue USING btree (advisory_name);
CREATE INDEX queue_by_list ON public.patch_test_queue USING btree (priority_override DESC, requires_reboot, success_score DESC, id);
CREATE INDEX queue_by_order ON public.patch_test_queue USING btree (target_os, priority_override DESC, requires_reboot, success_score DESC, id) WHERE (status = 'queued'::text);
CREATE INDEX queue_by_os ON public.patch_test_queue USING btree (target_os, priority_override DESC, requires_reboot, success_score DESC, id);
CREATE INDEX queue_by_status ON public.patch_test_queue USING btree (status, id);
CREATE UNIQUE INDEX queue_one_open ON public.patch_test_queue USING btree (advisory_name, target_os) WHERE (status <> ALL (ARRAY['completed'::text, 'rolled_back'::text, 'superseded'::text, 'deleted'::text]));
CREATE INDEX reads_by_notification ON public.notification_reads USING btree (notification_id);
CREATE INDEX risk_profiles_by_score ON public.risk_profiles USING btree (success_score DESC, advisory_name);
CREATE INDEX run_errata_by_erratum ON public.test_run_errata USING btree (advisory_name, test_id DESC);
CREATE INDEX run_errata_by_queue ON public.test_run_errata USING btree (queue_id, test_id DESC);
CREATE UNIQUE INDEX sessions_by_token ON public.sessions USING btree (token_hash);
CREATE INDEX sessions_by_user ON public.sessions USING btree (user_id, id DESC) WHERE (ended_at IS NULL);
CREATE INDEX sets_by_batch ON public.test_batch_sets USING btree (batch_id, id);
CREATE INDEX sets_by_test ON public.test_batch_sets USING btree (test_id) WHERE (test_id IS NOT NULL);
CREATE INDEX sets_waiting ON public.test_batch_sets USING btree (id) WHERE (state = 'waiting'::text);
CREATE INDEX snapshots_due ON public.test_snapshots USING btree (due_at) WHERE (state = ANY (ARRAY['kept'::text, 'deleting'::text]));
CREATE INDEX sync_runs_by_status ON public.sync_runs USING btree (status, id DESC);
CREATE INDEX sync_runs_latest ON public.sync_runs USING btree (source, id DESC);
CREATE UNIQUE INDEX sync_runs_one_running ON public.sync_runs USING btree (source) WHERE (status = 'running'::text);
CREATE INDEX system_errata_by_advisory ON public.system_errata USING btree (advisory_name);
CREATE INDEX systems_by_checkin ON public.systems USING btree (COALESCE(last_checkin_at, '-infinity'::timestamp with time zone), id) WHERE (gone_at IS NULL);
CREATE INDEX systems_by_group ON public.systems USING gin (groups) WHERE (gone_at IS NULL);
CREATE INDEX systems_by_name ON public.systems USING btree (name, id) WHERE (gone_at IS NULL);
CREATE INDEX systems_by_org ON public.systems USING btree (org_id, name) WHERE (gone_at IS NULL);
CREATE INDEX systems_by_role ON public.systems USING btree (role, target_os) WHERE (gone_at IS NULL);
CREATE INDEX systems_in_quarantine ON public.systems USING btree (name, id) WHERE ((gone_at IS NULL) AND (quarantined_at IS NOT NULL));
CREATE INDEX systems_wanting_reboot ON public.systems USING btree (name, id) WHERE ((gone_at IS NULL) AND reboot_pending);
CREATE INDEX targets_by_test ON public.patch_test_targets USING btree (test_id) WHERE (test_id IS NOT NULL);
CREATE INDEX tests_by_end ON public.patch_tests USING btree (completed_at DESC) WHERE (completed_at IS NOT NULL);
CREATE INDEX tests_by_erratum ON public.patch_tests USING btree (advisory_name, id DESC);
CREATE INDEX tests_by_host ON public.patch_tests USING btree (system_id, id DESC);
CREATE INDEX tests_by_os ON public.patch_tests USING btree (target_os, id DESC);
CREATE INDEX tests_by_queue ON public.patch_tests USING btree (queue_id, id DESC);
CREATE INDEX tests_by_status ON public.patch_tests USING btree (status, id DESC);
CREATE INDEX tests_by_system ON public.patch_tests USING btree (system_id, completed_at DESC);
CREATE INDEX tests_due ON public.patch_tests USING btree (due_at) WHERE (status = 'running'::text);
CREATE UNIQUE INDEX tests_one_open_per_system ON public.patch_tests USING btree (system_id) WHERE (status = 'running'::text);
CREATE INDEX tests_with_evidence ON public.patch_tests USING btree (completed_at, id) WHERE ((evidence_removed_at IS NULL) AND (completed_at IS NOT NULL));
CREATE UNIQUE INDEX users_by_name ON public.users USING btree (username);
CREATE UNIQUE INDEX users_by_subject ON public.users USING btree (issuer, subject);
CREATE INDEX webhook_deliveries_by_age ON public.webhook_deliveries USING btree (received_at);

CREATE OR REPLACE FUNCTION public.audit_append_to_chain(line audit_log)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  head audit_head%ROWTYPE;
BEGIN
  SELECT * INTO STRICT head FROM audit_head FOR UPDATE;
  head.position := head.position + 1;
  head.hash := audit_digest(head.hash, head.position, line);
  INSERT INTO audit_chain (position, audit_id, hash) VALUES (head.position, line.id, head.hash);
  UPDATE audit_head SET position = head.position, hash = head.hash;
END
$function$
;

CREATE OR REPLACE FUNCTION public.audit_chain_at_commit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM audit_append_to_chain(NEW);
  RETURN NULL;
END
$function$
;

CREATE OR REPLACE FUNCTION public.audit_digest(previous bytea, place bigint, line audit_log)
 RETURNS bytea
 LANGUAGE sql
 STABLE
AS $function$
  SELECT sha256(convert_to(
    audit_field(encode(previous, 'hex')) || audit_field(place::text) || audit_field(line.id::text) || audit_field(line.actor) ||
    audit_field(line.from_address) || audit_field(line.action) || audit_field(line.subject_type) || audit_field(line.subject_id) ||
    audit_field(line.before::text) || audit_field(line.after::text) || audit_field(line.reason) ||
    audit_field((extract(epoch FROM line.at) * 1000000)::bigint::text), 'UTF8'))
$function$
;

CREATE OR REPLACE FUNCTION public.audit_field(field text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT coalesce(octet_length(field)::text || ':' || field, '-') || ',' $function$
;

CREATE OR REPLACE FUNCTION public.erratum_in_scope(erratum text, scope jsonb)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT scope IS NULL
      OR EXISTS (SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id
                 WHERE a.advisory_name = erratum AND s.gone_at IS NULL AND system_in_scope(s.groups, scope))
$function$
;

CREATE OR REPLACE FUNCTION public.grant_to_service(service name)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  place text := quote_ident(current_schema());
  role text := quote_ident(service);
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s', place, role);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %s TO %s', place, role);
  EXECUTE format('GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA %s TO %s', place, role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %s GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %s', place, role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %s GRANT SELECT, USAGE ON SEQUENCES TO %s', place, role);
  EXECUTE format('REVOKE UPDATE, DELETE ON audit_log, patch_approvals, config_versions FROM %s', role);
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON audit_chain, audit_head, schema_migrations FROM %s', role);
END
$function$
;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$function$
;

CREATE OR REPLACE FUNCTION public.system_in_scope(groups_of_system text[], scope jsonb)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT scope IS NULL
      OR EXISTS (SELECT 1 FROM unnest(groups_of_system) AS name WHERE scope -> 'groups' ? name)
      OR EXISTS (SELECT 1 FROM system_groups g WHERE g.name = ANY (groups_of_system) AND scope -> 'organisations' @> to_jsonb(g.org_id))
$function$
;

CREATE OR REPLACE FUNCTION public.tally_queue()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO queue_tally SELECT target_os, status, count(*) FROM added GROUP BY target_os, status;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO queue_tally SELECT target_os, status, -count(*) FROM taken GROUP BY target_os, status;
  ELSE
    INSERT INTO queue_tally
    SELECT target_os, status, sum(items)
    FROM (SELECT target_os, status, 1 AS items FROM added UNION ALL SELECT target_os, status, -1 FROM taken) AS moved
    GROUP BY target_os, status HAVING sum(items) <> 0;
  END IF;
  RETURN NULL;
END
$function$
;

CREATE OR REPLACE FUNCTION public.test_in_scope(tested_on bigint, erratum text, scope jsonb)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT scope IS NULL
      OR EXISTS (SELECT 1 FROM systems s WHERE s.id = tested_on AND system_in_scope(s.groups, scope))
      OR erratum_in_scope(erratum, scope)
$function$
;

CREATE OR REPLACE FUNCTION public.wake_workers()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_notify('spm_work', TG_TABLE_NAME);
  RETURN NULL;
END $function$
;
CREATE TRIGGER audit_chain_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_chain FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON public.audit_head FOR EACH ROW WHEN ((new."position" <> (old."position" + 1))) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON public.audit_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER audit_log_chain AFTER INSERT ON public.audit_log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain_at_commit();
CREATE TRIGGER config_versions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.config_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER queue_tally_delete AFTER DELETE ON public.patch_test_queue REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION tally_queue();
CREATE TRIGGER queue_tally_insert AFTER INSERT ON public.patch_test_queue REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_queue();
CREATE TRIGGER queue_tally_update AFTER UPDATE ON public.patch_test_queue REFERENCING OLD TABLE AS taken NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_queue();
CREATE TRIGGER wake_on_abort AFTER UPDATE ON public.patch_tests FOR EACH ROW WHEN ((old.abort_requested_at IS DISTINCT FROM new.abort_requested_at)) EXECUTE FUNCTION wake_workers();
CREATE TRIGGER wake_on_new_test AFTER INSERT ON public.patch_tests FOR EACH STATEMENT EXECUTE FUNCTION wake_workers();
CREATE TRIGGER wake_on_trigger AFTER UPDATE ON public.periodic_jobs FOR EACH ROW WHEN ((new.next_run_at < old.next_run_at)) EXECUTE FUNCTION wake_workers();
