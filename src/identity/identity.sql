-- Tables users, sessions, login_attempts, api_keys (db/migrations/0005_identity.sql), oidc_logins (0009_oidc.sql).

-- ---------------------------------------------------------------- users

-- name: find_user
SELECT * FROM users WHERE id = $1::bigint AND deleted_at IS NULL;

-- name: find_user_by_name
SELECT * FROM users WHERE username = $1 AND deleted_at IS NULL;

-- name: lock_user
SELECT * FROM users WHERE id = $1::bigint AND deleted_at IS NULL FOR UPDATE;

-- Every admin who can log in, locked in one order: two of them who take the role from each other wait here.
-- name: lock_admins
SELECT id FROM users WHERE 'admin' = ANY (roles) AND disabled_at IS NULL ORDER BY id FOR UPDATE;

-- name: page_of_users
SELECT u.*, a.locked_until FROM users u LEFT JOIN login_attempts a ON a.subject = 'account ' || u.username
WHERE u.deleted_at IS NULL AND u.id > $1::bigint
  AND ($4::text IS NULL OR u.username ILIKE $4::text OR u.display_name ILIKE $4::text)
ORDER BY u.id LIMIT $2::bigint OFFSET $3::bigint;

-- name: count_users
SELECT count(*) AS total FROM users
WHERE deleted_at IS NULL AND ($1::text IS NULL OR username ILIKE $1::text OR display_name ILIKE $1::text);

-- name: show_user
SELECT u.*, a.locked_until FROM users u LEFT JOIN login_attempts a ON a.subject = 'account ' || u.username
WHERE u.id = $1::bigint AND u.deleted_at IS NULL;

-- name: insert_user
INSERT INTO users (username, display_name, password_hash, must_change_password, roles, scope, created_by, created_at, updated_by, updated_at, password_changed_at)
VALUES ($1, $2, $3, $4::boolean, $5::text[], $6::jsonb, $7, $8::timestamptz, $7, $8::timestamptz, CASE WHEN $3::text IS NULL THEN NULL ELSE $8::timestamptz END)
ON CONFLICT (username) DO NOTHING
RETURNING id;

-- name: update_user
UPDATE users SET display_name = $2, roles = $3::text[], scope = $4::jsonb, must_change_password = $5::boolean,
  disabled_at = CASE WHEN $6::boolean THEN coalesce(disabled_at, $8::timestamptz) END, updated_by = $7, updated_at = $8::timestamptz
WHERE id = $1::bigint;

-- name: set_password
UPDATE users SET password_hash = $2, must_change_password = $3::boolean, password_changed_at = $5::timestamptz, updated_by = $4, updated_at = $5::timestamptz
WHERE id = $1::bigint;

-- name: delete_user
UPDATE users SET deleted_at = $3::timestamptz, disabled_at = coalesce(disabled_at, $3::timestamptz), password_hash = NULL,
  updated_by = $2, updated_at = $3::timestamptz
WHERE id = $1::bigint;

-- name: record_login
UPDATE users SET last_login_at = $2::timestamptz WHERE id = $1::bigint;

-- ---------------------------------------------------------------- users of an identity provider

-- Deleted ones too.
-- name: lock_user_by_subject
SELECT * FROM users WHERE issuer = $1 AND subject = $2 FOR UPDATE;

-- No row: somebody has or had the name, or the same person is being added at this moment.
-- name: insert_outside_user
INSERT INTO users (username, display_name, issuer, subject, roles, created_by, created_at, updated_by, updated_at)
VALUES ($1, $2, $3, $4, $5::text[], $6, $7::timestamptz, $6, $7::timestamptz)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: insert_oidc_login
INSERT INTO oidc_logins (state_hash, browser_hash, nonce, verifier, return_to, expires_at)
VALUES ($1, $2, $3, $4, $5, $6::timestamptz);

-- Once, and only for the browser that set out.
-- name: take_oidc_login
DELETE FROM oidc_logins WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3::timestamptz RETURNING nonce, verifier, return_to;

-- name: delete_old_oidc_logins
DELETE FROM oidc_logins WHERE expires_at <= $1::timestamptz;

-- ---------------------------------------------------------------- attempts to log in

-- name: prepare_attempts
INSERT INTO login_attempts (subject, failures, last_at) VALUES ($1, 0, $2::timestamptz) ON CONFLICT (subject) DO NOTHING;

-- name: lock_attempts
SELECT failures, last_at, locked_until FROM login_attempts WHERE subject = $1 FOR UPDATE;

