-- Table config_versions (db/migrations/0008_runtime_config.sql). Rows are only ever added; the newest is the one in force.

-- name: newest_overrides
SELECT overrides FROM config_versions ORDER BY version DESC LIMIT 1

-- name: newest_version
SELECT version, overrides, changes, rollback_to, author, reason, created_at FROM config_versions ORDER BY version DESC LIMIT 1

-- name: find_version
SELECT version, overrides, changes, rollback_to, author, reason, created_at FROM config_versions WHERE version = $1::bigint

-- Newest first, below $1.
-- name: page_of_versions
SELECT version, overrides, changes, rollback_to, author, reason, created_at FROM config_versions
WHERE $1::bigint IS NULL OR version < $1::bigint
ORDER BY version DESC LIMIT $2::bigint OFFSET $3::bigint

-- name: add_version
INSERT INTO config_versions (version, overrides, changes, rollback_to, author, reason, created_at)
VALUES ($1::bigint, $2::jsonb, $3::jsonb, $4::bigint, $5::text, $6::text, $7::timestamptz)
ON CONFLICT (version) DO NOTHING RETURNING version
