-- People who come by OpenID Connect, and their logins that are on the way to the identity provider and back.

ALTER TABLE users
  ADD COLUMN issuer  text,                                -- the identity provider; NULL: a local account
  ADD COLUMN subject text,                                -- what it calls the person, never given to another one
  ADD CONSTRAINT users_issuer_subject CHECK ((issuer IS NULL) = (subject IS NULL)),
  ADD CONSTRAINT users_one_way_in CHECK (issuer IS NULL OR password_hash IS NULL);
-- Deleted ones too: who was deleted does not come back as somebody new.
CREATE UNIQUE INDEX users_by_subject ON users (issuer, subject);

ALTER TABLE sessions
  ADD COLUMN method text NOT NULL DEFAULT 'password' CONSTRAINT sessions_method CHECK (method IN ('password', 'oidc')),
  ADD COLUMN end_session_url text;                        -- where the provider's own session ends; sealed under SECRET_KEY

-- Between the way to the provider and the way back. Any orchestrator may answer the way back.
CREATE TABLE oidc_logins (
  state_hash   text PRIMARY KEY CONSTRAINT oidc_logins_state CHECK (state_hash ~ '^[0-9a-f]{64}$'),
  browser_hash text NOT NULL CONSTRAINT oidc_logins_browser CHECK (browser_hash ~ '^[0-9a-f]{64}$'),
  nonce        text NOT NULL,                             -- sealed under SECRET_KEY
  verifier     text NOT NULL,                             -- sealed under SECRET_KEY
  return_to    text NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX oidc_logins_by_age ON oidc_logins (expires_at);
