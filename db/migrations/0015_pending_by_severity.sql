-- Counting what waits for a decision by severity reads the severities alone, not the wide rows of the catalogue.
CREATE INDEX errata_with_severity ON errata_cache (advisory_name) INCLUDE (severity);