-- name: store_attempts
UPDATE login_attempts SET failures = $2::integer, last_at = $3::timestamptz, locked_until = $4::timestamptz WHERE subject = $1;

-- name: forget_attempts
DELETE FROM login_attempts WHERE subject = $1;

-- An attempt that was counted in advance and succeeded.
-- name: give_back_attempt
UPDATE login_attempts SET failures = greatest(failures - 1, 0), locked_until = NULL WHERE subject = $1;

-- name: delete_old_attempts
DELETE FROM login_attempts WHERE last_at < $1::timestamptz;

-- ---------------------------------------------------------------- sessions

-- name: insert_session
INSERT INTO sessions (user_id, token_hash, from_address, user_agent, created_at, seen_at, expires_at)
VALUES ($1::bigint, $2, $3, $4, $5::timestamptz, $5::timestamptz, $6::timestamptz) RETURNING id;

-- name: mark_oidc_session
UPDATE sessions SET method = 'oidc', end_session_url = $2 WHERE id = $1::bigint;

-- name: find_session
SELECT s.id, s.user_id, s.seen_at, s.expires_at, u.username, u.roles, u.scope, u.must_change_password
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.token_hash = $1 AND s.ended_at IS NULL AND u.disabled_at IS NULL;

-- name: touch_session
UPDATE sessions SET seen_at = $2::timestamptz WHERE id = $1::bigint AND seen_at < $2::timestamptz;

-- name: session_of_user
SELECT * FROM sessions WHERE id = $1::bigint AND user_id = $2::bigint AND ended_at IS NULL;

-- name: page_of_sessions
SELECT * FROM sessions
WHERE user_id = $1::bigint AND ended_at IS NULL AND expires_at > $2::timestamptz AND seen_at > $3::timestamptz AND ($4::bigint IS NULL OR id < $4::bigint)
ORDER BY id DESC LIMIT $5::bigint OFFSET $6::bigint;

-- name: count_sessions
SELECT count(*) AS total FROM sessions
WHERE user_id = $1::bigint AND ended_at IS NULL AND expires_at > $2::timestamptz AND seen_at > $3::timestamptz;

-- name: end_session
UPDATE sessions SET ended_at = $3::timestamptz WHERE id = $1::bigint AND user_id = $2::bigint AND ended_at IS NULL;

-- All of a user but one ($2, NULL: none).
-- name: end_sessions
UPDATE sessions SET ended_at = $3::timestamptz WHERE user_id = $1::bigint AND ended_at IS NULL AND id IS DISTINCT FROM $2::bigint;

-- name: delete_old_sessions
DELETE FROM sessions WHERE expires_at < $1::timestamptz;

-- ---------------------------------------------------------------- API keys

-- name: insert_key
INSERT INTO api_keys (name, secret_hash, owner_id, roles, permissions, scope, may_act_for_others, created_by, created_at, expires_at)
VALUES ($1, $2, $3::bigint, $4::text[], $5::text[], $6::jsonb, $7::boolean, $8, $9::timestamptz, $10::timestamptz) RETURNING *;

-- name: find_key
SELECT k.*, u.roles AS owner_roles, u.scope AS owner_scope
FROM api_keys k LEFT JOIN users u ON u.id = k.owner_id
WHERE k.id = $1::bigint AND k.revoked_at IS NULL AND (k.owner_id IS NULL OR u.disabled_at IS NULL);

-- Revoked ones too: what they did stays somebody's.
-- name: maker_key
SELECT k.owner_id, k.expires_at, u.username AS owner FROM api_keys k LEFT JOIN users u ON u.id = k.owner_id WHERE k.id = $1::bigint;

-- name: touch_key
UPDATE api_keys SET last_used_at = $2::timestamptz
WHERE id = $1::bigint AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute');

-- $1: only those of this owner; NULL: all.
-- name: page_of_keys
SELECT * FROM api_keys WHERE ($1::bigint IS NULL OR owner_id = $1::bigint) AND id > $2::bigint ORDER BY id LIMIT $3::bigint OFFSET $4::bigint;

-- name: count_keys
SELECT count(*) AS total FROM api_keys WHERE $1::bigint IS NULL OR owner_id = $1::bigint;

-- name: lock_key
SELECT * FROM api_keys WHERE id = $1::bigint AND ($2::bigint IS NULL OR owner_id = $2::bigint) FOR UPDATE;

-- name: revoke_key
UPDATE api_keys SET revoked_at = $2::timestamptz, revoked_by = $3 WHERE id = $1::bigint RETURNING *;
