-- What a test run can be held to afterwards, the snapshots that outlive it, and the checks that people add to it.

-- The seal of an ended run. The hash is over the canonical JSON of {"manifest", "phases"}: a changed byte of either shows.
CREATE TABLE test_evidence (
  test_id    bigint PRIMARY KEY REFERENCES patch_tests,
  manifest   jsonb NOT NULL,                      -- what exactly was tested; JSON null unless the test passed
  not_tested jsonb NOT NULL,                      -- a list of sentences
  hash       text NOT NULL CONSTRAINT evidence_hash CHECK (hash ~ '^[0-9a-f]{64}$'),
  sealed_at  timestamptz NOT NULL
);

-- A snapshot on a test system, kept until the decision about its test has aged.
CREATE TABLE test_snapshots (
  test_id     bigint PRIMARY KEY REFERENCES patch_tests,
  system_id   bigint NOT NULL REFERENCES systems,
  kind        text NOT NULL CONSTRAINT snapshots_kind CHECK (kind IN ('snapper')),
  number      text NOT NULL,
  description text NOT NULL,                      -- by which it is known to be ours
  state       text NOT NULL DEFAULT 'kept' CONSTRAINT snapshots_state CHECK (state IN ('kept', 'deleting', 'deleted', 'gone', 'failed')),
  why         text NOT NULL DEFAULT '',           -- what the last look or attempt came to
  created_at  timestamptz NOT NULL,
  changed_at  timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,               -- not looked at before
  tries       integer NOT NULL DEFAULT 0,
  doing       text CONSTRAINT snapshots_doing CHECK (doing IN ('look', 'delete')),  -- the batch that is under way
  token       text,
  handle      text,                               -- the upstream's, once it is known
  intended_at timestamptz,
  was_ours    boolean NOT NULL DEFAULT false,     -- a deletion was sent: that it is not listed any more is our doing
  CONSTRAINT snapshots_batch CHECK ((doing IS NULL) = (token IS NULL) AND (doing IS NULL) = (intended_at IS NULL)),
  CONSTRAINT snapshots_batch_state CHECK (doing IS NULL OR state = 'deleting')
);
CREATE INDEX snapshots_due ON test_snapshots (due_at) WHERE state IN ('kept', 'deleting');

-- Checks that people add to the tests of an OS, of a group of systems, or of one system.
CREATE TABLE custom_checks (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  os         text CONSTRAINT checks_os CHECK (os IN ('ubuntu', 'debian', 'rhel', 'suse')),
  group_name text,
  system_id  bigint REFERENCES systems,
  definition jsonb NOT NULL,                      -- as src/checks/rules reads it
  enabled    boolean NOT NULL DEFAULT true,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT checks_one_scope CHECK (num_nonnulls(os, group_name, system_id) = 1)
);
