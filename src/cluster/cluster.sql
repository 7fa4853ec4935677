-- Table nodes (db/migrations/0002_cluster.sql).

-- name: keep_node
INSERT INTO nodes (name, host, pid, version, api_port, started_at, seen_at) VALUES ($1, $2, $3::bigint, $4, $5::integer, $6::timestamptz, $7::timestamptz)
ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at;

-- name: stop_node
UPDATE nodes SET seen_at = $2::timestamptz, stopped_at = $2::timestamptz WHERE name = $1;

-- name: forget_nodes
DELETE FROM nodes WHERE seen_at < $1::timestamptz;

-- name: list_nodes
SELECT name, host, pid, version, api_port, started_at, seen_at, stopped_at FROM nodes ORDER BY seen_at DESC, name;
