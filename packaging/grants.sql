-- What the role of the service may do: read and write rows, and nothing else. Run by the owner of the database after every migration, with
-- the role's name in the variable `service`. What is on record stays: audit rows can be added and read, never changed or deleted.
GRANT USAGE ON SCHEMA public TO :"service";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"service";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"service";  -- SELECT: readers of events ask for the last number given
REVOKE UPDATE, DELETE ON audit_log FROM :"service";
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM :"service";
