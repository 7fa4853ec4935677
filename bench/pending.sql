-- Half of the queue has passed its test and waits for a decision.
INSERT INTO patch_tests (queue_id, advisory_name, system_id, target_os, status, phase, due_at, deadline_at, engine_version, config, verdict,
                         started_by, started_at, completed_at)
SELECT i.id, i.advisory_name, (SELECT min(id) FROM systems), i.target_os, 'passed', 'done', now(), now(), 1, '{}', 'passed', 'bench', now(), now()
FROM patch_test_queue i WHERE i.id % 2 = 0;
UPDATE patch_test_queue SET status = 'pending_approval', pending_since = now(), changed_at = now() WHERE id % 2 = 0;
VACUUM ANALYZE;
