-- How many items the queue has in each state, without counting them: every statement that changes the queue leaves what it added and took,
-- in its own transaction, so nobody waits for a common row. A job folds the rows into one of each kind (queue.sql, fold_tally).

CREATE TABLE queue_tally (
  target_os text NOT NULL,
  status    text NOT NULL,
  items     bigint NOT NULL                               -- added, or taken when negative; their sum is how many there are
);

CREATE FUNCTION tally_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO queue_tally SELECT target_os, status, count(*) FROM added GROUP BY target_os, status;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO queue_tally SELECT target_os, status, -count(*) FROM taken GROUP BY target_os, status;
  ELSE
    INSERT INTO queue_tally
    SELECT target_os, status, sum(items)
    FROM (SELECT target_os, status, 1 AS items FROM added UNION ALL SELECT target_os, status, -1 FROM taken) AS moved
    GROUP BY target_os, status HAVING sum(items) <> 0;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER queue_tally_insert AFTER INSERT ON patch_test_queue
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_queue();
CREATE TRIGGER queue_tally_update AFTER UPDATE ON patch_test_queue
  REFERENCING NEW TABLE AS added OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION tally_queue();
CREATE TRIGGER queue_tally_delete AFTER DELETE ON patch_test_queue
  REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION tally_queue();

INSERT INTO queue_tally SELECT target_os, status, count(*) FROM patch_test_queue GROUP BY target_os, status;
