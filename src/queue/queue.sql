-- Table patch_test_queue (db/migrations/0001_initial.sql): one erratum for one target_os on its way. Its status moves by `advance` alone,
-- but for `delete_item`.

-- ---------------------------------------------------------------- lifecycle

-- One guarded row update: it touches no row when the item is not (or no longer) in $2. What each new state asks of the other columns
-- stands here, so that the row's CHECK constraints and the code cannot disagree.
-- name: advance
UPDATE patch_test_queue SET
  status         = $3::text,
  changed_at     = $4::timestamptz,
  failure_phase  = CASE WHEN $3::text IN ('failed', 'retry_pending') THEN $5::text WHEN $2::text = 'queued' AND $3::text = 'testing' THEN NULL ELSE failure_phase END,
  failure_class  = CASE WHEN $3::text IN ('failed', 'retry_pending') THEN $6::text WHEN $2::text = 'queued' AND $3::text = 'testing' THEN NULL ELSE failure_class END,
  failure_reason = CASE WHEN $3::text IN ('failed', 'retry_pending') THEN $7::text WHEN $2::text = 'queued' AND $3::text = 'testing' THEN NULL ELSE failure_reason END,
  retry_count    = CASE WHEN $3::text = 'retry_pending' THEN retry_count + 1
                        WHEN $3::text = 'queued' AND $2::text IN ('failed', 'rejected') THEN 0 ELSE retry_count END,
  retry_after    = CASE WHEN $3::text = 'retry_pending' THEN $8::timestamptz END,
  snooze_until   = CASE WHEN $3::text = 'snoozed' THEN $9::timestamptz END,
  superseded_by  = CASE WHEN $3::text = 'superseded' THEN $10::text END,
  autostart      = $3::text = 'queued' AND $11::boolean,
  pending_since  = CASE WHEN $3::text = 'pending_approval' THEN $4::timestamptz WHEN $3::text = 'queued' THEN NULL ELSE pending_since END,
  started_at     = CASE WHEN $2::text = 'queued' AND $3::text = 'testing' THEN $4::timestamptz WHEN $3::text = 'queued' THEN NULL ELSE started_at END,
  completed_at   = CASE WHEN $3::text IN ('completed', 'rolled_back', 'failed', 'rejected', 'superseded') THEN $4::timestamptz END
WHERE id = $1::bigint AND status = $2::text
RETURNING advisory_name, target_os;

-- name: status_of
SELECT status, advisory_name FROM patch_test_queue WHERE id = $1::bigint AND deleted_at IS NULL;

-- ---------------------------------------------------------------- items

-- name: find
SELECT id, advisory_name, target_os, status, priority_override, requires_reboot, success_score, urgency_score, retry_count, retry_after, autostart,
       superseded_by, failure_phase, failure_class, failure_reason, snooze_until, pending_since, notes, created_by, queued_at, started_at, completed_at
FROM patch_test_queue WHERE id = $1::bigint AND deleted_at IS NULL;

-- NO KEY: the rows of runs refer to the item, and two runs of one item that end at once each hold a share of its key before they come here.
-- name: lock
SELECT id, advisory_name, target_os, status, priority_override, requires_reboot, success_score, urgency_score, retry_count, retry_after, autostart,
       superseded_by, failure_phase, failure_class, failure_reason, snooze_until, pending_since, notes, created_by, queued_at, started_at, completed_at
FROM patch_test_queue WHERE id = $1::bigint AND deleted_at IS NULL FOR NO KEY UPDATE;

-- ---------------------------------------------------------------- order
-- comes_before() of rules.cpp in SQL. `safest` is served by the index queue_by_order; the other two modes sort the queued items of one OS.

-- name: next_safest
SELECT id, advisory_name, target_os, status, priority_override, requires_reboot, success_score, urgency_score, retry_count, retry_after, autostart,
       superseded_by, failure_phase, failure_class, failure_reason, snooze_until, pending_since, notes, created_by, queued_at, started_at, completed_at
