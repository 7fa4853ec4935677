-- A known job keeps its due time: a node that registers late, or again, must not bring back a time that was served.
-- name: register_job
INSERT INTO periodic_jobs AS job (name, interval_seconds, next_run_at)
VALUES ($1, $2::float8, $3::timestamptz)
ON CONFLICT (name) DO UPDATE
   SET interval_seconds = excluded.interval_seconds,
       next_run_at = CASE
         WHEN job.interval_seconds = excluded.interval_seconds THEN job.next_run_at
         ELSE least(job.next_run_at, $3::timestamptz + make_interval(secs => excluded.interval_seconds))
       END;

-- A claim that ran out makes its job due whatever next_run_at says: the due time it stood for was not served. next_run_at moves on at
-- the claim, along its own grid and past now, so that a trigger that comes while the job runs is not overwritten at its end.
-- name: claim_due
UPDATE periodic_jobs
   SET claimed_by = $2,
       claimed_until = $4::timestamptz,
       claim = claim + 1,
       last_started_at = $3::timestamptz,
       next_run_at = CASE
         WHEN next_run_at > $3::timestamptz THEN next_run_at
         ELSE next_run_at + make_interval(secs => interval_seconds
              * (1 + floor(extract(epoch FROM $3::timestamptz - next_run_at)::float8 / interval_seconds)))
       END
 WHERE name = (
   SELECT name FROM periodic_jobs
    WHERE name = ANY ($1::text[])
      AND CASE WHEN claimed_until IS NULL THEN next_run_at <= $3::timestamptz ELSE claimed_until < $3::timestamptz END
    ORDER BY next_run_at
    LIMIT 1
      FOR UPDATE SKIP LOCKED)
RETURNING name, claim;

-- name: jobs
SELECT name, interval_seconds, next_run_at, last_started_at, last_finished_at, last_result, last_error, claimed_by, claimed_until
FROM periodic_jobs ORDER BY name;

-- name: renew
UPDATE periodic_jobs SET claimed_until = $3::timestamptz WHERE name = $1 AND claim = $2::bigint AND claimed_until IS NOT NULL;

-- name: finish
UPDATE periodic_jobs
   SET claimed_by = NULL, claimed_until = NULL, last_finished_at = $5::timestamptz, last_result = $3, last_error = $4
 WHERE name = $1 AND claim = $2::bigint AND claimed_until IS NOT NULL;

-- name: give_back
UPDATE periodic_jobs
   SET claimed_by = NULL, claimed_until = NULL, next_run_at = least(next_run_at, $3::timestamptz)
 WHERE name = $1 AND claim = $2::bigint AND claimed_until IS NOT NULL;

-- name: trigger
UPDATE periodic_jobs SET next_run_at = least(next_run_at, $2::timestamptz) WHERE name = $1;
