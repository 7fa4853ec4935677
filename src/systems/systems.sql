-- Tables systems, system_groups, organisations (catalogue's syncs fill them). $1 and $2 of every list are the caller's scope: ids of
-- organisations and names of groups, both empty for everything.

-- ---------------------------------------------------------------- systems

-- name: visible_systems
SELECT s.id FROM systems s
WHERE s.id = ANY ($3::bigint[])
  AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR s.org_id = ANY ($1::bigint[]) OR s.groups && $2::text[]);

-- $3 role, $4 group, $5 os, $6 organisation, $7 reboot pending, $8 quarantined, $9 text, $10 limit, $11 offset, then name and id of the
-- last row of the page before. Served by systems_by_name.
-- name: list_by_name
WITH page AS MATERIALIZED (
  SELECT s.* FROM systems s
  WHERE s.gone_at IS NULL
    AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR s.org_id = ANY ($1::bigint[]) OR s.groups && $2::text[])
    AND ($3::text IS NULL OR s.role = $3::text) AND ($4::text IS NULL OR s.groups @> ARRAY[$4::text])
    AND ($5::text IS NULL OR s.target_os = $5::text) AND ($6::bigint IS NULL OR s.org_id = $6::bigint)
    AND ($7::boolean IS NULL OR coalesce(s.reboot_pending, false) = $7::boolean)
    AND ($8::boolean IS NULL OR (s.quarantined_at IS NOT NULL) = $8::boolean)
    AND ($9::text IS NULL OR strpos(lower(s.name), lower($9::text)) > 0 OR strpos(s.ip, $9::text) > 0)
    AND ($13::bigint IS NULL OR (s.name, s.id) > ($12::text, $13::bigint))
  ORDER BY s.name, s.id LIMIT $10::bigint OFFSET $11::bigint
)
SELECT page.*, (SELECT count(*) FROM system_errata a WHERE a.system_id = page.id) AS applicable_errata,
       (SELECT t.id FROM patch_tests t WHERE t.system_id = page.id AND t.status = 'running') AS current_test_id
FROM page ORDER BY page.name, page.id;

-- The longest silent first. $12: the last row's check-in. Served by systems_by_checkin.
-- name: list_by_checkin
WITH page AS MATERIALIZED (
  SELECT s.* FROM systems s
  WHERE s.gone_at IS NULL
    AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR s.org_id = ANY ($1::bigint[]) OR s.groups && $2::text[])
    AND ($3::text IS NULL OR s.role = $3::text) AND ($4::text IS NULL OR s.groups @> ARRAY[$4::text])
    AND ($5::text IS NULL OR s.target_os = $5::text) AND ($6::bigint IS NULL OR s.org_id = $6::bigint)
    AND ($7::boolean IS NULL OR coalesce(s.reboot_pending, false) = $7::boolean)
    AND ($8::boolean IS NULL OR (s.quarantined_at IS NOT NULL) = $8::boolean)
    AND ($9::text IS NULL OR strpos(lower(s.name), lower($9::text)) > 0 OR strpos(s.ip, $9::text) > 0)
    AND ($13::bigint IS NULL
         OR (coalesce(s.last_checkin_at, '-infinity'::timestamptz), s.id) > (coalesce($12::timestamptz, '-infinity'::timestamptz), $13::bigint))
  ORDER BY coalesce(s.last_checkin_at, '-infinity'::timestamptz), s.id LIMIT $10::bigint OFFSET $11::bigint
)
SELECT page.*, (SELECT count(*) FROM system_errata a WHERE a.system_id = page.id) AS applicable_errata,
       (SELECT t.id FROM patch_tests t WHERE t.system_id = page.id AND t.status = 'running') AS current_test_id
FROM page ORDER BY coalesce(page.last_checkin_at, '-infinity'::timestamptz), page.id;

