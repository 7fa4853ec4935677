-- The trigger that links audit rows runs with the rights of the owner, and its search path did not name pg_temp: then PostgreSQL looks there
-- first. Whoever had the service's role could have put tables of the same names in the way, with triggers that would have run as the owner.
DO $$ BEGIN EXECUTE format('ALTER FUNCTION audit_chain_at_commit() SET search_path = %I, pg_temp', current_schema()); END $$;
