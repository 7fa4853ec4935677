-- Answers to requests that carried an Idempotency-Key, kept for a day (table idempotency_keys). status is NULL while the request runs.

-- name: claim_idempotency_key
-- Takes the key for a request that is about to run: one row when it was free or its day is over, none when it is taken.
INSERT INTO idempotency_keys (key, actor, route, body_hash, created_at)
VALUES ($1, $2, $3, $4, $5::timestamptz)
ON CONFLICT (actor, key) DO UPDATE
  SET route = EXCLUDED.route, body_hash = EXCLUDED.body_hash, status = NULL, answer = NULL, created_at = EXCLUDED.created_at
  WHERE idempotency_keys.created_at < $6::timestamptz
RETURNING key;

-- name: find_idempotency_key
SELECT route, body_hash, status, answer, created_at
FROM idempotency_keys
WHERE actor = $1 AND key = $2;

-- name: store_idempotent_answer
-- created_at tells one claim from another: a request that ran for longer than a day must not answer for its successor.
UPDATE idempotency_keys
SET status = $4::integer, answer = $5::jsonb
WHERE actor = $1 AND key = $2 AND created_at = $3::timestamptz AND status IS NULL;

-- name: release_idempotency_key
DELETE FROM idempotency_keys
WHERE actor = $1 AND key = $2 AND created_at = $3::timestamptz AND status IS NULL;

-- name: delete_expired_idempotency_keys
-- Index: idempotency_keys_by_age.
DELETE FROM idempotency_keys
WHERE created_at < $1::timestamptz;

-- Which transactions have ended for a statement that begins now; answer_cache.hpp compares it.
-- name: visible_snapshot
SELECT pg_current_snapshot()::text AS snapshot;
