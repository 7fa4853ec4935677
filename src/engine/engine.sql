-- Tables patch_tests, patch_test_phases, patch_test_operations (db/migrations/0001_initial.sql). Every write to a run that is under way
-- carries its fencing number: a statement of an orchestrator that lost the run touches no row.

-- ---------------------------------------------------------------- claiming

-- The run that is due for longest and that nobody holds. One statement, so that two orchestrators never get the same one; the fence grows,
-- so that whoever held it before can write nothing any more. Served by the index tests_due.
-- $5: a lease that ran out may be taken over. False while the clock cannot tell how long ago it was granted.
-- name: claim_due
UPDATE patch_tests SET lease_owner = $1, lease_until = $2::timestamptz, fence = fence + 1
WHERE id = (SELECT id FROM patch_tests
            WHERE status = 'running' AND due_at <= $3::timestamptz AND (lease_until IS NULL OR ($5::boolean AND lease_until <= $3::timestamptz)) AND engine_version <= $4::integer
            ORDER BY due_at, id LIMIT 1
            FOR UPDATE SKIP LOCKED)
RETURNING id, fence;

-- name: claimed_run
SELECT t.*, p.deadline_at AS phase_deadline_at,
       (SELECT max(o.completed_at) FROM patch_tests o WHERE o.system_id = t.system_id AND o.id <> t.id) AS quiet_since
FROM patch_tests t LEFT JOIN patch_test_phases p ON p.test_id = t.id AND p.phase = t.phase AND p.attempt = t.attempt
WHERE t.id = $1::bigint AND t.fence = $2::bigint;

-- When the next run is due, or the lease of one runs out.
-- name: next_due
SELECT min(greatest(due_at, lease_until)) AS due_at FROM patch_tests WHERE status = 'running' AND engine_version <= $1::integer;

-- name: held_runs
SELECT id, phase, lease_owner, lease_until, fence FROM patch_tests WHERE status = 'running' AND lease_owner IS NOT NULL ORDER BY lease_owner, id;

-- name: renew_lease
UPDATE patch_tests SET lease_until = $3::timestamptz WHERE id = $1::bigint AND fence = $2::bigint AND status = 'running' AND lease_owner IS NOT NULL RETURNING id;

-- The row's lock until the end of the transaction: nobody can claim the run while a step of its owner is being committed.
-- What a person may have asked for meanwhile is read with it. NO KEY, here and where batches are locked: rows that refer to the run share
-- its key, and need not wait.
-- name: hold_run
SELECT id, abort_requested_at, abort_reason, abort_skip_rollback FROM patch_tests WHERE id = $1::bigint AND fence = $2::bigint AND status = 'running' FOR NO KEY UPDATE;

-- ---------------------------------------------------------------- committing a step

-- The columns that people and other slices read follow from the facts; a fact of null takes the column back to null.
-- A run that was aborted while its step was being taken stays due: the abort does not wait for what the step waits for.
-- name: release_run
UPDATE patch_tests SET waiting_for = $4,
  due_at = CASE WHEN abort_requested_at IS NULL OR (phase IN ('rollback', 'post_rollback') AND NOT abort_skip_rollback) THEN $3::timestamptz ELSE due_at END,
  facts = facts || $5::jsonb, lease_owner = NULL, lease_until = NULL
WHERE id = $1::bigint AND fence = $2::bigint AND status = 'running' RETURNING id;

-- name: enter_phase
UPDATE patch_tests SET phase = $3, attempt = $4::integer, due_at = $5::timestamptz, waiting_for = NULL, facts = facts || $6::jsonb,
  required_reboot  = coalesce(((facts || $6::jsonb)->>'required_reboot')::boolean, required_reboot),
  reboot_performed = coalesce(((facts || $6::jsonb)->>'reboot_performed')::boolean, reboot_performed),
  rollback_type    = coalesce((facts || $6::jsonb)->>'rollback_type', rollback_type),
  snapshot_id      = coalesce((facts || $6::jsonb)->>'snapshot_id', snapshot_id),
  lease_owner = NULL, lease_until = NULL
WHERE id = $1::bigint AND fence = $2::bigint AND status = 'running' RETURNING id;

