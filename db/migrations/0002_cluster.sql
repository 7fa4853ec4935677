-- Who works on this database, and what wakes the idle ones.

CREATE TABLE nodes (
  name       text PRIMARY KEY,        -- as in leases and claims: host, process id and the time of its start
  host       text NOT NULL,
  pid        bigint NOT NULL,
  version    text NOT NULL,
  api_port   integer NOT NULL,
  started_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  stopped_at timestamptz              -- it said goodbye
);

-- A notification is a hint: whoever misses it finds the work by its due time. Sent by the tables themselves, so that no writer can forget it.
CREATE FUNCTION wake_workers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('spm_work', TG_TABLE_NAME);
  RETURN NULL;
END $$;

CREATE TRIGGER wake_on_new_test AFTER INSERT ON patch_tests FOR EACH STATEMENT EXECUTE FUNCTION wake_workers();
CREATE TRIGGER wake_on_abort AFTER UPDATE ON patch_tests FOR EACH ROW
  WHEN (OLD.abort_requested_at IS DISTINCT FROM NEW.abort_requested_at) EXECUTE FUNCTION wake_workers();
CREATE TRIGGER wake_on_trigger AFTER UPDATE ON periodic_jobs FOR EACH ROW
  WHEN (NEW.next_run_at < OLD.next_run_at) EXECUTE FUNCTION wake_workers();
