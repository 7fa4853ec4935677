-- ---------------------------------------------------------------- errata, one or a few

-- name: find_errata
SELECT * FROM errata_cache WHERE advisory_name = ANY ($1::text[]) ORDER BY advisory_name;

-- name: record_dependency_count
UPDATE errata_cache SET dependency_count = $2::integer, changed_at = $3::timestamptz
WHERE advisory_name = $1::text AND dependency_count IS DISTINCT FROM $2::integer;

-- ---------------------------------------------------------------- errata, in bulk

-- Both syncs and the package look-ups read rows, merge and write them back: one at a time, or one would undo the other.
-- name: lock_errata_writes
SELECT pg_advisory_xact_lock(hashtextextended('spm.catalogue.write', 0));

-- Only called with rows that differ from what is stored.
-- name: upsert_errata
INSERT INTO errata_cache (advisory_name, synopsis, description, advisory_type, severity, severity_source, source, distribution, target_os,
                          issued_at, updated_at, reboot_suggested, restart_suggested, cves, packages, total_size_kb, in_uyuni, in_spm_sync,
                          uyuni_update_date, first_seen_at, changed_at, withdrawn_at)
SELECT advisory_name, synopsis, description, advisory_type, severity, severity_source, source, distribution, target_os,
       issued_at, updated_at, reboot_suggested, restart_suggested, cves, packages, total_size_kb, in_uyuni, in_spm_sync,
       uyuni_update_date, first_seen_at, changed_at, withdrawn_at
FROM jsonb_to_recordset($1::jsonb) AS told(
       advisory_name text, synopsis text, description text, advisory_type text, severity text, severity_source text, source text,
       distribution text, target_os text, issued_at timestamptz, updated_at timestamptz, reboot_suggested boolean,
       restart_suggested boolean, cves text[], packages jsonb, total_size_kb bigint, in_uyuni boolean, in_spm_sync boolean,
       uyuni_update_date text, first_seen_at timestamptz, changed_at timestamptz, withdrawn_at timestamptz)
ORDER BY advisory_name
ON CONFLICT (advisory_name) DO UPDATE
   SET synopsis = excluded.synopsis, description = excluded.description, advisory_type = excluded.advisory_type,
       severity = excluded.severity, severity_source = excluded.severity_source, source = excluded.source,
       distribution = excluded.distribution, target_os = excluded.target_os, issued_at = excluded.issued_at,
       updated_at = excluded.updated_at, reboot_suggested = excluded.reboot_suggested, restart_suggested = excluded.restart_suggested,
       cves = excluded.cves, packages = excluded.packages, total_size_kb = excluded.total_size_kb, in_uyuni = excluded.in_uyuni,
       in_spm_sync = excluded.in_spm_sync, uyuni_update_date = excluded.uyuni_update_date, changed_at = excluded.changed_at,
       withdrawn_at = excluded.withdrawn_at;

-- name: names_in_spm_sync
SELECT advisory_name FROM errata_cache WHERE in_spm_sync;

-- name: leave_spm_sync
UPDATE errata_cache
   SET in_spm_sync = false, changed_at = $2::timestamptz,
       withdrawn_at = CASE WHEN in_uyuni THEN withdrawn_at ELSE $2::timestamptz END
 WHERE advisory_name = ANY ($1::text[]) AND in_spm_sync;

-- Retracted by their vendor according to UYUNI.
-- name: retract
UPDATE errata_cache
   SET in_uyuni = false, changed_at = $2::timestamptz,
       withdrawn_at = CASE WHEN in_spm_sync THEN withdrawn_at ELSE $2::timestamptz END
 WHERE advisory_name = ANY ($1::text[]) AND in_uyuni;

-- Errata whose details were never read, or were read before UYUNI's last change.
-- name: needing_details
SELECT e.advisory_name
FROM unnest($1::text[], $2::text[]) AS told(advisory_name, update_date)
JOIN errata_cache e ON e.advisory_name = told.advisory_name
WHERE e.uyuni_update_date IS DISTINCT FROM told.update_date
ORDER BY e.advisory_name;

