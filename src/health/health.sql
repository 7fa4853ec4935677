-- Probes of upstreams, one row an upstream, written by whichever node probed last.

-- name: store_probe
INSERT INTO upstream_probes (upstream, status, url, message, version, latency_ms, checked_at, ok_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $2 = 'connected' THEN $7::timestamptz END)
ON CONFLICT (upstream) DO UPDATE SET
  status = EXCLUDED.status, url = EXCLUDED.url, message = EXCLUDED.message, version = EXCLUDED.version,
  latency_ms = EXCLUDED.latency_ms, checked_at = EXCLUDED.checked_at, ok_at = COALESCE(EXCLUDED.ok_at, upstream_probes.ok_at)

-- name: list_probes
SELECT upstream, status, url, message, version, latency_ms, checked_at, ok_at FROM upstream_probes ORDER BY upstream

-- name: ping
SELECT version() AS version
