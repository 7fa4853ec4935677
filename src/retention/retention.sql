-- All that is ever removed because of its age. $1: what is older goes, $2: at most so many at once. Everything of open_items stays: of those that wait for
-- a decision or are on their way.

-- A run's evidence counts from its end, or from the last decision on one of its items.
-- name: runs_with_old_evidence
SELECT t.id FROM patch_tests t
WHERE t.evidence_removed_at IS NULL AND t.completed_at < $1::timestamptz
  AND NOT EXISTS (
    SELECT 1 FROM item_tests i
    WHERE i.test_id = t.id
      AND (EXISTS (SELECT 1 FROM open_items o WHERE o.id = i.queue_id)
           OR EXISTS (SELECT 1 FROM patch_approvals a WHERE a.queue_id = i.queue_id AND a.decided_at >= $1::timestamptz)))
ORDER BY t.completed_at, t.id LIMIT $2::bigint
FOR NO KEY UPDATE OF t SKIP LOCKED;

-- What commands were asked and answered, and the list of all installed packages. What stays is small, and is what the result is made of: changed packages,
-- measurements, services, whether each check passed.
-- name: remove_evidence
UPDATE patch_test_phases
SET evidence = (evidence - 'operations' - 'operations_left_out' - CASE phase WHEN 'baseline' THEN 'packages' ELSE '' END)
            || CASE WHEN jsonb_typeof(evidence -> 'custom_checks') = 'array' THEN jsonb_build_object('custom_checks',
                 (SELECT coalesce(jsonb_agg(result - 'seen' ORDER BY place), '[]')
                  FROM jsonb_array_elements(evidence -> 'custom_checks') WITH ORDINALITY AS each(result, place))) ELSE '{}' END
WHERE test_id = ANY ($1::bigint[]);

-- name: remove_operations
DELETE FROM patch_test_operations WHERE test_id = ANY ($1::bigint[]);

-- name: mark_evidence_removed
UPDATE patch_tests SET evidence_removed_at = $2::timestamptz WHERE id = ANY ($1::bigint[]);

-- name: remove_events
DELETE FROM events WHERE id IN (
  SELECT e.id FROM events e
  WHERE e.created_at < $1::timestamptz AND NOT EXISTS (SELECT 1 FROM open_items o WHERE o.id = e.queue_id)
  ORDER BY e.created_at LIMIT $2::bigint);

-- The newest of a source stays, and its newest that succeeded: its state is read from them.
-- name: remove_sync_runs
DELETE FROM sync_runs WHERE id IN (
  SELECT r.id FROM sync_runs r
  WHERE r.finished_at < $1::timestamptz
    AND EXISTS (SELECT 1 FROM sync_runs newer WHERE newer.source = r.source AND newer.id > r.id AND newer.status <> 'running')
    AND (r.status <> 'succeeded'
         OR EXISTS (SELECT 1 FROM sync_runs newer WHERE newer.source = r.source AND newer.id > r.id AND newer.status = 'succeeded'))
  ORDER BY r.id LIMIT $2::bigint);