-- name: with_packages
SELECT advisory_name FROM errata_cache WHERE advisory_name = ANY ($1::text[]) AND packages IS NOT NULL ORDER BY advisory_name;

-- name: applicable_without_packages
SELECT e.advisory_name FROM errata_cache e
WHERE e.packages IS NULL AND e.withdrawn_at IS NULL
  AND EXISTS (SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id AND s.gone_at IS NULL WHERE a.advisory_name = e.advisory_name)
ORDER BY e.advisory_name LIMIT $1::bigint;

-- ---------------------------------------------------------------- superseding

-- Everything that could cover another erratum or be covered: its packages are known, or its name has a revision (USN-7412-2).
-- name: superseding_candidates
SELECT advisory_name, coalesce(target_os, '') AS target_os, distribution, issued_at, packages, superseded_by
FROM errata_cache
WHERE withdrawn_at IS NULL AND distribution <> '' AND (packages IS NOT NULL OR advisory_name ~ '^USN-[0-9]+-[0-9]+$')
ORDER BY advisory_name;

-- name: store_superseding
UPDATE errata_cache e SET superseded_by = told.superseded_by, changed_at = $2::timestamptz
FROM jsonb_to_recordset($1::jsonb) AS told(advisory_name text, superseded_by text)
WHERE e.advisory_name = told.advisory_name;

-- A withdrawn erratum covers nothing any more, and what is withdrawn needs no successor.
-- name: clear_withdrawn_superseding
UPDATE errata_cache e SET superseded_by = NULL, changed_at = $1::timestamptz
WHERE e.superseded_by IS NOT NULL AND e.withdrawn_at IS NOT NULL
RETURNING e.advisory_name;

-- ---------------------------------------------------------------- systems

-- name: count_present_systems
SELECT count(*) AS systems FROM systems WHERE gone_at IS NULL;

-- name: count_groups
SELECT count(*) AS groups FROM system_groups;

-- name: upsert_organisations
INSERT INTO organisations (id, name, seen_at)
SELECT id, name, $2::timestamptz FROM jsonb_to_recordset($1::jsonb) AS told(id bigint, name text)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at;

-- Those that systems or groups still belong to stay, whoever asks.
-- name: drop_other_organisations
DELETE FROM organisations o
WHERE o.seen_at < $1::timestamptz AND NOT EXISTS (SELECT 1 FROM systems s WHERE s.org_id = o.id AND s.gone_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM system_groups g WHERE g.org_id = o.id);

-- name: upsert_groups
INSERT INTO system_groups (name, description, org_id, system_count, seen_at)
SELECT name, description, org_id, system_count, $2::timestamptz
FROM jsonb_to_recordset($1::jsonb) AS told(name text, description text, org_id bigint, system_count bigint)
ON CONFLICT (name) DO UPDATE
   SET description = excluded.description, org_id = excluded.org_id, system_count = excluded.system_count, seen_at = excluded.seen_at;

-- name: drop_other_groups
DELETE FROM system_groups WHERE seen_at < $1::timestamptz;

-- A system whose OS or organisation could not be told this time keeps the one it had. A role that a person gave it stands.
-- name: upsert_systems
INSERT INTO systems AS s (id, name, minion_id, ip, target_os, os_release, groups, role, role_synced, org_id, reboot_pending, last_checkin_at,
                          first_seen_at, seen_at)
SELECT id, name, minion_id, ip, target_os, os_release, groups, role, role, org_id, reboot_pending, last_checkin_at, $2::timestamptz,
       $2::timestamptz
FROM jsonb_to_recordset($1::jsonb) AS told(id bigint, name text, minion_id text, ip text, target_os text, os_release text, groups text[],
                                           role text, org_id bigint, reboot_pending boolean, last_checkin_at timestamptz)
