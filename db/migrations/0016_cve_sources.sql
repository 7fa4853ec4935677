-- Lists of what is known of CVEs, published by others: where each came from, and how the last look at it ended (src/cves).

CREATE TABLE cve_sources (
  source       text NOT NULL,
  origin       text NOT NULL DEFAULT '',    -- the file or address of the last attempt; never with credentials
  requested_at timestamptz,                 -- somebody asked for it by hand, and it was not looked at since
  attempted_at timestamptz,
  succeeded_at timestamptz,                 -- read, and found well; perhaps unchanged
  changed_at   timestamptz,                 -- since when the figures are these
  version      text,                        -- what the list calls itself; NULL: it does not say
  entries      bigint,
  digest       text,                        -- of its text: what is unchanged is not written again
  error        text,                        -- why the last attempt failed; what the one before brought is in force
  CONSTRAINT cve_sources_pkey PRIMARY KEY (source),
  CONSTRAINT cve_sources_source CHECK (source IN ('kev', 'epss', 'cvss')),
  CONSTRAINT cve_sources_digest CHECK (digest ~ '^[0-9a-f]{64}$'),
  CONSTRAINT cve_sources_success CHECK ((succeeded_at IS NULL) = (digest IS NULL) AND (succeeded_at IS NULL) = (entries IS NULL)
                                        AND (succeeded_at IS NULL) = (changed_at IS NULL))
);

-- The figures of the first page ask for these few among hundreds of thousands.
CREATE INDEX cves_known_exploited ON cves (id) WHERE known_exploited;
