-- What people should be told, and who has read it. A notice is written with the event that it is about (src/notifications). No foreign keys:
-- a notice outlives what it speaks of, and rows may be deleted by age (created_at).

CREATE TABLE notifications (
  id            bigint NOT NULL,                          -- of the event that told it: order and visibility are those of events
  kind          text NOT NULL,                            -- the table of kinds is src/notifications/rules.cpp
  state         text NOT NULL,                            -- happened: for good; open: still so; settled: no longer so
  thing         text,                                     -- what is or was open: "queue_item:12", "system:1000010000", "sync:uyuni"
  queue_id      bigint,
  test_id       bigint,
  system_id     bigint,
  advisory_name text,
  subject       text NOT NULL,                            -- the source of a sync, the name of a user; else empty
  actor         text NOT NULL,                            -- whose doing it was; empty: nobody's
  reason        text NOT NULL,
  due_at        timestamptz,
  created_at    timestamptz NOT NULL,
  settled_at    timestamptz,
  CONSTRAINT notifications_pkey PRIMARY KEY (id),
  CONSTRAINT notifications_state CHECK (state IN ('happened', 'open', 'settled')),
  CONSTRAINT notifications_thing CHECK ((state = 'happened') = (thing IS NULL)),
  CONSTRAINT notifications_settled CHECK ((state = 'settled') = (settled_at IS NOT NULL))
);

-- Whatever is still so is told once.
CREATE UNIQUE INDEX notifications_open ON notifications (thing, kind) WHERE state = 'open';
CREATE INDEX notifications_not_settled ON notifications (id) WHERE state <> 'settled';
CREATE INDEX notifications_by_age ON notifications (created_at);

CREATE TABLE notification_reads (
  reader          text NOT NULL,                          -- as in audit rows: "user:ada", "api-key:3/nightly"
  notification_id bigint NOT NULL,
  read_at         timestamptz NOT NULL,
  CONSTRAINT notification_reads_pkey PRIMARY KEY (reader, notification_id),
  CONSTRAINT notification_reads_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES notifications (id) ON DELETE CASCADE
);
CREATE INDEX reads_by_notification ON notification_reads (notification_id);