ON CONFLICT (id) DO UPDATE
   SET name = excluded.name, ip = excluded.ip, groups = excluded.groups, role_synced = excluded.role_synced,
       role = coalesce(s.role_override, excluded.role_synced), org_id = coalesce(excluded.org_id, s.org_id),
       reboot_pending = excluded.reboot_pending, seen_at = excluded.seen_at, gone_at = NULL,
       minion_id = CASE WHEN excluded.minion_id = '' THEN s.minion_id ELSE excluded.minion_id END,
       target_os = coalesce(excluded.target_os, s.target_os),
       os_release = CASE WHEN excluded.os_release = '' THEN s.os_release ELSE excluded.os_release END,
       last_checkin_at = coalesce(excluded.last_checkin_at, s.last_checkin_at);

-- name: mark_gone
UPDATE systems SET gone_at = $2::timestamptz WHERE gone_at IS NULL AND NOT (id = ANY ($1::bigint[])) RETURNING name;

-- name: find_system
SELECT * FROM systems WHERE id = $1::bigint;

-- Free: a test system of the OS that is there, not in quarantine, and on which no run is open. tests_one_open_per_system decides a race.
-- name: free_test_systems
SELECT s.* FROM systems s
WHERE s.role = 'test' AND s.target_os = $1::text AND s.gone_at IS NULL AND s.quarantined_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM patch_tests t WHERE t.system_id = s.id AND t.status = 'running')
ORDER BY s.id;

-- name: test_systems
SELECT * FROM systems
WHERE role = 'test' AND target_os IS NOT NULL AND gone_at IS NULL AND ($1::jsonb IS NULL OR system_in_scope(groups, $1::jsonb))
ORDER BY target_os, id;

-- name: mark_unreachable
UPDATE systems SET unreachable_at = $2::timestamptz, unreachable_until = $3::timestamptz WHERE id = $1::bigint;

-- name: mark_reachable
UPDATE systems SET unreachable_at = NULL, unreachable_until = NULL WHERE id = $1::bigint AND unreachable_at IS NOT NULL;

-- name: applicable_systems
SELECT s.*, a.uyuni_erratum_id
FROM system_errata a JOIN systems s ON s.id = a.system_id
WHERE a.advisory_name = $1::text AND s.gone_at IS NULL AND ($2::jsonb IS NULL OR system_in_scope(s.groups, $2::jsonb))
ORDER BY s.id;

-- name: quarantine
UPDATE systems SET quarantined_at = $3::timestamptz, quarantine_reason = $2::text WHERE id = $1::bigint AND quarantined_at IS NULL;

-- ---------------------------------------------------------------- applicability

-- name: load_applicability
SELECT system_id, advisory_name, uyuni_erratum_id FROM system_errata WHERE system_id = ANY ($1::bigint[]);

-- name: add_applicability
INSERT INTO system_errata (system_id, advisory_name, uyuni_erratum_id, first_seen_at)
SELECT told.system_id, told.advisory_name, told.uyuni_erratum_id, $4::timestamptz
FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS told(system_id, advisory_name, uyuni_erratum_id)
JOIN errata_cache e ON e.advisory_name = told.advisory_name
ON CONFLICT (system_id, advisory_name) DO UPDATE SET uyuni_erratum_id = excluded.uyuni_erratum_id;

-- name: remove_applicability
DELETE FROM system_errata a
USING unnest($1::bigint[], $2::text[]) AS told(system_id, advisory_name)
WHERE a.system_id = told.system_id AND a.advisory_name = told.advisory_name;

-- name: mark_errata_synced
UPDATE systems SET errata_synced_at = $2::timestamptz WHERE id = ANY ($1::bigint[]);

-- name: no_longer_applicable
SELECT count(*) AS errata FROM unnest($1::text[]) AS told(advisory_name)
WHERE NOT EXISTS (SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id AND s.gone_at IS NULL
                  WHERE a.advisory_name = told.advisory_name);

-- ---------------------------------------------------------------- sync runs

