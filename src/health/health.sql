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

-- What `check` tells of an installation, beside its upstreams. One row.
-- name: installation
SELECT r.rolsuper AS is_superuser,
       has_table_privilege('audit_log', 'UPDATE, DELETE') OR has_table_privilege('audit_chain', 'INSERT, UPDATE, DELETE')
         OR has_table_privilege('audit_head', 'INSERT, UPDATE, DELETE') AS can_change_audit,
       (SELECT count(*) FROM systems WHERE role = 'test' AND gone_at IS NULL) AS test_systems,
       (SELECT count(*) FROM systems WHERE role = 'test' AND gone_at IS NULL AND quarantined_at IS NOT NULL) AS quarantined,
       (SELECT max(finished_at) FROM sync_runs WHERE status = 'succeeded') AS last_sync_at,
       pg_database_size(current_database()) AS database_bytes,
       clock_timestamp() AS server_time
FROM pg_roles r
WHERE r.rolname = current_user;

-- The figures of /metrics that belong to the database, not to a process. $1: now.
-- name: figures
SELECT 'spm_systems_quarantined' AS name, '' AS label, count(*)::double precision AS value
FROM systems WHERE quarantined_at IS NOT NULL AND gone_at IS NULL
UNION ALL
SELECT 'spm_test_systems_unreachable', '', count(*)::double precision
FROM systems WHERE role = 'test' AND gone_at IS NULL AND unreachable_until > $1::timestamptz
UNION ALL
SELECT 'spm_approvals_oldest_seconds', '', COALESCE(extract(epoch FROM $1::timestamptz - min(pending_since)), 0)::double precision
FROM patch_test_queue WHERE status = 'pending_approval'
UNION ALL
SELECT 'spm_regressions_last_day', '', count(*)::double precision
FROM patch_tests WHERE failure_class = 'regression' AND completed_at > $1::timestamptz - interval '1 day'
UNION ALL
SELECT 'spm_sync_success_age_seconds', source, extract(epoch FROM $1::timestamptz - max(finished_at))::double precision
FROM sync_runs WHERE status = 'succeeded' GROUP BY source
UNION ALL
SELECT 'spm_upstream_up', upstream, CASE WHEN status = 'connected' THEN 1 ELSE 0 END::double precision
FROM upstream_probes WHERE status <> 'disabled'
