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
       clock_timestamp() AS server_time,
       p.looked_at AS audit_looked_at, p.reason AS audit_problem,
       (SELECT string_agg(name || ': ' || coalesce(last_error, ''), '; ' ORDER BY name) FROM periodic_jobs WHERE last_result = 'failed') AS failed_jobs,
       (SELECT string_agg(source || ': ' || error, '; ' ORDER BY source) FROM cve_sources WHERE error IS NOT NULL) AS failed_cve_lists,
       (SELECT string_agg(source || ' of ' || to_char(succeeded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), ', ' ORDER BY source)
        FROM cve_sources WHERE succeeded_at IS NOT NULL) AS cve_lists
FROM pg_roles r LEFT JOIN audit_proof p ON true
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
UNION ALL
SELECT 'spm_task_failed', name, CASE WHEN last_result = 'failed' THEN 1 ELSE 0 END::double precision FROM periodic_jobs
UNION ALL
SELECT 'spm_audit_chain_intact', '', CASE WHEN reason = '' THEN 1 ELSE 0 END::double precision FROM audit_proof
UNION ALL
SELECT 'spm_audit_proof_age_seconds', '', coalesce((SELECT extract(epoch FROM $1::timestamptz - looked_at) FROM audit_proof), 'Infinity')::double precision
UNION ALL
SELECT 'spm_cve_list_age_seconds', source, extract(epoch FROM $1::timestamptz - succeeded_at)::double precision FROM cve_sources WHERE succeeded_at IS NOT NULL
UNION ALL
SELECT name, label, value FROM figures;

-- ---------------------------------------------------------------- figures that cost too much for every scrape
-- Table figures (db/migrations/0014_retention.sql): what the job measured last.

-- name: forget_figures
DELETE FROM figures;

-- How much there is of what grows, and from when the oldest is. A kind is a row here, and its policy one of retention.* or none.
-- name: measure_data
INSERT INTO figures (name, label, value, measured_at)
WITH kinds(kind, entries, bytes, oldest_at) AS (
  SELECT 'evidence', count(*), pg_total_relation_size('patch_test_phases') + pg_total_relation_size('patch_test_operations') + pg_total_relation_size('test_evidence'),
         min(started_at) FROM patch_tests WHERE evidence_removed_at IS NULL
  UNION ALL
  SELECT 'events', count(*), pg_total_relation_size('events'), min(created_at) FROM events
  UNION ALL
  SELECT 'sync_runs', count(*), pg_total_relation_size('sync_runs'), min(started_at) FROM sync_runs
  UNION ALL
  SELECT 'audit', count(*), pg_total_relation_size('audit_log') + pg_total_relation_size('audit_chain'), min(at) FROM audit_log
)
SELECT 'spm_data_entries', kind, entries, $1::timestamptz FROM kinds
UNION ALL
SELECT 'spm_data_bytes', kind, bytes, $1::timestamptz FROM kinds
UNION ALL
SELECT 'spm_data_oldest_timestamp_seconds', kind, extract(epoch FROM oldest_at), $1::timestamptz FROM kinds WHERE oldest_at IS NOT NULL;

-- name: data_sizes
SELECT label AS kind, max(value) FILTER (WHERE name = 'spm_data_entries')::bigint AS entries, max(value) FILTER (WHERE name = 'spm_data_bytes')::bigint AS bytes,
       to_timestamp(max(value) FILTER (WHERE name = 'spm_data_oldest_timestamp_seconds')) AS oldest_at, max(measured_at) AS measured_at
FROM figures WHERE name LIKE 'spm\_data\_%' GROUP BY label ORDER BY label;

-- Security errata that production systems miss. $2 to $5: days of the service levels Critical, High, Medium, Low; a severity that is not known counts as
-- Medium. A system of which no sync has told what it misses is not known, which is not patched.
-- name: measure_compliance
INSERT INTO figures (name, label, value, measured_at)
WITH production AS (
  SELECT id, errata_synced_at FROM systems WHERE role = 'production' AND gone_at IS NULL
), missing AS (
  SELECT a.system_id, e.severity, a.first_seen_at,
         a.first_seen_at + make_interval(days => CASE e.severity WHEN 'Critical' THEN $2::integer WHEN 'High' THEN $3::integer WHEN 'Low' THEN $5::integer
                                                 ELSE $4::integer END) < $1::timestamptz AS is_overdue
  FROM system_errata a JOIN production p ON p.id = a.system_id JOIN errata_cache e ON e.advisory_name = a.advisory_name
  WHERE e.advisory_type = 'security' AND e.withdrawn_at IS NULL
), by_severity AS (
  SELECT s.severity, count(m.system_id) AS missing, count(m.system_id) FILTER (WHERE m.is_overdue) AS overdue,
         coalesce(extract(epoch FROM $1::timestamptz - min(m.first_seen_at)), 0) AS oldest_seconds
  FROM unnest(ARRAY['Critical', 'High', 'Medium', 'Low', 'Unknown']) AS s(severity) LEFT JOIN missing m ON m.severity = s.severity GROUP BY s.severity
), by_system AS (
  SELECT p.id, CASE WHEN p.errata_synced_at IS NULL THEN 'unknown' WHEN bool_or(m.is_overdue) THEN 'overdue' WHEN count(m.system_id) > 0 THEN 'pending'
                    ELSE 'patched' END AS state
  FROM production p LEFT JOIN missing m ON m.system_id = p.id GROUP BY p.id, p.errata_synced_at
)
SELECT 'spm_patches_missing', severity, missing, $1::timestamptz FROM by_severity
UNION ALL
SELECT 'spm_patches_overdue', severity, overdue, $1::timestamptz FROM by_severity
UNION ALL
SELECT 'spm_patches_oldest_seconds', severity, oldest_seconds, $1::timestamptz FROM by_severity
UNION ALL
SELECT 'spm_production_systems', s.state, count(b.id), $1::timestamptz
FROM unnest(ARRAY['patched', 'pending', 'overdue', 'unknown']) AS s(state) LEFT JOIN by_system b ON b.state = s.state GROUP BY s.state;
