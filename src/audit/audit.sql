-- Append-only: rows are never changed or deleted.

-- name: append
INSERT INTO audit_log (actor, from_address, action, subject_type, subject_id, before, after, reason, at)
VALUES ($1, $2, $3, $4, $5, NULLIF($6::jsonb, 'null'::jsonb), NULLIF($7::jsonb, 'null'::jsonb), $8, $9)