FROM patch_test_queue
WHERE status = 'queued' AND target_os = $1::text AND (autostart OR NOT $2::boolean)
ORDER BY priority_override DESC, requires_reboot, success_score DESC, id
LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: next_by_urgency
SELECT id, advisory_name, target_os, status, priority_override, requires_reboot, success_score, urgency_score, retry_count, retry_after, autostart,
       superseded_by, failure_phase, failure_class, failure_reason, snooze_until, pending_since, notes, created_by, queued_at, started_at, completed_at
FROM patch_test_queue
WHERE status = 'queued' AND target_os = $1::text AND (autostart OR NOT $2::boolean)
ORDER BY priority_override DESC, CASE WHEN $3::text = 'smart' THEN urgency_score * success_score ELSE urgency_score END DESC, id
LIMIT 1 FOR UPDATE SKIP LOCKED;

-- Places within each OS, up to the place $3 (NULL: all). With the limit the planner walks queue_by_order and stops there, so the first page
-- of a long queue costs one page.
-- name: positions_safest
SELECT ranked.id, ranked.position
FROM unnest($1::text[]) AS wanted(target_os)
CROSS JOIN LATERAL (
  SELECT id, row_number() OVER (ORDER BY priority_override DESC, requires_reboot, success_score DESC, id) AS position
  FROM patch_test_queue WHERE status = 'queued' AND target_os = wanted.target_os
  ORDER BY priority_override DESC, requires_reboot, success_score DESC, id LIMIT $3::bigint
) AS ranked
WHERE ranked.id = ANY ($2::bigint[]);

-- name: positions_by_urgency
SELECT ranked.id, ranked.position
FROM unnest($1::text[]) AS wanted(target_os)
CROSS JOIN LATERAL (
  SELECT id, row_number() OVER (ORDER BY priority_override DESC,
                                CASE WHEN $3::text = 'smart' THEN urgency_score * success_score ELSE urgency_score END DESC, id) AS position
  FROM patch_test_queue WHERE status = 'queued' AND target_os = wanted.target_os
) AS ranked
WHERE ranked.id = ANY ($2::bigint[]);

-- ---------------------------------------------------------------- lists

-- The page is taken from the queue alone, along the index queue_by_list; the errata are looked up for its rows only. With a cursor it
-- starts after the item that the cursor describes, whether that still exists or not.
-- name: page_safest
WITH page AS MATERIALIZED (
  SELECT i.* FROM patch_test_queue i
  WHERE i.deleted_at IS NULL AND ($1::text IS NULL OR i.status = $1::text)
    AND ($2::text IS NULL OR i.target_os = $2::text)
    AND ($3::text IS NULL OR EXISTS (SELECT 1 FROM errata_cache e WHERE e.advisory_name = i.advisory_name AND e.severity = $3::text))
    AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM errata_cache e WHERE e.advisory_name = i.advisory_name
                                     AND (e.advisory_name ILIKE $4::text OR e.synopsis ILIKE $4::text)))
    AND ($7::bigint IS NULL OR (-i.priority_override, i.requires_reboot::integer, -i.success_score, i.id)
                               > (-$8::integer, $9::boolean::integer, -$10::integer, $7::bigint))
    AND ($11::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $11::jsonb))
  ORDER BY i.priority_override DESC, i.requires_reboot, i.success_score DESC, i.id
  LIMIT $5::bigint OFFSET $6::bigint
)
SELECT page.*, e.synopsis, e.severity, e.packages -> 0 ->> 'evr' AS errata_version
FROM page JOIN errata_cache e ON e.advisory_name = page.advisory_name
ORDER BY page.priority_override DESC, page.requires_reboot, page.success_score DESC, page.id;

