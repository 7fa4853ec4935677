-- What the role of the service may do: read and write rows, and nothing else. Run by the owner of the database after every migration, with
-- the role's name in the variable `service`. What is on record stays: audit rows can be added and read, never changed or deleted, and the
-- chain over them not even written. The list stands in one place, db/migrations/0007_audit_chain.sql.
SELECT grant_to_service(:'service');
