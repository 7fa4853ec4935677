-- Figures over the tables of other slices; nothing is written. A service level is the number of days for a severity: {"Critical": 3, …}.

-- What waits for a decision. $1 now, $2 the end of "soon", $3 service levels, $4 scope.
-- name: overview_decisions
WITH waiting AS (
  SELECT i.pending_since,
         coalesce((SELECT min(a.first_seen_at) FROM system_errata a WHERE a.advisory_name = i.advisory_name), i.pending_since)
           + make_interval(days => ($3::jsonb ->> e.severity)::integer) AS due,
         EXISTS (SELECT 1 FROM cves c WHERE c.id = ANY (e.cves) AND c.known_exploited) AS known_exploited
  FROM patch_test_queue i
  JOIN errata_cache e ON e.advisory_name = i.advisory_name
  WHERE i.status = 'pending_approval' AND EXISTS (SELECT 1 FROM item_tests r JOIN patch_tests t ON t.id = r.test_id WHERE r.queue_id = i.id AND t.status = 'passed')
    AND ($4::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $4::jsonb))
)
SELECT count(*) AS waiting, min(pending_since) AS oldest_since, min(due) FILTER (WHERE due >= $1::timestamptz) AS next_due,
       count(*) FILTER (WHERE due < $1::timestamptz) AS overdue,
       count(*) FILTER (WHERE due >= $1::timestamptz AND due < $2::timestamptz) AS due_soon,
       count(*) FILTER (WHERE known_exploited) AS known_exploited
FROM waiting;

-- Security errata that systems miss: how many, and on how many systems. Grouped twice, because counting distinct pairs would sort them all
-- for each figure. $1 now, $2 the end of "soon", $3 service levels, $4 scope.
-- name: overview_exposure
WITH exploited AS MATERIALIZED (
  SELECT e.advisory_name FROM errata_cache e WHERE e.cves && ARRAY(SELECT id FROM cves WHERE known_exploited)
), missing AS MATERIALIZED (
  SELECT a.advisory_name, a.system_id, e.severity = 'Critical' AS critical, e.severity = 'High' AS high, x.advisory_name IS NOT NULL AS exploited,
         a.first_seen_at + make_interval(days => ($3::jsonb ->> e.severity)::integer) AS due
  FROM system_errata a
  JOIN systems s ON s.id = a.system_id AND s.gone_at IS NULL
  JOIN errata_cache e ON e.advisory_name = a.advisory_name AND e.withdrawn_at IS NULL AND e.advisory_type = 'security'
  LEFT JOIN exploited x ON x.advisory_name = a.advisory_name
  WHERE $4::jsonb IS NULL OR system_in_scope(s.groups, $4::jsonb)
), by_erratum AS (
  SELECT bool_or(critical) AS critical, bool_or(high) AS high, bool_or(exploited) AS exploited, bool_or(due < $1::timestamptz) AS overdue,
         bool_or(due >= $1::timestamptz AND due < $2::timestamptz) AS due_soon
  FROM missing GROUP BY advisory_name
), by_system AS (
  SELECT bool_or(critical) AS critical, bool_or(high) AS high, bool_or(exploited) AS exploited, bool_or(due < $1::timestamptz) AS overdue,
         bool_or(due >= $1::timestamptz AND due < $2::timestamptz) AS due_soon
  FROM missing GROUP BY system_id
)
SELECT e.*, s.*
FROM (SELECT count(*) FILTER (WHERE critical) AS critical_errata, count(*) FILTER (WHERE high) AS high_errata,
             count(*) FILTER (WHERE exploited) AS known_exploited_errata, count(*) FILTER (WHERE overdue) AS overdue_errata,
             count(*) FILTER (WHERE due_soon) AS due_soon_errata FROM by_erratum) e,
     (SELECT count(*) FILTER (WHERE critical) AS critical_systems, count(*) FILTER (WHERE high) AS high_systems,
             count(*) FILTER (WHERE exploited) AS known_exploited_systems, count(*) FILTER (WHERE overdue) AS overdue_systems,
             count(*) FILTER (WHERE due_soon) AS due_soon_systems FROM by_system) s;

-- Medians of the errata approved in each week. $1 the beginning, $2 scope.
-- name: overview_pace
SELECT date_trunc('week', a.decided_at, 'UTC') AS week, count(*) AS approved,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM t.completed_at - e.first_seen_at)::double precision)) AS seconds_to_tested,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM a.decided_at - t.completed_at)::double precision)) AS seconds_to_approved
FROM patch_approvals a
JOIN patch_test_queue i ON i.id = a.queue_id
JOIN patch_tests t ON t.id = a.test_id
JOIN errata_cache e ON e.advisory_name = i.advisory_name
WHERE a.action = 'approve' AND a.completes AND a.decided_at >= date_trunc('week', $1::timestamptz, 'UTC')
  AND ($2::jsonb IS NULL OR erratum_in_scope(i.advisory_name, $2::jsonb))
GROUP BY 1 ORDER BY 1;