-- The first failure decides and stays, whatever the way back brings.
-- name: decide
UPDATE patch_tests SET verdict = $3, failure_phase = $4, failure_class = $5, failure_reason = $6
WHERE id = $1::bigint AND fence = $2::bigint AND status = 'running' AND verdict IS NULL AND failure_reason IS NULL RETURNING id;

-- name: set_rollback_status
UPDATE patch_tests SET rollback_status = $3 WHERE id = $1::bigint AND fence = $2::bigint AND status = 'running' RETURNING id;

-- name: finish_run
UPDATE patch_tests SET status = $3, phase = 'done', completed_at = $4::timestamptz, waiting_for = NULL, lease_owner = NULL, lease_until = NULL,
  facts = facts || $5::jsonb,
  required_reboot  = coalesce(((facts || $5::jsonb)->>'required_reboot')::boolean, required_reboot),
  reboot_performed = coalesce(((facts || $5::jsonb)->>'reboot_performed')::boolean, reboot_performed),
  rollback_type    = coalesce((facts || $5::jsonb)->>'rollback_type', rollback_type),
  rollback_status  = coalesce(rollback_status, 'not_needed')
WHERE id = $1::bigint AND fence = $2::bigint AND status = 'running' RETURNING id;

-- name: open_phase
INSERT INTO patch_test_phases (test_id, phase, attempt, status, started_at, deadline_at)
VALUES ($1::bigint, $2, $3::integer, 'in_progress', $4::timestamptz, $5::timestamptz);

-- name: close_phase
UPDATE patch_test_phases SET status = $4, completed_at = $5::timestamptz, detail = $6,
  evidence = evidence || $7::jsonb || jsonb_build_object('taken_by', (SELECT lease_owner FROM patch_tests WHERE id = $1::bigint))
WHERE test_id = $1::bigint AND phase = $2 AND attempt = $3::integer AND status = 'in_progress';

-- ---------------------------------------------------------------- operations

-- A token that is taken already gives no row, and the caller chooses another one.
-- name: intend_operation
INSERT INTO patch_test_operations (test_id, phase, attempt, name, kind, token, request, state, intended_at)
VALUES ($1::bigint, $2, $3::integer, $4, $5, $6, $7::jsonb, 'intended', $8::timestamptz)
ON CONFLICT ON CONSTRAINT operations_token_unique DO NOTHING
RETURNING id, name, token, state, upstream_id, result, intended_at, started_at;

-- name: find_operation
SELECT id, name, token, state, upstream_id, result, intended_at, started_at FROM patch_test_operations
WHERE test_id = $1::bigint AND phase = $2 AND attempt = $3::integer AND name = $4;

-- name: latest_operation
SELECT id, name, token, state, upstream_id, result, intended_at, started_at FROM patch_test_operations
WHERE test_id = $1::bigint AND phase = $2 AND name = $3 ORDER BY attempt DESC LIMIT 1;

-- name: is_known_action
SELECT id FROM patch_test_operations WHERE kind = $1 AND upstream_id = $2 AND id <> $3::bigint LIMIT 1;

-- Before an act is repeated: the time from which late effects of it are possible.
-- name: act_again
UPDATE patch_test_operations SET started_at = $2::timestamptz WHERE id = $1::bigint AND state = 'intended';

-- name: start_operation
UPDATE patch_test_operations SET state = 'started', upstream_id = $2, started_at = $3::timestamptz WHERE id = $1::bigint AND state = 'intended';

-- name: close_operation
UPDATE patch_test_operations SET state = $2, result = $3::jsonb, finished_at = $4::timestamptz
WHERE id = $1::bigint AND state IN ('intended', 'started');

-- ---------------------------------------------------------------- a person steps in

-- name: lock_test
SELECT * FROM patch_tests WHERE id = $1::bigint FOR NO KEY UPDATE;

-- The run is due at once: its next step is the abort.
-- name: request_abort
UPDATE patch_tests SET abort_requested_at = coalesce(abort_requested_at, $2::timestamptz), abort_requested_by = coalesce(abort_requested_by, $3),
  abort_reason = coalesce(abort_reason, $4), abort_skip_rollback = abort_skip_rollback OR $5::boolean, due_at = least(due_at, $2::timestamptz)
