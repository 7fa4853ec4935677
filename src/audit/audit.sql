-- Append-only: rows are never changed or deleted. db/migrations/0007_audit_chain.sql links them at the commit.

-- name: append
INSERT INTO audit_log (actor, from_address, action, subject_type, subject_id, before, after, reason, at)
VALUES ($1, $2, $3, $4, $5, NULLIF($6::jsonb, 'null'::jsonb), NULLIF($7::jsonb, 'null'::jsonb), $8, $9)

-- ---------------------------------------------------------------- reading
-- $1 actor, $2 action, $3 subject_type, $4 subject_id, $5 from, $6 to (not included), $7 q as a LIKE pattern: NULL for what was not asked.

-- Newest first. $8 the id before which it goes on, $9 limit, $10 offset.
-- name: page_of_lines
SELECT id, actor, from_address, action, subject_type, subject_id, before, after, reason, at FROM audit_log
WHERE ($1::text IS NULL OR actor = $1::text) AND ($2::text IS NULL OR action = $2::text)
  AND ($3::text IS NULL OR subject_type = $3::text) AND ($4::text IS NULL OR subject_id = $4::text)
  AND ($5::timestamptz IS NULL OR at >= $5::timestamptz) AND ($6::timestamptz IS NULL OR at < $6::timestamptz)
  AND ($7::text IS NULL OR reason ILIKE $7::text OR subject_id ILIKE $7::text OR actor ILIKE $7::text OR action ILIKE $7::text)
  AND ($8::bigint IS NULL OR id < $8::bigint)
ORDER BY id DESC LIMIT $9::bigint OFFSET $10::bigint

-- name: count_lines
SELECT count(*) AS total FROM audit_log
WHERE ($1::text IS NULL OR actor = $1::text) AND ($2::text IS NULL OR action = $2::text)
  AND ($3::text IS NULL OR subject_type = $3::text) AND ($4::text IS NULL OR subject_id = $4::text)
  AND ($5::timestamptz IS NULL OR at >= $5::timestamptz) AND ($6::timestamptz IS NULL OR at < $6::timestamptz)
  AND ($7::text IS NULL OR reason ILIKE $7::text OR subject_id ILIKE $7::text OR actor ILIKE $7::text OR action ILIKE $7::text)

-- The chain with what it links, from position $8 on to $9, $10 at most; the values as the texts that the hash was taken over. What a
-- filter leaves out leaves a gap in the positions.
-- name: linked_lines
SELECT c.position, c.audit_id, encode(c.hash, 'hex') AS hash, l.id, l.actor, l.from_address, l.action, l.subject_type, l.subject_id,
       l.before::text AS before, l.after::text AS after, l.reason, l.at, (extract(epoch FROM l.at) * 1000000)::bigint::text AS at_micros
FROM audit_chain c LEFT JOIN audit_log l ON l.id = c.audit_id
WHERE ($1::text IS NULL OR l.actor = $1::text) AND ($2::text IS NULL OR l.action = $2::text)
  AND ($3::text IS NULL OR l.subject_type = $3::text) AND ($4::text IS NULL OR l.subject_id = $4::text)
  AND ($5::timestamptz IS NULL OR l.at >= $5::timestamptz) AND ($6::timestamptz IS NULL OR l.at < $6::timestamptz)
  AND ($7::text IS NULL OR l.reason ILIKE $7::text OR l.subject_id ILIKE $7::text OR l.actor ILIKE $7::text OR l.action ILIKE $7::text)
  AND c.position > $8::bigint AND c.position <= $9::bigint
ORDER BY c.position LIMIT $10::bigint

-- name: head
SELECT position, encode(hash, 'hex') AS hash FROM audit_head

-- Rows that were written past the trigger.
-- name: first_unlinked_line
SELECT min(l.id) AS id FROM audit_log l WHERE l.id > $1::bigint AND NOT EXISTS (SELECT 1 FROM audit_chain c WHERE c.audit_id = l.id)

-- ---------------------------------------------------------------- the periodic proof

-- name: last_proof
SELECT position, hash, whole_at, looked_at, first_broken_id, reason FROM audit_proof

-- name: remember_proof
INSERT INTO audit_proof (position, hash, whole_at, looked_at, first_broken_id, reason)
VALUES ($1::bigint, $2, $3::timestamptz, $4::timestamptz, $5::bigint, $6)
ON CONFLICT (only_row) DO UPDATE SET position = excluded.position, hash = excluded.hash, whole_at = excluded.whole_at, looked_at = excluded.looked_at,
  first_broken_id = excluded.first_broken_id, reason = excluded.reason
