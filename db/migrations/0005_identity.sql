-- Who may come in: people with their sessions, programs with their keys, and which part of the estate they see.

CREATE TABLE users (
  id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username             text NOT NULL CONSTRAINT users_username CHECK (username ~ '^[a-z0-9][a-z0-9._@+-]{0,127}$'),
  display_name         text NOT NULL DEFAULT '',
  password_hash        text,                              -- argon2id; NULL: no password opens the account
  must_change_password boolean NOT NULL DEFAULT false,
  roles                text[] NOT NULL,
  scope                jsonb,                             -- {"organisations": [], "groups": []}; NULL: everything
  created_by           text NOT NULL,
  created_at           timestamptz NOT NULL,
  updated_by           text NOT NULL,
  updated_at           timestamptz NOT NULL,
  last_login_at        timestamptz,
  password_changed_at  timestamptz,
  disabled_at          timestamptz,
  deleted_at           timestamptz,                       -- for ever: the row stays, because audit rows name it
  CONSTRAINT users_roles CHECK (roles <@ ARRAY['viewer', 'operator', 'approver', 'deployer', 'admin', 'auditor']),
  CONSTRAINT users_admin_sees_all CHECK (scope IS NULL OR NOT 'admin' = ANY (roles)),
  CONSTRAINT users_deleted_is_disabled CHECK (deleted_at IS NULL OR disabled_at IS NOT NULL)
);
-- A name is never given to a second person: "user:ada" of an audit row is always the same Ada.
CREATE UNIQUE INDEX users_by_name ON users (username);

-- Opaque: a browser holds a random token, here is its hash.
CREATE TABLE sessions (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id      bigint NOT NULL REFERENCES users,
  token_hash   text NOT NULL CONSTRAINT sessions_token CHECK (token_hash ~ '^[0-9a-f]{64}$'),
  from_address text NOT NULL,
  user_agent   text NOT NULL,
  created_at   timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,                      -- however busy it is
  ended_at     timestamptz
);
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash);
CREATE INDEX sessions_by_user ON sessions (user_id, id DESC) WHERE ended_at IS NULL;

-- Attempts to log in that did not succeed (yet): one row for each account name that was tried, known or not, and for each address.
CREATE TABLE login_attempts (
  subject      text PRIMARY KEY,                          -- "account ada", "address 192.0.2.7"
  failures     integer NOT NULL CONSTRAINT attempts_failures CHECK (failures >= 0),
  last_at      timestamptz NOT NULL,
  locked_until timestamptz
);
CREATE INDEX login_attempts_by_age ON login_attempts (last_at);

CREATE TABLE api_keys (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name               text NOT NULL CONSTRAINT api_keys_name CHECK (length(name) BETWEEN 1 AND 100),
  secret_hash        text NOT NULL CONSTRAINT api_keys_secret CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
  owner_id           bigint REFERENCES users,             -- the key never does more than its owner may; NULL: made with another key
  roles              text[] NOT NULL,
  permissions        text[] NOT NULL,
  scope              jsonb,                               -- as of users
  may_act_for_others boolean NOT NULL,
  created_by         text NOT NULL,
  created_at         timestamptz NOT NULL,
  expires_at         timestamptz,                         -- NULL: never
  last_used_at       timestamptz,                         -- to the minute
  revoked_at         timestamptz,
  revoked_by         text,
  CONSTRAINT api_keys_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX api_keys_by_owner ON api_keys (owner_id, id);

-- Whether a caller with this scope (NULL: everything) sees a system, by its groups; an organisation has the systems of its groups.
CREATE FUNCTION system_in_scope(groups_of_system text[], scope jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT scope IS NULL
      OR EXISTS (SELECT 1 FROM unnest(groups_of_system) AS name WHERE scope -> 'groups' ? name)
      OR EXISTS (SELECT 1 FROM system_groups g WHERE g.name = ANY (groups_of_system) AND scope -> 'organisations' @> to_jsonb(g.org_id))
$$;

-- Whether it sees an erratum: one that is missing on a system that it sees.
CREATE FUNCTION erratum_in_scope(erratum text, scope jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT scope IS NULL
      OR EXISTS (SELECT 1 FROM system_errata a JOIN systems s ON s.id = a.system_id
                 WHERE a.advisory_name = erratum AND s.gone_at IS NULL AND system_in_scope(s.groups, scope))
$$;

-- Whether it sees a test: of an erratum that it sees, or on a system that it sees.
CREATE FUNCTION test_in_scope(tested_on bigint, erratum text, scope jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT scope IS NULL
      OR EXISTS (SELECT 1 FROM systems s WHERE s.id = tested_on AND system_in_scope(s.groups, scope))
      OR erratum_in_scope(erratum, scope)
$$;