WHERE id = $1::bigint AND status = 'running' RETURNING *;

-- Whoever holds the run has an older fence from now on, and can write nothing any more.
-- name: seize_run
UPDATE patch_tests SET fence = fence + 1, lease_owner = NULL, lease_until = NULL WHERE id = $1::bigint AND status = 'running' RETURNING fence;

-- name: overrule
UPDATE patch_tests SET verdict = 'error', failure_phase = phase, failure_class = 'infra', failure_reason = $3
WHERE id = $1::bigint AND fence = $2::bigint AND status = 'running';

-- name: lose_open_operations
UPDATE patch_test_operations SET state = 'lost', result = coalesce(result, '{}') || $2::jsonb, finished_at = $3::timestamptz
WHERE test_id = $1::bigint AND state IN ('intended', 'started');

-- In test, but no run is open, none of its group is still to start, and no set of a bisecting batch waits with it.
-- name: orphaned_items
SELECT q.id, q.advisory_name, q.status FROM patch_test_queue q
WHERE q.status IN ('testing', 'needs_reboot', 'rebooting') AND q.changed_at <= $1::timestamptz
  AND NOT EXISTS (SELECT 1 FROM item_tests i JOIN patch_tests t ON t.id = i.test_id WHERE i.queue_id = q.id AND t.status = 'running')
  AND NOT EXISTS (SELECT 1 FROM patch_test_targets g WHERE g.queue_id = q.id AND g.test_id IS NULL AND g.skipped_reason IS NULL)
  AND NOT EXISTS (SELECT 1 FROM test_batch_sets s WHERE s.state = 'waiting' AND q.id = ANY (s.queue_ids))
ORDER BY q.id FOR NO KEY UPDATE SKIP LOCKED;

-- ---------------------------------------------------------------- evidence

-- name: operations_of_phase
SELECT name, kind, state, token, upstream_id, request, result, intended_at, finished_at FROM patch_test_operations
WHERE test_id = $1::bigint AND phase = $2 AND attempt = $3::integer ORDER BY id;

-- name: phase_documents
SELECT phase, attempt, status, started_at, completed_at, detail, evidence FROM patch_test_phases WHERE test_id = $1::bigint
ORDER BY started_at, phase, attempt;

-- name: as_stored
SELECT $1::jsonb AS value;

-- name: insert_evidence
INSERT INTO test_evidence (test_id, manifest, not_tested, hash, sealed_at) VALUES ($1::bigint, $2::jsonb, $3::jsonb, $4, $5::timestamptz);

-- name: find_evidence
SELECT manifest, not_tested, hash FROM test_evidence WHERE test_id = $1::bigint;

-- The phases' evidence holds the bounded part of what commands answered; the whole of it served the steps.
-- name: drop_outputs
UPDATE patch_test_operations SET result = result - 'outputs' WHERE test_id = $1::bigint AND result ? 'outputs';

-- ---------------------------------------------------------------- snapshots

-- A second attempt at the phase finds the snapshot of the first.
-- name: record_snapshot
INSERT INTO test_snapshots (test_id, system_id, kind, number, description, created_at, changed_at, due_at)
VALUES ($1::bigint, $2::bigint, 'snapper', $3, $4, $5::timestamptz, $5::timestamptz, $5::timestamptz)
ON CONFLICT (test_id) DO UPDATE SET number = excluded.number, changed_at = excluded.changed_at;

-- Those whose deletion goes on, and those whose time has come: the run has ended; a passed test is decided, and both lie before $2; nobody has
-- to look at the system first; no test is on it now.
-- name: due_snapshots
SELECT s.test_id, s.system_id, y.name AS system_name, y.minion_id, s.number, s.description, s.why, s.was_ours, s.tries, s.doing, s.token, s.handle, s.intended_at
FROM test_snapshots s JOIN patch_tests t ON t.id = s.test_id JOIN patch_test_queue q ON q.id = t.queue_id JOIN systems y ON y.id = s.system_id
WHERE s.due_at <= $1::timestamptz AND y.gone_at IS NULL
  AND (s.state = 'deleting'
       OR s.state = 'kept' AND t.status <> 'running' AND t.completed_at <= $2::timestamptz
          AND (t.status <> 'passed' OR q.changed_at <= $2::timestamptz AND q.status NOT IN
               ('queued', 'testing', 'needs_reboot', 'rebooting', 'retry_pending', 'pending_approval', 'snoozed'))
          AND NOT (t.rollback_status = 'failed' AND y.quarantined_at IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM patch_tests o WHERE o.system_id = s.system_id AND o.status = 'running'))
