-- Table patch_approvals (db/migrations/0001_initial.sql): what people decided on tested items. Rows are only ever added.

-- ---------------------------------------------------------------- deciding

-- What the policies look at, and which round of decisions it is; the item's row is locked already.
-- name: decision_facts
SELECT e.severity, i.success_score, i.created_by, coalesce(p.affects_kernel, true) AS affects_kernel,
       (SELECT count(*) FROM patch_approvals a WHERE a.queue_id = i.id AND a.completes) AS round
FROM patch_test_queue i
JOIN errata_cache e ON e.advisory_name = i.advisory_name
LEFT JOIN risk_profiles p ON p.advisory_name = i.advisory_name
WHERE i.id = $1::bigint;

-- name: approvals_of_round
SELECT coalesce(on_behalf_of, actor) AS name, actor, person, decided_at FROM patch_approvals
WHERE queue_id = $1::bigint AND round = $2::bigint AND action = 'approve' ORDER BY id;

-- name: record_decision
INSERT INTO patch_approvals (queue_id, test_id, action, actor, on_behalf_of, reason, snooze_until, decided_at, round, completes, person, break_glass)
VALUES ($1::bigint, $2::bigint, $3::text, $4::text, $5::text, $6::text, $7::timestamptz, $8::timestamptz, $9::bigint, $10::boolean, $11::text,
        $12::boolean)
RETURNING id;

-- name: latest_decision
SELECT action, actor, decided_at FROM patch_approvals WHERE queue_id = $1::bigint ORDER BY id DESC LIMIT 1;

-- ---------------------------------------------------------------- what waits for a decision
-- Items whose passed test speaks for them; the test's figures come from the engine.

-- `weight` is the wanted order as one number, smallest first: it orders the page and is the key of its cursor. What the page shows is read
-- for its own rows alone: the errata are wide, and thousands may wait.
-- name: pending
WITH waiting AS (
  SELECT i.id,
         CASE $3::text
           WHEN 'pending_since' THEN extract(epoch FROM i.pending_since)::double precision
           WHEN 'severity' THEN (SELECT array_position(ARRAY['Critical', 'High', 'Medium', 'Low', 'Unknown'], e.severity)
                                 FROM errata_cache e WHERE e.advisory_name = i.advisory_name)::double precision
           WHEN 'score' THEN -i.success_score::double precision
           ELSE -i.urgency_score
         END AS weight
  FROM patch_test_queue i
  WHERE i.status = 'pending_approval' AND EXISTS (SELECT 1 FROM item_tests r JOIN patch_tests t ON t.id = r.test_id WHERE r.queue_id = i.id AND t.status = 'passed')
    AND ($1::text IS NULL OR (SELECT e.severity FROM errata_cache e WHERE e.advisory_name = i.advisory_name) = $1::text)
    AND ($2::text IS NULL OR i.target_os = $2::text)
    AND ($8::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $8::jsonb))
    AND ($9::text IS NULL OR strpos(lower(i.advisory_name), lower($9::text)) > 0
         OR (SELECT strpos(lower(e.synopsis), lower($9::text)) FROM errata_cache e WHERE e.advisory_name = i.advisory_name) > 0)
), page AS (
  SELECT * FROM waiting
  WHERE $6::bigint IS NULL OR (weight, id) > ($7::double precision, $6::bigint)
  ORDER BY weight, id
  LIMIT $4::bigint OFFSET $5::bigint
)
SELECT i.id, i.advisory_name, e.synopsis, e.severity, i.success_score, i.urgency_score, i.target_os, i.pending_since, e.cves, page.weight,
       ARRAY(SELECT DISTINCT package ->> 'name' FROM jsonb_array_elements(coalesce(e.packages, '[]')) AS package ORDER BY 1) AS package_names,
       (SELECT min(a.first_seen_at) FROM system_errata a WHERE a.advisory_name = i.advisory_name) AS applicable_since,
       coalesce((SELECT p.affects_kernel FROM risk_profiles p WHERE p.advisory_name = i.advisory_name), true) AS affects_kernel,
       EXISTS (SELECT 1 FROM cves c WHERE c.id = ANY (e.cves) AND c.known_exploited) AS known_exploited,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('name', coalesce(a.on_behalf_of, a.actor), 'at', a.decided_at) ORDER BY a.id), '[]') FROM patch_approvals a
        WHERE a.queue_id = i.id AND NOT a.completes
          AND a.round = (SELECT count(*) FROM patch_approvals f WHERE f.queue_id = i.id AND f.completes)) AS approvals_given
FROM page
JOIN patch_test_queue i ON i.id = page.id
JOIN errata_cache e ON e.advisory_name = i.advisory_name
ORDER BY page.weight, page.id;

-- name: pending_by_severity
SELECT e.severity, count(*) AS items
FROM patch_test_queue i
JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE i.status = 'pending_approval' AND EXISTS (SELECT 1 FROM item_tests r JOIN patch_tests t ON t.id = r.test_id WHERE r.queue_id = i.id AND t.status = 'passed')
  AND ($1::text IS NULL OR i.target_os = $1::text)
  AND ($2::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $2::jsonb))
  AND ($3::text IS NULL OR strpos(lower(i.advisory_name), lower($3::text)) > 0 OR strpos(lower(e.synopsis), lower($3::text)) > 0)
GROUP BY e.severity;

-- The conditions of `pending`. One more than the limit says that there are more.
-- name: pending_ids
SELECT i.id
FROM patch_test_queue i
JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE i.status = 'pending_approval' AND EXISTS (SELECT 1 FROM item_tests r JOIN patch_tests t ON t.id = r.test_id WHERE r.queue_id = i.id AND t.status = 'passed')
  AND ($1::text IS NULL OR e.severity = $1::text)
  AND ($2::text IS NULL OR i.target_os = $2::text)
  AND ($3::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $3::jsonb))
  AND ($4::text IS NULL OR strpos(lower(i.advisory_name), lower($4::text)) > 0 OR strpos(lower(e.synopsis), lower($4::text)) > 0)
