-- Evidence, events and sync runs age out by policy (configuration, retention.*); the audit log never does. And what the orchestrators measure
-- of the database now and then, because it costs too much for every scrape.

-- The run stays, with its result, its manifest and the hash over what was removed.
ALTER TABLE patch_tests
  ADD COLUMN evidence_removed_at timestamptz,
  ADD CONSTRAINT tests_evidence_removed_after_end CHECK (evidence_removed_at IS NULL OR completed_at IS NOT NULL);
CREATE INDEX tests_with_evidence ON patch_tests (completed_at, id) WHERE evidence_removed_at IS NULL AND completed_at IS NOT NULL;
CREATE INDEX events_by_age ON events (created_at);

-- Items that wait for a decision or are on their way.
CREATE VIEW open_items AS
  SELECT id FROM patch_test_queue
  WHERE status NOT IN ('approved', 'rejected', 'completed', 'rolled_back', 'failed', 'superseded', 'deleted');

CREATE TABLE figures (
  name        text NOT NULL,                -- as in /metrics
  label       text NOT NULL,                -- empty where there is none
  value       double precision NOT NULL,
  measured_at timestamptz NOT NULL,
  PRIMARY KEY (name, label)
);

-- How far the audit chain was proven, and what the last look at it found.
CREATE TABLE audit_proof (
  only_row        boolean PRIMARY KEY DEFAULT true CONSTRAINT audit_proof_only_row CHECK (only_row),
  position        bigint NOT NULL CONSTRAINT audit_proof_position CHECK (position >= 0),
  hash            text NOT NULL CONSTRAINT audit_proof_hash CHECK (hash ~ '^[0-9a-f]{64}$'),
  whole_at        timestamptz,              -- the last walk from the first link that found nothing wrong
  looked_at       timestamptz NOT NULL,
  first_broken_id bigint,
  reason          text NOT NULL             -- empty: nothing is wrong
);

-- As in 0007, and: decisions and versions of the configuration are on record too. What retention removes is nothing of these.
CREATE OR REPLACE FUNCTION grant_to_service(service name) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  place text := quote_ident(current_schema());
  role text := quote_ident(service);
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s', place, role);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %s TO %s', place, role);
  EXECUTE format('GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA %s TO %s', place, role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %s GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %s', place, role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %s GRANT SELECT, USAGE ON SEQUENCES TO %s', place, role);
  EXECUTE format('REVOKE UPDATE, DELETE ON audit_log, patch_approvals, config_versions FROM %s', role);
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON audit_chain, audit_head, schema_migrations FROM %s', role);
END
$$;
