-- What the role of the service may do: read and write rows, and nothing else; what is on record (audit rows, decisions, versions of the
-- configuration) it can only add to. Run by the owner of the database after every migration, with the role's name in the variable `service`.
SELECT grant_to_service(:'service');
