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