-- Session locks: held while the sync runs, gone with the process that held them.
-- name: try_lock_sync
SELECT pg_try_advisory_lock(hashtextextended('spm.sync.' || $1::text, 0)) AS is_ours;

-- name: unlock_sync
SELECT pg_advisory_unlock(hashtextextended('spm.sync.' || $1::text, 0));

-- name: running_run
SELECT * FROM sync_runs WHERE source = $1::text AND status = 'running';

-- name: open_run
INSERT INTO sync_runs (source, status, requested_by, started_at)
VALUES ($1::text, 'running', $2::text, $3::timestamptz)
ON CONFLICT (source) WHERE status = 'running' DO NOTHING
RETURNING *;

-- name: finish_run
UPDATE sync_runs
   SET status = CASE WHEN $2::text IS NULL THEN 'succeeded' ELSE 'failed' END, error = $2::text, finished_at = $3::timestamptz,
       inserted = $4::bigint, updated = $5::bigint, withdrawn = $6::bigint, skipped = $7::bigint
 WHERE id = $1::bigint AND status = 'running';

-- name: find_run
SELECT * FROM sync_runs WHERE id = $1::bigint;

-- name: list_runs
SELECT * FROM sync_runs
WHERE ($1::text IS NULL OR source = $1::text) AND ($2::text IS NULL OR status = $2::text) AND ($3::bigint IS NULL OR id < $3::bigint)
ORDER BY id DESC LIMIT $4::bigint OFFSET $5::bigint;

-- name: count_runs
SELECT count(*) AS total FROM sync_runs WHERE ($1::text IS NULL OR source = $1::text) AND ($2::text IS NULL OR status = $2::text);

-- The newest run of each source, the newest one that ended, the newest success, and when its job is due.
-- name: sync_status
SELECT wanted.source, last.id AS run_id, last.status, last.started_at, ended.started_at AS ended_started_at,
       ended.finished_at AS ended_at, ended.inserted, ended.updated, ended.withdrawn, ended.skipped, ended.error,
       success.finished_at AS last_success, job.next_run_at
