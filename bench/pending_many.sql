-- Ten thousand errata that passed their test, a tenth a minute ago and the rest over the weeks before, beside whatever is there.
INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, issued_at, cves, packages, in_spm_sync,
                          first_seen_at, changed_at)
SELECT 'BENCH-' || lpad(n::text, 5, '0'), 'An update for package-' || n || ' that repairs a fault with a long name in its ' || (ARRAY['parser', 'network', 'memory', 'locale'])[1 + n % 4] || ' code',
       'security', (ARRAY['Critical', 'High', 'Medium', 'Medium', 'Low'])[1 + n % 5], 'vendor', 'bench', (ARRAY['ubuntu', 'debian', 'rhel'])[1 + n % 3],
       now() - n * interval '5 minutes', ARRAY['CVE-2026-' || (40000 + n)],
       jsonb_build_array(jsonb_build_object('name', 'package-' || n, 'evr', '1.0-2', 'arch', 'all', 'size_bytes', 512000)), true, now(), now()
FROM generate_series(1, 10000) n;

INSERT INTO risk_profiles (advisory_name, success_score, affects_kernel, requires_reboot, modifies_config, dependency_count, package_count, total_size_kb,
                           breakdown, urgency_score, urgency_estimated, input_hash, created_at, updated_at)
SELECT advisory_name, 40 + hashtext(advisory_name) % 30 + 30, false, false, false, 0, 1, 500,
       '{"base_score": 100, "kernel_penalty": 0, "reboot_penalty": 0, "config_penalty": 0, "dependency_penalty": 0, "size_penalty": 0, "history_penalty": 0, "bonuses": 0, "final_score": 70}',
       abs(hashtext(advisory_name || 'urgency')) % 60, true, 'bench', now(), now()
FROM errata_cache WHERE source = 'bench';

INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, pending_since, created_by, queued_at, changed_at)
SELECT e.advisory_name, e.target_os, 'pending_approval', false, p.success_score, p.urgency_score,
       CASE WHEN abs(hashtext(e.advisory_name)) % 10 = 0 THEN now() - interval '1 minute' ELSE e.issued_at END, 'bench', now(), now()
FROM errata_cache e JOIN risk_profiles p ON p.advisory_name = e.advisory_name WHERE e.source = 'bench';

INSERT INTO patch_tests (queue_id, advisory_name, system_id, target_os, status, phase, due_at, deadline_at, engine_version, config, verdict, started_by, started_at,
                         completed_at)
SELECT i.id, i.advisory_name, (SELECT min(id) FROM systems WHERE role = 'test'), i.target_os, 'passed', 'done', now(), now(), 1, '{}', 'passed', 'bench',
       now() - interval '10 minutes', now()
FROM patch_test_queue i WHERE i.created_by = 'bench';

INSERT INTO patch_test_phases (test_id, phase, attempt, status, started_at, deadline_at, completed_at, evidence)
SELECT t.id, 'validate', 1, 'completed', now(), now(), now(), '{"delta": {"cpu_percent": 1.2, "memory_percent": 0.4}}' FROM patch_tests t WHERE t.started_by = 'bench';
VACUUM ANALYZE;
