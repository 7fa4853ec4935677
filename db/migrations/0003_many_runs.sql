-- Many runs at once: how a person ends one, which systems answer, tests on all systems, batches.

-- ---------------------------------------------------------------- ending a run

ALTER TABLE patch_tests
  ADD COLUMN abort_requested_by  text,
  ADD COLUMN abort_skip_rollback boolean NOT NULL DEFAULT false,  -- leave the system as it is; it goes to quarantine
  ADD CONSTRAINT tests_abort_has_actor CHECK (abort_requested_by IS NULL OR abort_requested_at IS NOT NULL),
  DROP CONSTRAINT tests_rollback_status,
  ADD CONSTRAINT tests_rollback_status CHECK (rollback_status IN ('not_needed', 'in_progress', 'verified', 'failed', 'skipped'));

-- ---------------------------------------------------------------- lists of runs

CREATE INDEX tests_by_os ON patch_tests (target_os, id DESC);
CREATE INDEX tests_by_end ON patch_tests (completed_at DESC) WHERE completed_at IS NOT NULL;
CREATE INDEX tests_by_host ON patch_tests (system_id, id DESC);
CREATE INDEX tests_by_status ON patch_tests (status, id DESC);

-- ---------------------------------------------------------------- systems that do not answer

-- Written by a test that could not reach the system, cleared by one that could.
ALTER TABLE systems
  ADD COLUMN unreachable_at    timestamptz,
  ADD COLUMN unreachable_until timestamptz,  -- it is not worth another try before
  ADD CONSTRAINT systems_unreachable CHECK ((unreachable_at IS NULL) = (unreachable_until IS NULL));

-- ---------------------------------------------------------------- one item on all test systems

-- It stands as long as the item is tested so: a retry goes on with what has not passed, a new start by a person replaces it.
CREATE TABLE patch_test_groups (
  queue_id    bigint PRIMARY KEY REFERENCES patch_test_queue ON DELETE CASCADE,
  test_config jsonb NOT NULL,  -- as it was asked for; each run carries its own, complete one
  started_by  text NOT NULL,
  started_at  timestamptz NOT NULL
);

-- Waiting (no run, no reason), skipped (a reason), or what its run says.
CREATE TABLE patch_test_targets (
  queue_id       bigint NOT NULL REFERENCES patch_test_groups ON DELETE CASCADE,
  system_id      bigint NOT NULL REFERENCES systems,
  test_id        bigint REFERENCES patch_tests,
  skipped_reason text,
  PRIMARY KEY (queue_id, system_id),
  CONSTRAINT targets_run_or_reason CHECK (test_id IS NULL OR skipped_reason IS NULL)
);
CREATE INDEX targets_by_test ON patch_test_targets (test_id) WHERE test_id IS NOT NULL;

-- ---------------------------------------------------------------- batches

CREATE TABLE test_batches (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  status          text NOT NULL CONSTRAINT batches_status CHECK (status IN ('running', 'completed', 'cancelled')),
  test_config     jsonb NOT NULL,
  stop_on_failure boolean NOT NULL,
  bisect          boolean NOT NULL,          -- all items in one run, halves of those that fail
  created_by      text NOT NULL,
  created_at      timestamptz NOT NULL,
  completed_at    timestamptz,
  end_reason      text NOT NULL DEFAULT '',  -- why it was cancelled or stopped
  CONSTRAINT batches_end_has_time CHECK ((status = 'running') = (completed_at IS NULL))
);
CREATE INDEX batches_running ON test_batches (id) WHERE status = 'running';

-- A waiting item is queued, or was taken elsewhere meanwhile; the next turn of the dispatcher sees to it.
CREATE TABLE test_batch_items (
  batch_id bigint NOT NULL REFERENCES test_batches,
  queue_id bigint NOT NULL REFERENCES patch_test_queue ON DELETE CASCADE,
  state    text NOT NULL CONSTRAINT batch_items_state CHECK (state IN ('waiting', 'testing', 'passed', 'failed', 'skipped', 'cancelled')),
  test_id  bigint REFERENCES patch_tests,
  reason   text NOT NULL DEFAULT '',
  PRIMARY KEY (batch_id, queue_id)
);
-- An item is in one batch at a time.
CREATE UNIQUE INDEX batch_items_one_open ON test_batch_items (queue_id) WHERE state IN ('waiting', 'testing');

-- ---------------------------------------------------------------- several errata in one run

-- The errata that a run tests beside its own (patch_tests.advisory_name).
CREATE TABLE test_run_errata (
  test_id       bigint NOT NULL REFERENCES patch_tests,
  queue_id      bigint NOT NULL REFERENCES patch_test_queue,
  advisory_name text NOT NULL REFERENCES errata_cache,
  PRIMARY KEY (test_id, queue_id)
);
CREATE INDEX run_errata_by_queue ON test_run_errata (queue_id, test_id DESC);

-- Every run in which an item was tested.
CREATE VIEW item_tests AS
  SELECT queue_id, id AS test_id FROM patch_tests
  UNION ALL
  SELECT queue_id, test_id FROM test_run_errata;

-- The sets of a bisecting batch: the first holds all of it, halves follow those that failed.
CREATE TABLE test_batch_sets (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_id  bigint NOT NULL REFERENCES test_batches,
  queue_ids bigint[] NOT NULL CONSTRAINT sets_not_empty CHECK (cardinality(queue_ids) > 0),
  state     text NOT NULL CONSTRAINT sets_state CHECK (state IN ('waiting', 'testing', 'passed', 'failed', 'unknown', 'cancelled')),
  test_id   bigint REFERENCES patch_tests,
  CONSTRAINT sets_test CHECK (state NOT IN ('testing', 'passed', 'failed', 'unknown') OR test_id IS NOT NULL)
);
CREATE INDEX sets_by_batch ON test_batch_sets (batch_id, id);
CREATE INDEX sets_by_test ON test_batch_sets (test_id) WHERE test_id IS NOT NULL;
CREATE INDEX sets_waiting ON test_batch_sets (id) WHERE state = 'waiting';