ORDER BY s.due_at, s.test_id LIMIT 50;

-- name: intend_snapshot
UPDATE test_snapshots SET state = 'deleting', doing = $2, token = $3, handle = NULL, intended_at = $4::timestamptz, due_at = $4::timestamptz,
  changed_at = $4::timestamptz, why = $5, tries = $6::integer, was_ours = $7::boolean
WHERE test_id = $1::bigint AND state IN ('kept', 'deleting');

-- name: start_snapshot
UPDATE test_snapshots SET handle = $2, due_at = $3::timestamptz WHERE test_id = $1::bigint AND state = 'deleting' AND handle IS NULL;

-- name: postpone_snapshot
UPDATE test_snapshots SET due_at = $2::timestamptz WHERE test_id = $1::bigint AND state = 'deleting';

-- name: put_off_snapshot
UPDATE test_snapshots SET state = 'kept', doing = NULL, token = NULL, handle = NULL, intended_at = NULL, why = $2, tries = tries + 1,
  due_at = $3::timestamptz, changed_at = $4::timestamptz
WHERE test_id = $1::bigint AND state = 'deleting';

-- name: end_snapshot
UPDATE test_snapshots SET state = $2, doing = NULL, token = NULL, handle = NULL, intended_at = NULL, why = $3, changed_at = $4::timestamptz
WHERE test_id = $1::bigint AND state = 'deleting' RETURNING test_id;

-- name: find_snapshot
SELECT kind, number, state, created_at FROM test_snapshots WHERE test_id = $1::bigint;

-- ---------------------------------------------------------------- reading

-- name: phase_evidence
SELECT evidence - 'operations' AS evidence FROM patch_test_phases WHERE test_id = $1::bigint AND phase = $2 AND status = 'completed' ORDER BY attempt DESC LIMIT 1;

-- name: phases_of
SELECT phase, attempt, status, started_at, completed_at, detail FROM patch_test_phases WHERE test_id = $1::bigint ORDER BY started_at, attempt;

-- name: evidence_of
SELECT phase, attempt, status, evidence - 'operations' AS evidence FROM patch_test_phases WHERE test_id = $1::bigint AND phase IN ('snapshot', 'patch', 'validate', 'services', 'post_rollback')
ORDER BY started_at, attempt;

-- The baseline's installed list is large and nobody reads it here.
-- name: baseline_evidence_of
SELECT evidence - 'packages' - 'operations' AS evidence FROM patch_test_phases WHERE test_id = $1::bigint AND phase = 'baseline' AND status = 'completed'
ORDER BY attempt DESC LIMIT 1;

-- name: status_of_test
SELECT status FROM patch_tests WHERE id = $1::bigint;

-- name: find_test
SELECT * FROM patch_tests WHERE id = $1::bigint;

-- For each of the items its newest passed test, with the little of its evidence that lists show.
-- name: latest_passed
WITH latest AS (
  SELECT DISTINCT ON (r.queue_id) r.queue_id, t.id, t.status, t.started_at, t.completed_at, coalesce(t.required_reboot, false) AS required_reboot
  FROM item_tests r JOIN patch_tests t ON t.id = r.test_id
  WHERE r.queue_id = ANY ($1::bigint[]) AND t.status = 'passed'
  ORDER BY r.queue_id, t.id DESC
)
SELECT latest.*,
       (SELECT coalesce(p.evidence -> 'delta', 'null') FROM patch_test_phases p WHERE p.test_id = latest.id AND p.phase = 'validate'
        ORDER BY p.started_at DESC, p.attempt DESC LIMIT 1) AS delta,
       (SELECT coalesce(p.evidence -> 'services', 'null') FROM patch_test_phases p WHERE p.test_id = latest.id AND p.phase = 'services'
        ORDER BY p.started_at DESC, p.attempt DESC LIMIT 1) AS services
