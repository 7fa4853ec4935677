-- breaking
-- The runtime configuration: every version of it, with who, when and why. A version holds all values that were set at run time; what it does not
-- name is as the service was started. Version 0 is not a row: nothing was ever set.

CREATE TABLE config_versions (
  version     bigint PRIMARY KEY CONSTRAINT config_version CHECK (version > 0),  -- two that change the same version collide here
  overrides   jsonb NOT NULL CONSTRAINT config_overrides CHECK (jsonb_typeof(overrides) = 'object'),
  changes     jsonb NOT NULL CONSTRAINT config_changes CHECK (jsonb_typeof(changes) = 'array'),  -- [{"name", "from", "to"}]
  rollback_to bigint,                                                             -- the version whose values these are again
  author      text NOT NULL,
  reason      text NOT NULL CONSTRAINT config_reason CHECK (length(trim(reason)) > 0),
  created_at  timestamptz NOT NULL
);
CREATE TRIGGER config_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON config_versions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What stood in orchestrator_config before.
INSERT INTO config_versions (version, overrides, changes, author, reason, created_at)
SELECT 1, jsonb_object_agg(name, value), jsonb_agg(jsonb_build_object('name', name, 'from', NULL, 'to', value) ORDER BY name), 'migration',
       'taken over from orchestrator_config', max(updated_at)
FROM (
  SELECT CASE o.key WHEN 'score_weights' THEN 'score.' ELSE 'patterns.' END || part.key AS name, part.value, o.updated_at
  FROM orchestrator_config o, jsonb_each(o.value) part
  WHERE o.key IN ('score_weights', 'score_patterns') AND jsonb_typeof(o.value) = 'object'
  UNION ALL
  SELECT 'queue.mode', value, updated_at FROM orchestrator_config WHERE key = 'queue_mode'
) old
HAVING count(*) > 0;
DELETE FROM orchestrator_config WHERE key IN ('score_weights', 'score_patterns', 'queue_mode');

-- Approvals by two people. Decisions on an item come in rounds: a round is over with the decision that moves the item; before it there may be a
-- first approval, which leaves the item where it is.
ALTER TABLE patch_approvals ADD COLUMN round bigint NOT NULL DEFAULT 0;
ALTER TABLE patch_approvals ADD COLUMN completes boolean NOT NULL DEFAULT true;
ALTER TABLE patch_approvals ADD COLUMN person text;  -- who approved, as one spelling: actor, or who a key acted for
ALTER TABLE patch_approvals ADD COLUMN break_glass boolean NOT NULL DEFAULT false;
UPDATE patch_approvals a SET round = earlier.decisions, person = lower(a.actor)
FROM (SELECT id, row_number() OVER (PARTITION BY queue_id ORDER BY id) - 1 AS decisions FROM patch_approvals) earlier WHERE earlier.id = a.id;
ALTER TABLE patch_approvals ALTER COLUMN round DROP DEFAULT, ALTER COLUMN completes DROP DEFAULT, ALTER COLUMN person SET NOT NULL;
ALTER TABLE patch_approvals ADD CONSTRAINT approvals_break_glass CHECK (NOT break_glass OR (action = 'approve' AND completes AND length(trim(reason)) >= 20));
ALTER TABLE patch_approvals ADD CONSTRAINT approvals_first CHECK (completes OR action = 'approve');
CREATE UNIQUE INDEX approvals_one_completes ON patch_approvals (queue_id, round) WHERE completes;
-- Two approvals are of two people.
CREATE UNIQUE INDEX approvals_one_person ON patch_approvals (queue_id, round, person) WHERE action = 'approve' AND NOT break_glass;
