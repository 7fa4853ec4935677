-- What is known of CVEs beyond their ids, and the lists that it came from.

-- Two imports at once would undo each other's marks: one after the other. Held until the end of the transaction.
-- name: one_at_a_time
SELECT pg_advisory_xact_lock(hashtextextended('spm.cves.import', 0));

-- name: source_states
SELECT source, origin, requested_at, attempted_at, succeeded_at, changed_at, version, entries, digest, error FROM cve_sources ORDER BY source;

-- ---------------------------------------------------------------- figures
-- Each writes only the rows that change: an upsert that changes nothing would still lock and write hundreds of thousands of them.

-- name: mark_exploited
INSERT INTO cves (id, known_exploited)
SELECT listed.id, true FROM unnest($1::text[]) AS listed(id) LEFT JOIN cves known ON known.id = listed.id
WHERE known.known_exploited IS DISTINCT FROM true
ON CONFLICT (id) DO UPDATE SET known_exploited = true;

-- name: unmark_exploited
UPDATE cves SET known_exploited = false
WHERE known_exploited AND NOT EXISTS (SELECT 1 FROM unnest($1::text[]) AS listed(id) WHERE listed.id = cves.id);

-- name: store_epss
INSERT INTO cves (id, epss)
SELECT listed.id, listed.figure FROM unnest($1::text[], $2::double precision[]) AS listed(id, figure) LEFT JOIN cves known ON known.id = listed.id
WHERE known.epss IS DISTINCT FROM listed.figure
ON CONFLICT (id) DO UPDATE SET epss = excluded.epss;

-- name: store_cvss
INSERT INTO cves (id, cvss)
SELECT listed.id, listed.figure FROM unnest($1::text[], $2::double precision[]) AS listed(id, figure) LEFT JOIN cves known ON known.id = listed.id
WHERE known.cvss IS DISTINCT FROM listed.figure
ON CONFLICT (id) DO UPDATE SET cvss = excluded.cvss;

-- ---------------------------------------------------------------- how an import ended

-- name: record_success
INSERT INTO cve_sources AS s (source, origin, attempted_at, succeeded_at, changed_at, version, entries, digest)
VALUES ($1, $2, $3::timestamptz, $3::timestamptz, $3::timestamptz, $4, $5, $6)
ON CONFLICT (source) DO UPDATE
   SET origin = excluded.origin, requested_at = NULL, attempted_at = excluded.attempted_at, succeeded_at = excluded.succeeded_at,
       changed_at = CASE WHEN s.digest = excluded.digest THEN s.changed_at ELSE excluded.changed_at END,
       version = excluded.version, entries = excluded.entries, digest = excluded.digest, error = NULL;

-- name: record_failure
INSERT INTO cve_sources (source, origin, attempted_at, error) VALUES ($1, $2, $3::timestamptz, $4)
ON CONFLICT (source) DO UPDATE
   SET origin = excluded.origin, requested_at = NULL, attempted_at = excluded.attempted_at, error = excluded.error;

-- Whoever asks while an earlier request still waits has asked for the same import.
-- name: request
INSERT INTO cve_sources (source, requested_at) VALUES ($1, $2::timestamptz)
ON CONFLICT (source) DO UPDATE SET requested_at = excluded.requested_at WHERE cve_sources.requested_at IS NULL
RETURNING source;

-- A source that the configuration names no longer cannot be asked, and fails no longer.
-- name: forget_unused
UPDATE cve_sources SET requested_at = NULL, error = NULL
WHERE source <> ALL ($1::text[]) AND (requested_at IS NOT NULL OR error IS NOT NULL)
RETURNING source;