FROM latest;

-- ---------------------------------------------------------------- starting

-- Starts are rare and short; one at a time makes "this system is free" stay true until the run is inserted.
-- name: serialise_starts
SELECT pg_advisory_xact_lock(7330951842201);

-- Queued items that one of the free systems $3 misses, as far as the order needs them. $2 limits it to items that start without being
-- asked; a retry on all systems is not among those, it goes on with its group.
-- name: startable_items
SELECT q.id, q.priority_override, q.requires_reboot, q.success_score, q.urgency_score
FROM patch_test_queue q
WHERE q.status = 'queued' AND q.target_os = $1 AND (q.autostart OR NOT $2::boolean)
  AND NOT ($2::boolean AND EXISTS (SELECT 1 FROM patch_test_groups g WHERE g.queue_id = q.id))
  AND EXISTS (SELECT 1 FROM system_errata e WHERE e.advisory_name = q.advisory_name AND e.system_id = ANY ($3::bigint[]));

-- name: waiting_os
SELECT DISTINCT target_os FROM patch_test_queue WHERE status = 'queued' AND autostart ORDER BY target_os;

-- name: open_run_on
SELECT t.id, t.advisory_name FROM patch_tests t WHERE t.system_id = $1::bigint AND t.status = 'running';

-- name: open_run_of_os
SELECT t.id, t.advisory_name FROM patch_tests t WHERE t.target_os = $1 AND t.status = 'running' ORDER BY t.id LIMIT 1;

-- name: insert_run
INSERT INTO patch_tests (queue_id, advisory_name, system_id, target_os, status, phase, due_at, deadline_at, engine_version, config, facts, started_by, started_at)
VALUES ($1::bigint, $2, $3::bigint, $4, 'running', 'pre_check', $5::timestamptz, $6::timestamptz, $7::integer, $8::jsonb, $9::jsonb, $10, $5::timestamptz)
RETURNING id;

-- ---------------------------------------------------------------- lists

-- Newest first, along the primary key or one of tests_by_*. $6 is the last id that the caller has seen.
-- name: list_tests
SELECT id, queue_id, advisory_name, system_id, target_os, status, phase, waiting_for, failure_phase, failure_class, failure_reason, rollback_status,
       started_by, started_at, completed_at, facts->'subject'->>'system_name' AS system_name, facts->'subject'->>'ip' AS ip
FROM patch_tests
WHERE ($1::text IS NULL OR status = $1::text) AND ($2::text IS NULL OR target_os = $2::text) AND ($3::bigint IS NULL OR system_id = $3::bigint)
  AND ($4::text IS NULL OR advisory_name = $4::text OR id IN (SELECT test_id FROM test_run_errata WHERE advisory_name = $4::text))
  AND ($5::bigint IS NULL OR id IN (SELECT test_id FROM item_tests WHERE queue_id = $5::bigint)) AND ($6::bigint IS NULL OR id < $6::bigint)
  AND ($7::text IS NULL OR status = $7::text)
  AND ($10::jsonb IS NULL OR test_in_scope(system_id, advisory_name, $10::jsonb))
ORDER BY id DESC LIMIT $8::bigint OFFSET $9::bigint;

-- name: count_tests
SELECT status, count(*) AS tests FROM patch_tests
WHERE ($1::text IS NULL OR target_os = $1::text) AND ($2::bigint IS NULL OR system_id = $2::bigint)
  AND ($3::text IS NULL OR advisory_name = $3::text OR id IN (SELECT test_id FROM test_run_errata WHERE advisory_name = $3::text))
  AND ($4::bigint IS NULL OR id IN (SELECT test_id FROM item_tests WHERE queue_id = $4::bigint))
  AND ($5::jsonb IS NULL OR test_in_scope(system_id, advisory_name, $5::jsonb))
GROUP BY status;

