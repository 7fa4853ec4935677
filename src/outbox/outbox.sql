-- Events of the program.
--
-- Ids are given when a row is inserted, and seen when its transaction commits: a reader could see id 12 before id 11. Each publisher
-- therefore first takes a shared advisory lock whose number is the last id given so far (every id of its own is greater), and holds it
-- to its end. A reader goes no further than the lowest such number. Nobody ever waits.
-- 5459021 marks our locks: it fills the upper 24 bits of the 64-bit key, the id the lower 40.

-- name: mark_publisher
SELECT pg_advisory_xact_lock_shared((5459021::bigint << 40) | (last_value - CASE WHEN is_called THEN 0 ELSE 1 END)) AS locked
FROM events_id_seq

-- name: publish
INSERT INTO events (topic, queue_id, test_id, payload, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id

-- Read before lowest_publisher, and that before read_after: an id that was given by then belongs to a publisher that is either
-- still marked or already visible.
-- name: last_id_given
SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END AS id FROM events_id_seq

-- name: lowest_publisher
SELECT min(((classid::bigint & 255) << 32) | objid::bigint) AS id FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 8 = 5459021
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: read_after
SELECT id, topic, queue_id, test_id, payload, created_at FROM events
WHERE id > $1 AND id <= $2 AND (cardinality($3::text[]) = 0 OR topic = ANY ($3::text[]))
ORDER BY id LIMIT $4

-- name: newest
SELECT id, topic, queue_id, test_id, payload, created_at FROM (
  SELECT id, topic, queue_id, test_id, payload, created_at FROM events
  WHERE id <= $1 AND (cardinality($2::text[]) = 0 OR topic = ANY ($2::text[])) ORDER BY id DESC LIMIT $3::integer
) newest ORDER BY id;

-- name: of_test_after
SELECT id, topic, queue_id, test_id, payload, created_at FROM events
WHERE test_id = $1::bigint AND id > $2::bigint AND id <= $3::bigint ORDER BY id LIMIT $4::integer

-- name: of_test
SELECT id, topic, queue_id, test_id, payload, created_at FROM (
  SELECT id, topic, queue_id, test_id, payload, created_at FROM events WHERE test_id = $1 ORDER BY id DESC LIMIT $2
) newest ORDER BY id
