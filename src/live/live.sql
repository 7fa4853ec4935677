-- The systems of test runs, for events of which only the run is known.

-- name: systems_of_tests
SELECT id, system_id FROM patch_tests WHERE id = ANY ($1::bigint[]);