-- name: running_tests
SELECT id, queue_id, advisory_name, system_id, target_os, status, phase, waiting_for, failure_phase, failure_class, failure_reason, rollback_status,
       started_by, started_at, completed_at, facts->'subject'->>'system_name' AS system_name, facts->'subject'->>'ip' AS ip
FROM patch_tests WHERE status = 'running' AND ($1::jsonb IS NULL OR test_in_scope(system_id, advisory_name, $1::jsonb)) ORDER BY id LIMIT 500;

-- name: workers
SELECT lease_owner, count(*) AS steps, max(lease_until) AS lease_until FROM patch_tests
WHERE status = 'running' AND lease_until > $1::timestamptz
  AND ($2::jsonb IS NULL OR test_in_scope(system_id, advisory_name, $2::jsonb)) GROUP BY lease_owner ORDER BY lease_owner;

-- name: ended_since
SELECT status, count(*) AS tests, avg(extract(epoch FROM completed_at - started_at))::double precision AS average_seconds
FROM patch_tests
WHERE completed_at >= $1::timestamptz AND ($2::jsonb IS NULL OR test_in_scope(system_id, advisory_name, $2::jsonb)) GROUP BY status;

-- name: busy_systems
SELECT system_id FROM patch_tests WHERE status = 'running';

-- ---------------------------------------------------------------- one item on all test systems

-- name: forget_group
DELETE FROM patch_test_groups WHERE queue_id = $1::bigint;

-- name: insert_group
INSERT INTO patch_test_groups (queue_id, test_config, started_by, started_at) VALUES ($1::bigint, $2::jsonb, $3, $4::timestamptz);

-- name: insert_target
INSERT INTO patch_test_targets (queue_id, system_id, skipped_reason) VALUES ($1::bigint, $2::bigint, $3);

-- name: begin_target
UPDATE patch_test_targets SET test_id = $3::bigint WHERE queue_id = $1::bigint AND system_id = $2::bigint AND test_id IS NULL;

-- name: skip_target
UPDATE patch_test_targets SET skipped_reason = $3 WHERE queue_id = $1::bigint AND system_id = $2::bigint AND test_id IS NULL;

-- What passed stays passed; everything else is tried again.
-- name: reset_targets
UPDATE patch_test_targets g SET test_id = NULL, skipped_reason = NULL
WHERE g.queue_id = $1::bigint AND NOT EXISTS (SELECT 1 FROM patch_tests t WHERE t.id = g.test_id AND t.status = 'passed');

-- name: group_config
SELECT test_config, started_by FROM patch_test_groups WHERE queue_id = $1::bigint;

-- name: group_runs
SELECT g.system_id, s.name, g.test_id, g.skipped_reason, t.status, t.verdict, t.failure_phase, t.failure_class, t.failure_reason,
       coalesce((t.facts->>'aborted')::boolean, false) AS aborted, coalesce((t.facts->>'forced')::boolean, false) AS forced
FROM patch_test_targets g JOIN systems s ON s.id = g.system_id LEFT JOIN patch_tests t ON t.id = g.test_id
WHERE g.queue_id = $1::bigint ORDER BY g.system_id;

-- name: waiting_targets
SELECT g.system_id, s.gone_at IS NOT NULL OR s.role <> 'test' AS is_gone,
       EXISTS (SELECT 1 FROM system_errata e WHERE e.system_id = g.system_id AND e.advisory_name = $2) AS is_missing,
       EXISTS (SELECT 1 FROM patch_tests t WHERE t.system_id = g.system_id AND t.status = 'running') AS is_busy
FROM patch_test_targets g JOIN systems s ON s.id = g.system_id
WHERE g.queue_id = $1::bigint AND g.test_id IS NULL AND g.skipped_reason IS NULL ORDER BY g.system_id;

-- Groups with systems that are still to be tested, in the order in which they take a system that becomes free.
-- name: groups_under_way
SELECT q.id FROM patch_test_queue q
WHERE q.status IN ('testing', 'needs_reboot', 'rebooting')
  AND EXISTS (SELECT 1 FROM patch_test_targets g WHERE g.queue_id = q.id AND g.test_id IS NULL AND g.skipped_reason IS NULL)
ORDER BY q.priority_override DESC, q.id;

