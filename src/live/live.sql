-- What a caller with the scope $2 sees of what events speak of.

-- name: tests_in_sight
SELECT id FROM patch_tests WHERE id = ANY ($1::bigint[]) AND test_in_scope(system_id, advisory_name, $2::jsonb);

-- name: items_in_sight
SELECT id FROM patch_test_queue WHERE id = ANY ($1::bigint[]) AND erratum_in_scope(advisory_name, $2::jsonb);