-- A fleet has some thousand systems: counting them is cheap.
-- name: count_systems
SELECT count(*) AS total FROM systems s
WHERE s.gone_at IS NULL
  AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR s.org_id = ANY ($1::bigint[]) OR s.groups && $2::text[])
  AND ($3::text IS NULL OR s.role = $3::text) AND ($4::text IS NULL OR s.groups @> ARRAY[$4::text])
  AND ($5::text IS NULL OR s.target_os = $5::text) AND ($6::bigint IS NULL OR s.org_id = $6::bigint)
  AND ($7::boolean IS NULL OR coalesce(s.reboot_pending, false) = $7::boolean)
  AND ($8::boolean IS NULL OR (s.quarantined_at IS NOT NULL) = $8::boolean)
  AND ($9::text IS NULL OR strpos(lower(s.name), lower($9::text)) > 0 OR strpos(s.ip, $9::text) > 0);

-- name: show_system
SELECT s.*, (SELECT count(*) FROM system_errata a WHERE a.system_id = s.id) AS applicable_errata,
       (SELECT t.id FROM patch_tests t WHERE t.system_id = s.id AND t.status = 'running') AS current_test_id
FROM systems s
WHERE s.id = $3::bigint AND s.gone_at IS NULL
  AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR s.org_id = ANY ($1::bigint[]) OR s.groups && $2::text[]);

-- name: lock_system
SELECT s.*, (SELECT count(*) FROM system_errata a WHERE a.system_id = s.id) AS applicable_errata,
       (SELECT t.id FROM patch_tests t WHERE t.system_id = s.id AND t.status = 'running') AS current_test_id
FROM systems s
WHERE s.id = $3::bigint AND s.gone_at IS NULL
  AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR s.org_id = ANY ($1::bigint[]) OR s.groups && $2::text[])
FOR NO KEY UPDATE;

-- name: applicable_by_severity
SELECT e.severity, count(*) AS errata FROM system_errata a JOIN errata_cache e ON e.advisory_name = a.advisory_name
WHERE a.system_id = $1::bigint GROUP BY e.severity;

-- name: running_test
SELECT id, queue_id, advisory_name, phase, started_at FROM patch_tests WHERE id = $1::bigint;

-- name: missing_on
SELECT advisory_name FROM system_errata WHERE system_id = $1::bigint ORDER BY advisory_name;

-- Without a word of a person ($2 NULL) the role is what the last sync made of it.
-- name: change_role
UPDATE systems SET role_override = $2::text, role_synced = coalesce(role_synced, role), role = coalesce($2::text, role_synced, role)
WHERE id = $1::bigint;

-- name: change_risk_context
UPDATE systems SET exposure = coalesce($2::text, exposure), criticality = coalesce($3::text, criticality), data_class = coalesce($4::text, data_class)
WHERE id = $1::bigint;

-- name: release_system
UPDATE systems SET quarantined_at = NULL, quarantine_reason = NULL WHERE id = $1::bigint;

-- name: scrape_targets
SELECT id, name, ip, target_os, os_release, groups FROM systems
WHERE role = 'test' AND gone_at IS NULL AND ip <> ''
  AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR org_id = ANY ($1::bigint[]) OR groups && $2::text[])
ORDER BY id;

-- ---------------------------------------------------------------- organisations and groups

-- name: list_orgs
SELECT o.id, o.name, o.seen_at, coalesce(members.systems, 0) AS systems, coalesce(members.test_systems, 0) AS test_systems,
       (SELECT count(*) FROM system_groups g WHERE g.org_id = o.id) AS groups,
       (SELECT count(DISTINCT a.advisory_name) FROM systems s JOIN system_errata a ON a.system_id = s.id
        WHERE s.org_id = o.id AND s.gone_at IS NULL
          AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR s.org_id = ANY ($1::bigint[]) OR s.groups && $2::text[])) AS applicable_errata
FROM organisations o
LEFT JOIN LATERAL (
  SELECT count(*) AS systems, count(*) FILTER (WHERE s.role = 'test') AS test_systems FROM systems s
  WHERE s.org_id = o.id AND s.gone_at IS NULL
    AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR s.org_id = ANY ($1::bigint[]) OR s.groups && $2::text[])
) members ON true
WHERE ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR o.id = ANY ($1::bigint[]) OR members.systems > 0)
  AND ($5::bigint IS NULL OR o.id > $5::bigint)
ORDER BY o.id LIMIT $3::bigint OFFSET $4::bigint;