-- name: groups_to_retry
SELECT q.id FROM patch_test_queue q JOIN patch_test_groups g ON g.queue_id = q.id
WHERE q.status = 'queued' AND q.autostart ORDER BY q.priority_override DESC, q.id;

-- ---------------------------------------------------------------- batches

-- name: insert_batch
INSERT INTO test_batches (status, test_config, stop_on_failure, bisect, created_by, created_at)
VALUES ('running', $1::jsonb, $2::boolean, $5::boolean, $3, $4::timestamptz)
RETURNING id;

-- name: insert_member
INSERT INTO test_batch_items (batch_id, queue_id, state) VALUES ($1::bigint, $2::bigint, 'waiting');

-- name: open_batch_of
SELECT batch_id FROM test_batch_items WHERE queue_id = $1::bigint AND state IN ('waiting', 'testing');

-- Queued, and in no batch yet.
-- name: free_queued_items
SELECT q.id, q.priority_override, q.requires_reboot, q.success_score, q.urgency_score FROM patch_test_queue q
WHERE q.status = 'queued' AND q.target_os = $1
  AND NOT EXISTS (SELECT 1 FROM test_batch_items i WHERE i.queue_id = q.id AND i.state IN ('waiting', 'testing'));

-- Newest first; only batches all of whose items the scope covers. $4: the last one of the page before.
-- name: list_batches
SELECT b.id, b.status, b.bisect, b.created_by, b.created_at, b.completed_at,
       (SELECT coalesce(jsonb_object_agg(counted.state, counted.items), '{}')
        FROM (SELECT i.state, count(*) AS items FROM test_batch_items i WHERE i.batch_id = b.id GROUP BY i.state) counted) AS counts
FROM test_batches b
WHERE ($4::bigint IS NULL OR b.id < $4::bigint)
  AND ($3::jsonb IS NULL OR NOT EXISTS (SELECT 1 FROM test_batch_items i JOIN patch_test_queue q ON q.id = i.queue_id
                                        WHERE i.batch_id = b.id AND NOT erratum_in_scope(q.advisory_name, $3::jsonb)))
ORDER BY b.id DESC LIMIT $1::bigint OFFSET $2::bigint;

-- name: count_batches
SELECT count(*) AS total FROM test_batches b
WHERE $1::jsonb IS NULL OR NOT EXISTS (SELECT 1 FROM test_batch_items i JOIN patch_test_queue q ON q.id = i.queue_id
                                       WHERE i.batch_id = b.id AND NOT erratum_in_scope(q.advisory_name, $1::jsonb));

-- name: find_batch
SELECT * FROM test_batches WHERE id = $1::bigint;

-- name: lock_batch
SELECT * FROM test_batches WHERE id = $1::bigint FOR NO KEY UPDATE;

-- name: running_batches
SELECT id, bisect FROM test_batches WHERE status = 'running' ORDER BY id;

-- A run counts as the member's when it began with or after the batch.
-- name: batch_members
SELECT i.queue_id, i.state, i.test_id, i.reason, q.advisory_name, q.target_os, q.status, q.autostart, q.priority_override, q.requires_reboot,
       q.success_score, q.urgency_score, t.id AS latest_test, t.status AS result
FROM test_batch_items i
JOIN test_batches b ON b.id = i.batch_id
JOIN patch_test_queue q ON q.id = i.queue_id AND q.deleted_at IS NULL
LEFT JOIN LATERAL (SELECT t.id, t.status FROM item_tests r JOIN patch_tests t ON t.id = r.test_id
                   WHERE r.queue_id = i.queue_id AND t.started_at >= b.created_at ORDER BY t.id DESC LIMIT 1) t ON true
WHERE i.batch_id = $1::bigint ORDER BY i.queue_id;

-- name: move_member
UPDATE test_batch_items SET state = $3, test_id = coalesce($4::bigint, test_id), reason = $5 WHERE batch_id = $1::bigint AND queue_id = $2::bigint;

-- name: cancel_waiting_members
UPDATE test_batch_items SET state = 'cancelled', reason = $2 WHERE batch_id = $1::bigint AND state = 'waiting';

