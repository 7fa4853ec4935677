-- Table custom_checks (db/migrations/0004_evidence.sql). A caller with a scope sees the checks of an OS, which apply to all of it, and
-- those of groups and systems in the scope.

-- name: applicable_checks
SELECT definition FROM custom_checks
WHERE enabled AND (os = $1 OR group_name = ANY($2::text[]) OR system_id = $3::bigint) ORDER BY id LIMIT 100;

-- name: page_of_checks
SELECT * FROM custom_checks
WHERE id > $1::bigint
  AND ($4::jsonb IS NULL OR os IS NOT NULL
       OR system_in_scope(coalesce((SELECT s.groups FROM systems s WHERE s.id = system_id), ARRAY[group_name]), $4::jsonb))
ORDER BY id LIMIT $2::bigint OFFSET $3::bigint;

-- name: count_checks
SELECT count(*) AS total FROM custom_checks
WHERE ($1::jsonb IS NULL OR os IS NOT NULL
       OR system_in_scope(coalesce((SELECT s.groups FROM systems s WHERE s.id = system_id), ARRAY[group_name]), $1::jsonb));

-- name: find_check
SELECT * FROM custom_checks
WHERE id = $1::bigint
  AND ($2::jsonb IS NULL OR os IS NOT NULL
       OR system_in_scope(coalesce((SELECT s.groups FROM systems s WHERE s.id = system_id), ARRAY[group_name]), $2::jsonb));

-- name: lock_check
SELECT * FROM custom_checks
WHERE id = $1::bigint
  AND ($2::jsonb IS NULL OR os IS NOT NULL
       OR system_in_scope(coalesce((SELECT s.groups FROM systems s WHERE s.id = system_id), ARRAY[group_name]), $2::jsonb))
FOR UPDATE;

-- name: insert_check
INSERT INTO custom_checks (os, group_name, system_id, definition, enabled, created_by, created_at, updated_by, updated_at)
VALUES ($1, $2, $3::bigint, $4::jsonb, $5::boolean, $6, $7::timestamptz, $6, $7::timestamptz) RETURNING *;

-- name: update_check
UPDATE custom_checks SET os = $2, group_name = $3, system_id = $4::bigint, definition = $5::jsonb, enabled = $6::boolean,
  updated_by = $7, updated_at = $8::timestamptz
WHERE id = $1::bigint RETURNING *;

-- name: delete_check
DELETE FROM custom_checks WHERE id = $1::bigint;

-- name: is_known_system
SELECT id FROM systems WHERE id = $1::bigint AND ($2::jsonb IS NULL OR system_in_scope(groups, $2::jsonb));

-- name: is_group_in_sight
SELECT system_in_scope(ARRAY[$1::text], $2::jsonb) AS sees;
