-- The queue grows to a million items, each of an erratum of its own: copies of what is there.
CREATE TEMPORARY TABLE copied AS
SELECT e.advisory_name AS original, e.advisory_name || '-' || n AS name FROM errata_cache e, generate_series(1, 1 + 1000000 / (SELECT count(*) FROM errata_cache)) n
WHERE EXISTS (SELECT 1 FROM patch_test_queue i WHERE i.advisory_name = e.advisory_name) LIMIT 1000000 - (SELECT count(*) FROM patch_test_queue);
INSERT INTO errata_cache
SELECT (jsonb_populate_record(e, jsonb_build_object('advisory_name', c.name))).* FROM copied c JOIN errata_cache e ON e.advisory_name = c.original;
INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, queued_at, changed_at)
SELECT c.name, i.target_os, 'queued', i.requires_reboot, i.success_score, i.urgency_score, 'bench', now(), now()
FROM copied c JOIN patch_test_queue i ON i.advisory_name = c.original;
VACUUM ANALYZE;