-- name: page_by_urgency
WITH page AS MATERIALIZED (
  SELECT i.*, CASE WHEN $7::text = 'smart' THEN i.urgency_score * i.success_score ELSE i.urgency_score END AS weight FROM patch_test_queue i
  WHERE i.deleted_at IS NULL AND ($1::text IS NULL OR i.status = $1::text)
    AND ($2::text IS NULL OR i.target_os = $2::text)
    AND ($3::text IS NULL OR EXISTS (SELECT 1 FROM errata_cache e WHERE e.advisory_name = i.advisory_name AND e.severity = $3::text))
    AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM errata_cache e WHERE e.advisory_name = i.advisory_name
                                     AND (e.advisory_name ILIKE $4::text OR e.synopsis ILIKE $4::text)))
    AND ($8::bigint IS NULL OR (-i.priority_override, -(CASE WHEN $7::text = 'smart' THEN i.urgency_score * i.success_score ELSE i.urgency_score END), i.id)
                               > (-$9::integer, -(CASE WHEN $7::text = 'smart' THEN $11::double precision * $10::integer ELSE $11::double precision END), $8::bigint))
    AND ($12::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $12::jsonb))
  ORDER BY i.priority_override DESC, weight DESC, i.id
  LIMIT $5::bigint OFFSET $6::bigint
)
SELECT page.*, e.synopsis, e.severity, e.packages -> 0 ->> 'evr' AS errata_version
FROM page JOIN errata_cache e ON e.advisory_name = page.advisory_name
ORDER BY page.priority_override DESC, page.weight DESC, page.id;

-- How many there are in each status under the other filters; their sum over the wanted statuses is the total of the list. `tally` answers
-- where the OS is the only filter, at the same price however long the queue is (db/migrations/0010_queue_tally.sql).
-- name: tally
SELECT status, sum(items)::bigint AS items FROM queue_tally
WHERE status <> 'deleted' AND ($1::text IS NULL OR target_os = $1::text)
GROUP BY status HAVING sum(items) <> 0;

-- name: fold_tally
WITH folded AS (DELETE FROM queue_tally RETURNING target_os, status, items)
INSERT INTO queue_tally SELECT target_os, status, sum(items) FROM folded GROUP BY target_os, status HAVING sum(items) <> 0;

-- name: count_by_status
SELECT i.status, count(*) AS items FROM patch_test_queue i
WHERE i.status <> 'deleted' AND ($1::text IS NULL OR i.target_os = $1::text)
  AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM errata_cache e WHERE e.advisory_name = i.advisory_name AND e.severity = $2::text))
  AND ($3::text IS NULL OR EXISTS (SELECT 1 FROM errata_cache e WHERE e.advisory_name = i.advisory_name
                                   AND (e.advisory_name ILIKE $3::text OR e.synopsis ILIKE $3::text)))
  AND ($4::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $4::jsonb))
GROUP BY i.status;

-- name: entry
SELECT i.*, e.synopsis, e.severity, e.packages -> 0 ->> 'evr' AS errata_version
FROM patch_test_queue i JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE i.id = $1::bigint AND i.deleted_at IS NULL;

-- name: counts
SELECT i.target_os, i.status, e.severity, count(*) AS items
FROM patch_test_queue i JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE i.deleted_at IS NULL AND ($1::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $1::jsonb))
GROUP BY i.target_os, i.status, e.severity;

-- name: times
SELECT (SELECT min(queued_at) FROM patch_test_queue WHERE status = 'queued' AND ($1::jsonb IS NULL OR erratum_in_scope(advisory_name, $1::jsonb))) AS oldest_queued_at,
       (SELECT min(retry_after) FROM patch_test_queue WHERE status = 'retry_pending' AND ($1::jsonb IS NULL OR erratum_in_scope(advisory_name, $1::jsonb))) AS next_retry_at;

-- ---------------------------------------------------------------- adding

-- Adds are serialised: two of them in parallel could queue a newer and an older erratum without seeing each other, and would take their
-- rows in different orders.
-- name: serialise_adds
SELECT pg_advisory_xact_lock(hashtextextended('spm.queue.add', 0));

-- name: has_test_system
SELECT EXISTS (SELECT 1 FROM systems WHERE role = 'test' AND target_os = $1::text AND gone_at IS NULL) AS found;

-- name: candidates
SELECT wanted.name, e.advisory_name IS NOT NULL AS is_known, e.target_os, e.withdrawn_at IS NOT NULL AS is_withdrawn,
       e.packages IS NOT NULL AS has_packages, p.advisory_name IS NOT NULL AS has_profile, open.id AS open_id, open.status AS open_status,
       EXISTS (SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id
               WHERE a.advisory_name = wanted.name AND s.target_os = $2::text AND s.gone_at IS NULL) AS is_applicable
