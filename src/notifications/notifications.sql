-- Tables notifications, notification_reads (db/migrations/0013_notifications.sql).

-- ---------------------------------------------------------------- telling

-- name: is_open
SELECT 1 AS one FROM notifications WHERE thing = $1::text AND kind = $2::text AND state = 'open';

-- Two who find out the same at once: one of them tells it.
-- name: insert_notice
INSERT INTO notifications (id, kind, state, thing, queue_id, test_id, system_id, advisory_name, subject, actor, reason, due_at, created_at)
VALUES ($1::bigint, $2::text, CASE WHEN $3::text IS NULL THEN 'happened' ELSE 'open' END, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::text,
        $8::text, $9::text, left($10::text, 2000), $11::timestamptz, $12::timestamptz)
ON CONFLICT (thing, kind) WHERE state = 'open' DO NOTHING;

-- name: settle
UPDATE notifications SET state = 'settled', settled_at = $2::timestamptz WHERE thing = $1::text AND state = 'open';

-- name: open_items
SELECT queue_id FROM notifications WHERE kind = $1::text AND state = 'open';

-- ---------------------------------------------------------------- reading
-- $1 is the reader, $2 the kinds that may be seen and are asked for, $3 the caller's scope. A notice of no system and no erratum is about the
-- installation as a whole. Unread is what is not settled and has no mark of the reader.

-- name: visible
SELECT n.id FROM notifications n
WHERE n.id = ANY ($1::bigint[]) AND n.kind = ANY ($2::text[])
  AND ($3::jsonb IS NULL OR (n.system_id IS NULL AND n.advisory_name IS NULL) OR test_in_scope(n.system_id, n.advisory_name, $3::jsonb));

-- Unread ones first, then the others, each newest first. $4: only unread ones; $5 limit, $6 offset; $7 whether the last row of the page before
-- was a read one, and $8 its id. Each half walks the primary key and stops at the end of the page.
-- name: page
SELECT n.*, s.name AS system_name, e.synopsis
FROM (
  (SELECT u.*, false AS is_read FROM notifications u
   WHERE u.state <> 'settled' AND u.kind = ANY ($2::text[])
     AND NOT EXISTS (SELECT 1 FROM notification_reads r WHERE r.reader = $1::text AND r.notification_id = u.id)
     AND ($8::bigint IS NULL OR (NOT $7::boolean AND u.id < $8::bigint))
     AND ($3::jsonb IS NULL OR (u.system_id IS NULL AND u.advisory_name IS NULL) OR test_in_scope(u.system_id, u.advisory_name, $3::jsonb))
   ORDER BY u.id DESC LIMIT $5::bigint + $6::bigint)
  UNION ALL
  (SELECT d.*, true AS is_read FROM notifications d
   WHERE NOT $4::boolean AND d.kind = ANY ($2::text[])
     AND (d.state = 'settled' OR EXISTS (SELECT 1 FROM notification_reads r WHERE r.reader = $1::text AND r.notification_id = d.id))
     AND ($8::bigint IS NULL OR NOT $7::boolean OR d.id < $8::bigint)
     AND ($3::jsonb IS NULL OR (d.system_id IS NULL AND d.advisory_name IS NULL) OR test_in_scope(d.system_id, d.advisory_name, $3::jsonb))
   ORDER BY d.id DESC LIMIT $5::bigint + $6::bigint)
) n
LEFT JOIN systems s ON s.id = n.system_id
LEFT JOIN errata_cache e ON e.advisory_name = n.advisory_name
ORDER BY n.is_read, n.id DESC LIMIT $5::bigint OFFSET $6::bigint;

-- The marks are looked at first: few are unread, and the scope costs more.
-- name: count_unread
WITH unread AS MATERIALIZED (
  SELECT n.system_id, n.advisory_name FROM notifications n
  WHERE n.state <> 'settled' AND n.kind = ANY ($2::text[])
    AND NOT EXISTS (SELECT 1 FROM notification_reads r WHERE r.reader = $1::text AND r.notification_id = n.id)
)
SELECT count(*) AS total FROM unread n
WHERE $3::jsonb IS NULL OR (n.system_id IS NULL AND n.advisory_name IS NULL) OR test_in_scope(n.system_id, n.advisory_name, $3::jsonb);

-- name: count_all
SELECT count(*) AS total FROM notifications n
WHERE n.kind = ANY ($1::text[])
  AND ($2::jsonb IS NULL OR (n.system_id IS NULL AND n.advisory_name IS NULL) OR test_in_scope(n.system_id, n.advisory_name, $2::jsonb));

-- ---------------------------------------------------------------- marking

-- name: mark_some
WITH marked AS (
  INSERT INTO notification_reads (reader, notification_id, read_at)
  SELECT $1::text, n.id, $5::timestamptz FROM notifications n
  WHERE n.id = ANY ($4::bigint[]) AND n.state <> 'settled' AND n.kind = ANY ($2::text[])
    AND ($3::jsonb IS NULL OR (n.system_id IS NULL AND n.advisory_name IS NULL) OR test_in_scope(n.system_id, n.advisory_name, $3::jsonb))
  ON CONFLICT DO NOTHING RETURNING notification_id
)
SELECT count(*) AS marked FROM marked;

-- What the reader cannot see is marked too, so that it is not looked through again at every count; it is not in the figure.
-- name: mark_up_to
WITH marked AS (
  INSERT INTO notification_reads (reader, notification_id, read_at)
  SELECT $1::text, n.id, $5::timestamptz FROM notifications n
  WHERE n.id <= $4::bigint AND n.state <> 'settled'
    AND NOT EXISTS (SELECT 1 FROM notification_reads r WHERE r.reader = $1::text AND r.notification_id = n.id)
  ON CONFLICT DO NOTHING RETURNING notification_id
)
SELECT count(*) AS marked FROM marked JOIN notifications n ON n.id = marked.notification_id
WHERE n.kind = ANY ($2::text[])
  AND ($3::jsonb IS NULL OR (n.system_id IS NULL AND n.advisory_name IS NULL) OR test_in_scope(n.system_id, n.advisory_name, $3::jsonb));
