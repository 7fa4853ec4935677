-- name: find_profile
SELECT * FROM risk_profiles WHERE advisory_name = $1::text;

-- ---------------------------------------------------------------- recalculation

-- name: inputs
SELECT e.advisory_name, e.severity, e.reboot_suggested, coalesce(e.dependency_count, 0) AS dependency_count, e.total_size_kb, e.cves,
       e.packages IS NOT NULL AS has_packages, coalesce(jsonb_array_length(e.packages), 0) AS package_count,
       ARRAY(SELECT DISTINCT package ->> 'name' FROM jsonb_array_elements(e.packages) AS package ORDER BY 1) AS package_names,
       coalesce(p.times_tested, 0) AS times_tested, coalesce(p.times_failed, 0) AS times_failed, p.input_hash, p.success_score
FROM errata_cache e LEFT JOIN risk_profiles p ON p.advisory_name = e.advisory_name
WHERE e.advisory_name = ANY ($1::text[]);

-- name: cve_figures
SELECT id, cvss, epss, known_exploited FROM cves WHERE id = ANY ($1::text[]);

-- name: exploits_known
SELECT EXISTS (SELECT 1 FROM cve_sources WHERE source = 'kev' AND succeeded_at IS NOT NULL) AS known;

-- The different contexts in which each erratum is missing; there are at most 48.
-- name: contexts
SELECT DISTINCT a.advisory_name, s.exposure, s.criticality, s.data_class
FROM system_errata a JOIN systems s ON s.id = a.system_id
WHERE a.advisory_name = ANY ($1::text[]) AND s.gone_at IS NULL;

-- History is not written here: record_test owns those columns.
-- name: store_profiles
INSERT INTO risk_profiles AS p (advisory_name, success_score, affects_kernel, requires_reboot, modifies_config, dependency_count,
                                package_count, total_size_kb, breakdown, urgency_score, urgency_estimated, input_hash, created_at, updated_at)
SELECT advisory_name, success_score, affects_kernel, requires_reboot, modifies_config, dependency_count, package_count, total_size_kb,
       breakdown, urgency_score, urgency_estimated, input_hash, $2::timestamptz, $2::timestamptz
FROM jsonb_to_recordset($1::jsonb) AS scored(
       advisory_name text, success_score integer, affects_kernel boolean, requires_reboot boolean, modifies_config boolean,
       dependency_count integer, package_count integer, total_size_kb bigint, breakdown jsonb, urgency_score double precision,
       urgency_estimated boolean, input_hash text)
ORDER BY advisory_name
ON CONFLICT (advisory_name) DO UPDATE
   SET success_score = excluded.success_score, affects_kernel = excluded.affects_kernel, requires_reboot = excluded.requires_reboot,
       modifies_config = excluded.modifies_config, dependency_count = excluded.dependency_count, package_count = excluded.package_count,
       total_size_kb = excluded.total_size_kb, breakdown = excluded.breakdown, urgency_score = excluded.urgency_score,
       urgency_estimated = excluded.urgency_estimated, input_hash = excluded.input_hash, updated_at = excluded.updated_at;

-- name: urgency_inputs
SELECT e.cves, coalesce(p.urgency_estimated, true) AS urgency_estimated
FROM errata_cache e LEFT JOIN risk_profiles p ON p.advisory_name = e.advisory_name
WHERE e.advisory_name = $1::text;

-- name: scorable
SELECT advisory_name FROM errata_cache WHERE packages IS NOT NULL ORDER BY advisory_name;

-- The empty hash makes the next recalculation look at it again.
-- name: record_test
UPDATE risk_profiles
   SET times_tested = times_tested + 1, times_failed = times_failed + CASE WHEN $2::boolean THEN 0 ELSE 1 END,
       last_test_at = $3::timestamptz, last_test_result = CASE WHEN $2::boolean THEN 'passed' ELSE 'failed' END, input_hash = ''
 WHERE advisory_name = $1::text;

-- ---------------------------------------------------------------- lists

-- Served by risk_profiles_by_score. $1 min, $2 max, $3 os, $4 severity, $5 limit, $6 offset, then the last row of the page before.
-- name: list_profiles
SELECT p.*, e.synopsis, e.severity
FROM risk_profiles p JOIN errata_cache e ON e.advisory_name = p.advisory_name
WHERE p.success_score >= coalesce($1::integer, 0) AND p.success_score <= coalesce($2::integer, 100)
  AND ($3::text IS NULL OR e.target_os = $3::text) AND ($4::text IS NULL OR e.severity = $4::text)
  AND ($7::integer IS NULL OR p.success_score < $7::integer OR (p.success_score = $7::integer AND p.advisory_name > $8::text))
ORDER BY p.success_score DESC, p.advisory_name LIMIT $5::bigint OFFSET $6::bigint;

-- name: count_profiles
SELECT count(*) AS total
FROM risk_profiles p JOIN errata_cache e ON e.advisory_name = p.advisory_name
WHERE p.success_score >= coalesce($1::integer, 0) AND p.success_score <= coalesce($2::integer, 100)
  AND ($3::text IS NULL OR e.target_os = $3::text) AND ($4::text IS NULL OR e.severity = $4::text);

-- name: show_profile
SELECT p.*, e.synopsis, e.severity, e.packages, e.cves
FROM risk_profiles p JOIN errata_cache e ON e.advisory_name = p.advisory_name
WHERE p.advisory_name = $1::text;
