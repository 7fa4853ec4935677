-- What the whole REST contract needs: organisations, a person's word on a system, the end of a queue item without the end of its
-- evidence, signed deliveries, and an index for each filter and order that a list offers.

-- ---------------------------------------------------------------- organisations and systems

CREATE TABLE organisations (
  id      bigint PRIMARY KEY,   -- UYUNI's own
  name    text NOT NULL,
  seen_at timestamptz NOT NULL
);

ALTER TABLE systems
  ADD COLUMN org_id         bigint,   -- UYUNI's organisation; NULL: no sync has told it yet
  ADD COLUMN reboot_pending boolean,  -- what UYUNI said at seen_at; NULL: it did not say
  ADD COLUMN role_synced    text,     -- what groups and configuration make of it; NULL: no sync since the column came
  ADD COLUMN role_override  text,     -- a person's word, which stands above role_synced; `role` is what holds
  ADD CONSTRAINT systems_role_synced CHECK (role_synced IN ('test', 'production')),
  ADD CONSTRAINT systems_role_override CHECK (role_override IN ('test', 'production')),
  ADD CONSTRAINT systems_role_holds CHECK (role_override IS NULL OR role = role_override);

CREATE INDEX systems_by_name ON systems (name, id) WHERE gone_at IS NULL;
CREATE INDEX systems_by_checkin ON systems ((coalesce(last_checkin_at, '-infinity'::timestamptz)), id) WHERE gone_at IS NULL;
CREATE INDEX systems_by_group ON systems USING gin (groups) WHERE gone_at IS NULL;
CREATE INDEX systems_by_org ON systems (org_id, name) WHERE gone_at IS NULL;
CREATE INDEX systems_in_quarantine ON systems (name, id) WHERE gone_at IS NULL AND quarantined_at IS NOT NULL;
CREATE INDEX systems_wanting_reboot ON systems (name, id) WHERE gone_at IS NULL AND reboot_pending;
CREATE INDEX groups_by_org ON system_groups (org_id, name);

-- ---------------------------------------------------------------- queue items that were deleted
-- The row stays for the sake of its test runs and decisions; nothing takes it up again.

ALTER TABLE patch_test_queue
  ADD COLUMN deleted_at timestamptz,
  DROP CONSTRAINT queue_status,
  ADD CONSTRAINT queue_status CHECK (status IN ('queued', 'testing', 'needs_reboot', 'rebooting', 'pending_approval', 'snoozed', 'approved',
    'rejected', 'promoting', 'prod_pending', 'prod_applied', 'completed', 'rolled_back', 'failed', 'retry_pending', 'superseded', 'deleted')),
  ADD CONSTRAINT queue_deleted_has_time CHECK ((status = 'deleted') = (deleted_at IS NOT NULL));

DROP INDEX queue_one_open;
CREATE UNIQUE INDEX queue_one_open ON patch_test_queue (advisory_name, target_os)
  WHERE status NOT IN ('completed', 'rolled_back', 'superseded', 'deleted');

-- ---------------------------------------------------------------- signed deliveries
-- A signature is accepted once. Rows are needed for as long as the timestamp that was signed is still near enough.

CREATE TABLE webhook_deliveries (
  signature   text PRIMARY KEY,
  received_at timestamptz NOT NULL
);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (received_at);

-- ---------------------------------------------------------------- lists

CREATE INDEX approvals_by_actor ON patch_approvals (actor, id DESC);
CREATE INDEX approvals_by_action ON patch_approvals (action, id DESC);
CREATE INDEX approvals_by_time ON patch_approvals (decided_at);
CREATE INDEX queue_by_erratum ON patch_test_queue (advisory_name);
CREATE INDEX sync_runs_by_status ON sync_runs (status, id DESC);
CREATE INDEX errata_by_type ON errata_cache (advisory_type, advisory_name);
CREATE INDEX run_errata_by_erratum ON test_run_errata (advisory_name, test_id DESC);