FROM unnest($1::text[]) AS wanted(source)
LEFT JOIN LATERAL (SELECT * FROM sync_runs r WHERE r.source = wanted.source ORDER BY id DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (SELECT * FROM sync_runs r WHERE r.source = wanted.source AND r.status <> 'running' ORDER BY id DESC LIMIT 1) ended ON true
LEFT JOIN LATERAL (SELECT * FROM sync_runs r WHERE r.source = wanted.source AND r.status = 'succeeded' ORDER BY id DESC LIMIT 1) success ON true
LEFT JOIN periodic_jobs job ON job.name = 'sync_' || wanted.source
ORDER BY wanted.source DESC;

-- ---------------------------------------------------------------- deliveries of the webhook

-- name: forget_deliveries
DELETE FROM webhook_deliveries WHERE received_at < $1::timestamptz;

-- No row: it was there already.
-- name: remember_delivery
INSERT INTO webhook_deliveries (signature, received_at) VALUES ($1, $2::timestamptz) ON CONFLICT DO NOTHING RETURNING signature;

-- ---------------------------------------------------------------- lists of errata
-- The filters of all of them: $1 os, $2 severity, $3 type, $4 cve, $5 package as [{"name": …}], $6 source, $7 applicable, $8 text.
-- $9 limit, $10 offset; then the sort keys of the last row of the page before, all NULL on the first page; then the caller's scope, NULL for
-- everything: the systems that are counted, and for which an erratum is applicable, are those that the caller sees. Last, a system
-- that misses them.

-- Served by errata_by_issue.
-- name: errata_by_issued_at
WITH page AS (
  SELECT e.* FROM errata_cache e
  WHERE e.withdrawn_at IS NULL
    AND ($1::text IS NULL OR e.target_os = $1::text) AND ($2::text IS NULL OR e.severity = $2::text)
    AND ($3::text IS NULL OR e.advisory_type = $3::text) AND ($4::text IS NULL OR e.cves @> ARRAY[$4::text])
    AND ($5::jsonb IS NULL OR e.packages @> $5::jsonb)
    AND ($6::text IS NULL OR CASE $6::text WHEN 'uyuni' THEN e.in_uyuni ELSE e.in_spm_sync END)
    AND ($7::boolean IS NULL OR $7::boolean = EXISTS (
          SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id WHERE a.advisory_name = e.advisory_name AND s.gone_at IS NULL
                  AND ($13::jsonb IS NULL OR system_in_scope(s.groups, $13::jsonb))))
    AND ($8::text IS NULL OR strpos(lower(e.advisory_name), lower($8::text)) > 0 OR strpos(lower(e.synopsis), lower($8::text)) > 0)
    AND ($14::bigint IS NULL OR EXISTS (SELECT 1 FROM system_errata a WHERE a.advisory_name = e.advisory_name AND a.system_id = $14::bigint))
    AND ($11::text IS NULL
         OR (e.issued_at IS NULL AND ($12::timestamptz IS NOT NULL OR e.advisory_name > $11::text))
         OR e.issued_at < $12::timestamptz
         OR (e.issued_at = $12::timestamptz AND e.advisory_name > $11::text))
  ORDER BY e.issued_at DESC NULLS LAST, e.advisory_name LIMIT $9::bigint OFFSET $10::bigint
)
SELECT page.*, (SELECT count(*) FROM system_errata a JOIN systems s ON s.id = a.system_id
                WHERE a.advisory_name = page.advisory_name AND s.gone_at IS NULL
                  AND ($13::jsonb IS NULL OR system_in_scope(s.groups, $13::jsonb))) AS applicable_system_count
FROM page ORDER BY issued_at DESC NULLS LAST, advisory_name;

-- Served by errata_cache_pkey.
-- name: errata_by_name
WITH page AS (
  SELECT e.* FROM errata_cache e
  WHERE e.withdrawn_at IS NULL
    AND ($1::text IS NULL OR e.target_os = $1::text) AND ($2::text IS NULL OR e.severity = $2::text)
    AND ($3::text IS NULL OR e.advisory_type = $3::text) AND ($4::text IS NULL OR e.cves @> ARRAY[$4::text])
    AND ($5::jsonb IS NULL OR e.packages @> $5::jsonb)
    AND ($6::text IS NULL OR CASE $6::text WHEN 'uyuni' THEN e.in_uyuni ELSE e.in_spm_sync END)
    AND ($7::boolean IS NULL OR $7::boolean = EXISTS (
          SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id WHERE a.advisory_name = e.advisory_name AND s.gone_at IS NULL
                  AND ($12::jsonb IS NULL OR system_in_scope(s.groups, $12::jsonb))))
    AND ($8::text IS NULL OR strpos(lower(e.advisory_name), lower($8::text)) > 0 OR strpos(lower(e.synopsis), lower($8::text)) > 0)
    AND ($13::bigint IS NULL OR EXISTS (SELECT 1 FROM system_errata a WHERE a.advisory_name = e.advisory_name AND a.system_id = $13::bigint))
    AND ($11::text IS NULL OR e.advisory_name > $11::text)
  ORDER BY e.advisory_name LIMIT $9::bigint OFFSET $10::bigint
)
SELECT page.*, (SELECT count(*) FROM system_errata a JOIN systems s ON s.id = a.system_id
                WHERE a.advisory_name = page.advisory_name AND s.gone_at IS NULL
                  AND ($12::jsonb IS NULL OR system_in_scope(s.groups, $12::jsonb))) AS applicable_system_count
FROM page ORDER BY advisory_name;

-- One ordered read of errata_by_severity for each severity: the words do not sort by rank.
-- name: errata_by_severity
WITH page AS (
  SELECT ranked.rank, e.*
  FROM (VALUES (1, 'Critical'), (2, 'High'), (3, 'Medium'), (4, 'Low'), (5, 'Unknown')) AS ranked(rank, severity)
  CROSS JOIN LATERAL (
    SELECT e.* FROM errata_cache e
    WHERE e.severity = ranked.severity AND e.withdrawn_at IS NULL
      AND ($1::text IS NULL OR e.target_os = $1::text) AND ($2::text IS NULL OR e.severity = $2::text)
      AND ($3::text IS NULL OR e.advisory_type = $3::text) AND ($4::text IS NULL OR e.cves @> ARRAY[$4::text])
      AND ($5::jsonb IS NULL OR e.packages @> $5::jsonb)
      AND ($6::text IS NULL OR CASE $6::text WHEN 'uyuni' THEN e.in_uyuni ELSE e.in_spm_sync END)
      AND ($7::boolean IS NULL OR $7::boolean = EXISTS (
            SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id WHERE a.advisory_name = e.advisory_name AND s.gone_at IS NULL
                  AND ($13::jsonb IS NULL OR system_in_scope(s.groups, $13::jsonb))))
      AND ($8::text IS NULL OR strpos(lower(e.advisory_name), lower($8::text)) > 0 OR strpos(lower(e.synopsis), lower($8::text)) > 0)
      AND ($14::bigint IS NULL OR EXISTS (SELECT 1 FROM system_errata a WHERE a.advisory_name = e.advisory_name AND a.system_id = $14::bigint))
      AND ($11::text IS NULL OR ranked.rank > $12::integer OR (ranked.rank = $12::integer AND e.advisory_name > $11::text))
    ORDER BY e.advisory_name LIMIT $9::bigint + $10::bigint) e
  ORDER BY ranked.rank, e.advisory_name LIMIT $9::bigint OFFSET $10::bigint
)
SELECT page.*, (SELECT count(*) FROM system_errata a JOIN systems s ON s.id = a.system_id
                WHERE a.advisory_name = page.advisory_name AND s.gone_at IS NULL
                  AND ($13::jsonb IS NULL OR system_in_scope(s.groups, $13::jsonb))) AS applicable_system_count
FROM page ORDER BY rank, advisory_name;

-- name: count_errata
SELECT count(*) AS total FROM errata_cache e
WHERE e.withdrawn_at IS NULL
  AND ($1::text IS NULL OR e.target_os = $1::text) AND ($2::text IS NULL OR e.severity = $2::text)
  AND ($3::text IS NULL OR e.advisory_type = $3::text) AND ($4::text IS NULL OR e.cves @> ARRAY[$4::text])
  AND ($5::jsonb IS NULL OR e.packages @> $5::jsonb)
  AND ($6::text IS NULL OR CASE $6::text WHEN 'uyuni' THEN e.in_uyuni ELSE e.in_spm_sync END)
  AND ($7::boolean IS NULL OR $7::boolean = EXISTS (
        SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id WHERE a.advisory_name = e.advisory_name AND s.gone_at IS NULL
                  AND ($9::jsonb IS NULL OR system_in_scope(s.groups, $9::jsonb))))
  AND ($8::text IS NULL OR strpos(lower(e.advisory_name), lower($8::text)) > 0 OR strpos(lower(e.synopsis), lower($8::text)) > 0)
  AND ($10::bigint IS NULL OR EXISTS (SELECT 1 FROM system_errata a WHERE a.advisory_name = e.advisory_name AND a.system_id = $10::bigint));

-- name: cache_stats
SELECT severity, coalesce(target_os, 'unknown') AS target_os, advisory_type, count(*) AS errata
FROM errata_cache WHERE withdrawn_at IS NULL
GROUP BY severity, target_os, advisory_type;

-- name: last_successful_sync
SELECT max(finished_at) AS last_sync FROM sync_runs WHERE status = 'succeeded';

-- Whether a caller with this scope sees the system.
-- name: sees_system
SELECT id FROM systems WHERE id = $1::bigint AND system_in_scope(groups, $2::jsonb);
