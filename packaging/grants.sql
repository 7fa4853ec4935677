-- What the role of the service may do: read and write rows, and nothing else; what is on record (audit rows, decisions, versions of the
-- configuration) it can only add to, and the chain over the audit rows it does not even write. Run by the owner of the database after every
-- migration, with the role's name in the variable `service`. The list stands in the migrations, in the function called here.
SELECT grant_to_service(:'service');