-- name: cancel_testing_members
UPDATE test_batch_items SET state = 'cancelled', reason = $2 WHERE batch_id = $1::bigint AND state = 'testing';

-- name: runs_of_batch
SELECT DISTINCT t.id FROM test_batch_items i JOIN item_tests r ON r.queue_id = i.queue_id JOIN patch_tests t ON t.id = r.test_id AND t.status = 'running'
WHERE i.batch_id = $1::bigint AND i.state = 'testing' ORDER BY t.id;

-- name: end_batch
UPDATE test_batches SET status = $2, end_reason = $3, completed_at = $4::timestamptz WHERE id = $1::bigint AND status = 'running';

-- ---------------------------------------------------------------- several errata in one run

-- name: insert_further
INSERT INTO test_run_errata (test_id, queue_id, advisory_name) VALUES ($1::bigint, $2::bigint, $3);

-- name: further_of
SELECT advisory_name FROM test_run_errata WHERE test_id = $1::bigint ORDER BY queue_id;

-- name: insert_set
INSERT INTO test_batch_sets (batch_id, queue_ids, state) VALUES ($1::bigint, $2::bigint[], 'waiting');

-- name: insert_half
INSERT INTO test_batch_sets (batch_id, queue_ids, state) SELECT batch_id, $2::bigint[], 'waiting' FROM test_batch_sets WHERE test_id = $1::bigint;

-- name: close_set
UPDATE test_batch_sets SET state = $2 WHERE test_id = $1::bigint AND state = 'testing';

-- name: sets_of
SELECT state, test_id, array_to_json(queue_ids) AS ids FROM test_batch_sets WHERE batch_id = $1::bigint ORDER BY id;

-- name: waiting_sets
SELECT id FROM test_batch_sets WHERE batch_id = $1::bigint AND state = 'waiting' ORDER BY id;

-- The members that can be tested: queued, or in the midst of the search with no run of their own.
-- name: members_of_set
SELECT q.id FROM test_batch_sets s CROSS JOIN LATERAL unnest(s.queue_ids) AS member(id) JOIN patch_test_queue q ON q.id = member.id
WHERE s.id = $1::bigint AND s.state = 'waiting' AND q.status IN ('queued', 'testing')
  AND NOT EXISTS (SELECT 1 FROM item_tests r JOIN patch_tests t ON t.id = r.test_id WHERE r.queue_id = q.id AND t.status = 'running')
ORDER BY q.id;

-- name: begin_set
UPDATE test_batch_sets SET state = 'testing', test_id = $2::bigint WHERE id = $1::bigint;

-- name: cancel_set
UPDATE test_batch_sets SET state = 'cancelled' WHERE id = $1::bigint;

-- The search for a culprit stopped before these were tested again.
-- name: orphaned_sets
SELECT s.id, b.end_reason FROM test_batch_sets s JOIN test_batches b ON b.id = s.batch_id WHERE s.state = 'waiting' AND b.status <> 'running' ORDER BY s.id;

-- Free online systems ($2) that miss every one of the errata.
-- name: systems_missing_all
SELECT e.system_id FROM system_errata e WHERE e.system_id = ANY ($2::bigint[]) AND e.advisory_name = ANY ($1::text[])
GROUP BY e.system_id HAVING count(*) = cardinality($1::text[]) ORDER BY e.system_id;

-- ---------------------------------------------------------------- what a caller with a scope sees

-- name: sees_test
SELECT test_in_scope(system_id, advisory_name, $2::jsonb) AS sees FROM patch_tests WHERE id = $1::bigint;

-- name: sees_item
SELECT erratum_in_scope(advisory_name, $2::jsonb) AS sees FROM patch_test_queue WHERE id = $1::bigint;

-- name: sees_system
SELECT system_in_scope(groups, $2::jsonb) AS sees FROM systems WHERE id = $1::bigint;

-- A batch is acted on as a whole, so it is seen only when all of it is.
-- name: sees_batch
SELECT coalesce(bool_and(erratum_in_scope(q.advisory_name, $2::jsonb)), false) AS sees
FROM test_batch_items i JOIN patch_test_queue q ON q.id = i.queue_id WHERE i.batch_id = $1::bigint;
