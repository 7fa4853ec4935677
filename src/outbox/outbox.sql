-- Events of the program.

-- name: publish
INSERT INTO events (topic, queue_id, test_id, payload, created_at) VALUES ($1, $2, $3, $4, $5)

-- name: read_after
SELECT id, topic, queue_id, test_id, payload, created_at FROM events
WHERE id > $1 AND (cardinality($2::text[]) = 0 OR topic = ANY ($2::text[]))
ORDER BY id LIMIT $3

-- name: of_test
SELECT id, topic, queue_id, test_id, payload, created_at FROM (
  SELECT id, topic, queue_id, test_id, payload, created_at FROM events WHERE test_id = $1 ORDER BY id DESC LIMIT $2
) newest ORDER BY id