ORDER BY i.id
LIMIT $5::bigint;

-- Whether a caller with this scope sees the item.
-- name: sees_item
SELECT erratum_in_scope(advisory_name, $2::jsonb) AS sees FROM patch_test_queue WHERE id = $1::bigint;

-- name: pending_one
SELECT i.id, i.advisory_name, e.synopsis, e.severity, i.success_score, i.urgency_score, i.target_os,
       i.pending_since, e.cves, 0::double precision AS weight,
       ARRAY(SELECT DISTINCT package ->> 'name' FROM jsonb_array_elements(coalesce(e.packages, '[]')) AS package ORDER BY 1) AS package_names,
       (SELECT min(a.first_seen_at) FROM system_errata a WHERE a.advisory_name = i.advisory_name) AS applicable_since,
       coalesce((SELECT p.affects_kernel FROM risk_profiles p WHERE p.advisory_name = i.advisory_name), true) AS affects_kernel,
       EXISTS (SELECT 1 FROM cves c WHERE c.id = ANY (e.cves) AND c.known_exploited) AS known_exploited,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('name', coalesce(a.on_behalf_of, a.actor), 'at', a.decided_at) ORDER BY a.id), '[]') FROM patch_approvals a
        WHERE a.queue_id = i.id AND NOT a.completes
          AND a.round = (SELECT count(*) FROM patch_approvals f WHERE f.queue_id = i.id AND f.completes)) AS approvals_given
FROM patch_test_queue i
JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE i.id = $1::bigint AND i.status = 'pending_approval' AND EXISTS (SELECT 1 FROM item_tests r JOIN patch_tests t ON t.id = r.test_id WHERE r.queue_id = i.id AND t.status = 'passed');

-- name: waiting_since
SELECT i.id, i.advisory_name, i.pending_since, e.severity,
       (SELECT min(a.first_seen_at) FROM system_errata a WHERE a.advisory_name = i.advisory_name) AS applicable_since
FROM patch_test_queue i
JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE i.status = 'pending_approval' ORDER BY i.id;

-- Decisions on the erratum, on other revisions of its advisory ($2, a LIKE pattern) and on what it supersedes; newest first.
-- name: earlier_decisions
SELECT a.id, a.queue_id, i.advisory_name, a.action, a.actor, a.reason, a.decided_at
FROM patch_approvals a
JOIN patch_test_queue i ON i.id = a.queue_id
JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE i.advisory_name = $1::text OR i.advisory_name LIKE $2::text OR e.superseded_by = $1::text
ORDER BY a.id DESC LIMIT 50;

-- ---------------------------------------------------------------- what was decided

-- Newest first. $1 actor, $2 action, $3 erratum, $4 from, $5 to, $6 limit, $7 offset, $8 the last id of the page before.
-- name: history
SELECT a.id, a.queue_id, a.test_id, a.action, a.actor, a.on_behalf_of, a.reason, a.snooze_until, a.decided_at, i.advisory_name, i.target_os,
       e.synopsis, e.severity
FROM patch_approvals a JOIN patch_test_queue i ON i.id = a.queue_id JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE ($1::text IS NULL OR a.actor = $1::text) AND ($2::text IS NULL OR a.action = $2::text)
  AND ($3::text IS NULL OR a.queue_id IN (SELECT id FROM patch_test_queue WHERE advisory_name = $3::text))
  AND ($4::timestamptz IS NULL OR a.decided_at >= $4::timestamptz) AND ($5::timestamptz IS NULL OR a.decided_at < $5::timestamptz)
  AND ($8::bigint IS NULL OR a.id < $8::bigint) AND ($9::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $9::jsonb))
ORDER BY a.id DESC LIMIT $6::bigint OFFSET $7::bigint;

-- People decide some thousand times a year: counting is cheap.
-- name: count_history
SELECT count(*) AS total FROM patch_approvals a JOIN patch_test_queue i ON i.id = a.queue_id
WHERE ($1::text IS NULL OR a.actor = $1::text) AND ($2::text IS NULL OR a.action = $2::text)
  AND ($3::text IS NULL OR a.queue_id IN (SELECT id FROM patch_test_queue WHERE advisory_name = $3::text))
  AND ($4::timestamptz IS NULL OR a.decided_at >= $4::timestamptz) AND ($5::timestamptz IS NULL OR a.decided_at < $5::timestamptz)
  AND ($6::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $6::jsonb));

-- ---------------------------------------------------------------- notes on the test system

-- A decision that was made before `$2` is surely committed, so no smaller id can still appear after the cursor has passed it.
-- name: decisions_to_note
SELECT a.id, a.action, a.actor, a.on_behalf_of, a.reason, a.snooze_until, a.decided_at, a.completes, a.break_glass, i.id AS queue_id, i.advisory_name, t.system_id, a.test_id
FROM patch_approvals a
JOIN patch_test_queue i ON i.id = a.queue_id
JOIN patch_tests t ON t.id = a.test_id
WHERE a.id > $1::bigint AND a.decided_at <= $2::timestamptz
ORDER BY a.id LIMIT 50;

-- name: noted_up_to
SELECT value FROM orchestrator_config WHERE key = 'approvals_noted_up_to';

-- name: remember_noted
INSERT INTO orchestrator_config (key, value, updated_by, updated_at) VALUES ('approvals_noted_up_to', to_jsonb($1::bigint), 'scheduler', $2::timestamptz)
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at;