-- name: count_orgs
SELECT count(*) AS total FROM organisations o
WHERE (cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR o.id = ANY ($1::bigint[])
   OR EXISTS (SELECT 1 FROM systems s WHERE s.org_id = o.id AND s.gone_at IS NULL AND s.groups && $2::text[]);

-- Only the rows of the page are counted through.
-- name: list_groups
WITH page AS MATERIALIZED (
  SELECT g.* FROM system_groups g
  WHERE ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR g.org_id = ANY ($1::bigint[]) OR g.name = ANY ($2::text[]))
    AND ($3::bigint IS NULL OR g.org_id = $3::bigint) AND ($6::text IS NULL OR g.name > $6::text)
  ORDER BY g.name LIMIT $4::bigint OFFSET $5::bigint
)
SELECT page.*, members.systems, members.test_systems,
       (SELECT count(DISTINCT a.advisory_name) FROM systems s JOIN system_errata a ON a.system_id = s.id
        WHERE s.groups @> ARRAY[page.name] AND s.gone_at IS NULL) AS applicable_errata
FROM page CROSS JOIN LATERAL (
  SELECT count(*) AS systems, count(*) FILTER (WHERE s.role = 'test') AS test_systems
  FROM systems s WHERE s.groups @> ARRAY[page.name] AND s.gone_at IS NULL
) members
ORDER BY page.name;

-- name: count_groups
SELECT count(*) AS total FROM system_groups g
WHERE ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR g.org_id = ANY ($1::bigint[]) OR g.name = ANY ($2::text[]))
  AND ($3::bigint IS NULL OR g.org_id = $3::bigint);

-- name: find_group
SELECT g.name FROM system_groups g
WHERE g.name = $3::text
  AND ((cardinality($1::bigint[]) = 0 AND cardinality($2::text[]) = 0) OR g.org_id = ANY ($1::bigint[]) OR g.name = ANY ($2::text[]));

-- What the systems of the group $1 miss. $2 severity, $3 only the latest, $4 text, $5 limit, $6 offset, $7 the last name of the page before.
-- name: group_patches
WITH missing AS MATERIALIZED (
  SELECT a.advisory_name, count(*) AS systems, count(*) FILTER (WHERE s.role = 'test') AS test_systems
  FROM systems s JOIN system_errata a ON a.system_id = s.id
  WHERE s.groups @> ARRAY[$1::text] AND s.gone_at IS NULL GROUP BY a.advisory_name
)
SELECT e.advisory_name, e.synopsis, e.advisory_type, e.severity, e.target_os, e.issued_at, e.superseded_by, e.cves,
       coalesce(p.requires_reboot, e.reboot_suggested) AS requires_reboot, p.success_score, p.urgency_score,
       missing.systems, missing.test_systems
FROM missing JOIN errata_cache e ON e.advisory_name = missing.advisory_name
LEFT JOIN risk_profiles p ON p.advisory_name = e.advisory_name
WHERE ($2::text IS NULL OR e.severity = $2::text) AND ($3::boolean IS NULL OR (e.superseded_by IS NULL) = $3::boolean)
  AND ($4::text IS NULL OR strpos(lower(e.advisory_name), lower($4::text)) > 0 OR strpos(lower(e.synopsis), lower($4::text)) > 0)
  AND ($7::text IS NULL OR e.advisory_name > $7::text)
ORDER BY e.advisory_name LIMIT $5::bigint OFFSET $6::bigint;

-- name: count_group_patches
SELECT count(DISTINCT a.advisory_name) AS total
FROM systems s JOIN system_errata a ON a.system_id = s.id JOIN errata_cache e ON e.advisory_name = a.advisory_name
WHERE s.groups @> ARRAY[$1::text] AND s.gone_at IS NULL
  AND ($2::text IS NULL OR e.severity = $2::text) AND ($3::boolean IS NULL OR (e.superseded_by IS NULL) = $3::boolean)
  AND ($4::text IS NULL OR strpos(lower(e.advisory_name), lower($4::text)) > 0 OR strpos(lower(e.synopsis), lower($4::text)) > 0);