FROM unnest($1::text[]) WITH ORDINALITY AS wanted(name, place)
LEFT JOIN errata_cache e ON e.advisory_name = wanted.name
LEFT JOIN risk_profiles p ON p.advisory_name = wanted.name
LEFT JOIN patch_test_queue open ON open.advisory_name = wanted.name AND open.target_os = $2::text
                                AND open.status NOT IN ('completed', 'rolled_back', 'superseded', 'deleted')
ORDER BY wanted.place;

-- The newest erratum that covers each of these and can take its place: it is in the queue, or UYUNI can apply it. errata_cache.superseded_by
-- points one step; the chain is followed (it always ends, see catalogue/superseding.hpp).
-- name: covering_of
WITH RECURSIVE newer AS (
  SELECT wanted.name AS erratum, wanted.target_os, e.superseded_by AS name, 1 AS depth
  FROM (SELECT DISTINCT name, target_os FROM unnest($1::text[], $2::text[]) AS pair(name, target_os)) AS wanted
  JOIN errata_cache e ON e.advisory_name = wanted.name
  WHERE e.superseded_by IS NOT NULL
  UNION
  SELECT newer.erratum, newer.target_os, e.superseded_by, newer.depth + 1
  FROM newer JOIN errata_cache e ON e.advisory_name = newer.name
  WHERE e.superseded_by IS NOT NULL AND newer.depth < 50
)
SELECT DISTINCT ON (newer.erratum, newer.target_os) newer.erratum, newer.target_os, newer.name AS covering, open.id IS NOT NULL AS is_open
FROM newer
JOIN errata_cache e ON e.advisory_name = newer.name
LEFT JOIN patch_test_queue open ON open.advisory_name = newer.name AND open.target_os = newer.target_os
                                AND open.status NOT IN ('completed', 'rolled_back', 'superseded', 'deleted', 'failed', 'rejected')
WHERE e.withdrawn_at IS NULL AND (e.in_uyuni OR open.id IS NOT NULL)
ORDER BY newer.erratum, newer.target_os, newer.depth DESC;

-- name: insert_item
INSERT INTO patch_test_queue (advisory_name, target_os, status, priority_override, requires_reboot, success_score, urgency_score, notes, created_by, queued_at, changed_at)
SELECT p.advisory_name, $2::text, 'queued', $3::integer, p.requires_reboot, p.success_score, p.urgency_score, $4::text, $5::text, $6::timestamptz, $6::timestamptz
FROM risk_profiles p WHERE p.advisory_name = $1::text
ON CONFLICT (advisory_name, target_os) WHERE status NOT IN ('completed', 'rolled_back', 'superseded', 'deleted') DO NOTHING
RETURNING id;

-- Errata that are missing on test systems and have no open item there. Covered ones are left to covering_of.
-- name: new_for_test_systems
SELECT DISTINCT s.target_os, e.advisory_name, e.severity, e.issued_at
FROM system_errata a
JOIN systems s ON s.id = a.system_id AND s.role = 'test' AND s.gone_at IS NULL AND s.target_os IS NOT NULL
JOIN errata_cache e ON e.advisory_name = a.advisory_name AND e.withdrawn_at IS NULL
WHERE e.severity = ANY ($1::text[])
  AND (cardinality($2::text[]) = 0 OR s.target_os = ANY ($2::text[]))
  AND NOT EXISTS (SELECT 1 FROM patch_test_queue i WHERE i.advisory_name = e.advisory_name AND i.target_os = s.target_os
                  AND i.status NOT IN ('completed', 'rolled_back', 'superseded', 'deleted'))
  AND NOT ($3::boolean AND EXISTS (SELECT 1 FROM patch_test_queue i WHERE i.advisory_name = e.advisory_name AND i.target_os = s.target_os
                                   AND i.status IN ('completed', 'rolled_back')))
  AND ($4::jsonb IS NULL OR erratum_in_scope(e.advisory_name, $4::jsonb))
ORDER BY s.target_os, e.issued_at NULLS LAST, e.advisory_name;

-- ---------------------------------------------------------------- following the catalogue

-- Items that may be superseded. One that another transaction holds is being decided upon right now; the next turn looks again.
-- name: lock_waiting_covered
SELECT i.id, i.advisory_name, i.target_os, i.status
FROM patch_test_queue i JOIN errata_cache e ON e.advisory_name = i.advisory_name AND e.superseded_by IS NOT NULL
WHERE i.status IN ('queued', 'retry_pending', 'failed')
ORDER BY i.id FOR UPDATE OF i SKIP LOCKED;

-- name: failed_covered
SELECT i.advisory_name, i.target_os
FROM patch_test_queue i JOIN errata_cache e ON e.advisory_name = i.advisory_name AND e.superseded_by IS NOT NULL
WHERE i.status = 'failed'
ORDER BY i.id;

-- name: any_item
SELECT id FROM patch_test_queue WHERE advisory_name = $1::text AND target_os = $2::text LIMIT 1;

-- name: refresh_scores
UPDATE patch_test_queue i
SET requires_reboot = p.requires_reboot, success_score = p.success_score, urgency_score = p.urgency_score, changed_at = $1::timestamptz
FROM risk_profiles p
WHERE p.advisory_name = i.advisory_name AND i.status NOT IN ('completed', 'rolled_back', 'superseded', 'deleted')
  AND (i.requires_reboot, i.success_score, i.urgency_score) IS DISTINCT FROM (p.requires_reboot, p.success_score, p.urgency_score);

-- name: lock_returning_snoozed
SELECT id FROM patch_test_queue WHERE status = 'snoozed' AND snooze_until <= $1::timestamptz ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED;

-- name: lock_returning_retries
SELECT id FROM patch_test_queue WHERE status = 'retry_pending' AND retry_after <= $1::timestamptz ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED;

-- ---------------------------------------------------------------- changing and deleting

-- name: amend
UPDATE patch_test_queue
SET priority_override = coalesce($2::integer, priority_override), notes = coalesce($3::text, notes), changed_at = $4::timestamptz
WHERE id = $1::bigint;

-- The row stays: test runs and decisions refer to it, and they are evidence. Lists, look-ups and the order know it no more.
-- name: delete_item
UPDATE patch_test_queue SET status = 'deleted', deleted_at = $2::timestamptz, changed_at = $2::timestamptz, autostart = false
WHERE id = $1::bigint;

-- ---------------------------------------------------------------- why an item waits

-- name: runs_under_way
SELECT system_id, id, advisory_name FROM patch_tests WHERE status = 'running';

-- name: missing_on_test_systems
SELECT a.advisory_name, a.system_id FROM system_errata a JOIN systems s ON s.id = a.system_id AND s.role = 'test' AND s.gone_at IS NULL
WHERE a.advisory_name = ANY ($1::text[]);

-- Asked for by a batch, and not started.
-- name: waiting_in_batches
SELECT queue_id FROM test_batch_items WHERE queue_id = ANY ($1::bigint[]) AND state = 'waiting';

-- name: unfinished_targets
SELECT g.queue_id, g.test_id, s.name
FROM patch_test_targets g JOIN systems s ON s.id = g.system_id LEFT JOIN patch_tests t ON t.id = g.test_id
WHERE g.queue_id = ANY ($1::bigint[]) AND g.skipped_reason IS NULL AND (g.test_id IS NULL OR t.status = 'running')
ORDER BY g.queue_id, s.name;

-- name: targets
SELECT g.system_id, s.name, g.test_id, g.skipped_reason,
       CASE WHEN g.skipped_reason IS NOT NULL THEN 'skipped' WHEN t.id IS NULL THEN 'waiting' ELSE t.status END AS state
FROM patch_test_targets g JOIN systems s ON s.id = g.system_id LEFT JOIN patch_tests t ON t.id = g.test_id
WHERE g.queue_id = $1::bigint ORDER BY s.name;

-- ---------------------------------------------------------------- what a caller with a scope sees

-- name: sees_item
SELECT erratum_in_scope(advisory_name, $2::jsonb) AS sees FROM patch_test_queue WHERE id = $1::bigint;

-- name: errata_out_of_sight
SELECT name FROM unnest($1::text[]) AS wanted(name) WHERE NOT erratum_in_scope(name, $2::jsonb);
