#!/bin/bash
# Sets up, starts, stops and takes away an installed SPM Orchestrator. Called by the package's scripts and by install.sh; safe to run again.
#
# usage: setup configure      account, folders, keys, certificate, database, schema; keeps what is there
#        setup start|stop     by systemd where it runs, else as a plain background process
#        setup healthy        waits until the service answers; SPM_HEALTH_SECONDS (30)
#        setup drop-database  the local database and its roles, with all they hold
set -euo pipefail

etc=/etc/spm-orchestrator
share=/usr/share/spm-orchestrator
program=/usr/bin/spm-orchestrator
env_file=$etc/env               # what the service reads: root:spm 0640
owner_file=$etc/owner.env       # the owner of the database, for migrations: root alone
pid_file=/run/spm-orchestrator.pid
database=spm_orchestrator
owner=spm_owner
service=spm_orchestrator

say() { echo "spm-orchestrator: $*"; }
fail() {
  echo "spm-orchestrator: $*" >&2
  exit 1
}
secret() { openssl rand -hex 32; }
has_systemd() { [ -d /run/systemd/system ]; }

# The value of a setting in a file of ours.
setting() {
  sed -n "s/^$2=//p" "$1" 2>/dev/null | tail -1 | sed "s/^'\(.*\)'$/\1/"
}

make_account() {
  getent group spm >/dev/null || groupadd --system spm
  getent passwd spm >/dev/null ||
    useradd --system --gid spm --home-dir /var/lib/spm-orchestrator --no-create-home --shell /usr/sbin/nologin --comment "SPM Orchestrator" spm
  install -d -m 0750 -o root -g spm $etc $etc/tls
  install -d -m 0750 -o spm -g spm /var/lib/spm-orchestrator /var/log/spm-orchestrator
}

make_certificate() {
  [ ! -e $etc/tls/cert.pem ] || return 0
  local name
  name=$(hostname -f 2>/dev/null || hostname)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1" -keyout $etc/tls/key.pem -out $etc/tls/cert.pem 2>/dev/null
  chown root:spm $etc/tls/key.pem $etc/tls/cert.pem
  chmod 0640 $etc/tls/key.pem
  chmod 0644 $etc/tls/cert.pem
  say "made a self-signed certificate for $name; put your own into $etc/tls"
}

as_postgres() { runuser -u postgres -- psql -X -q -v ON_ERROR_STOP=1 -d postgres "$@"; }

# The port of the newest local cluster, which is started where nobody else does it.
local_port() {
  command -v pg_lsclusters >/dev/null || return 1
  local version name port status rest
  read -r version name port status rest < <(pg_lsclusters -h | sort -rn | head -1) || return 1
  [ "$status" = online ] || pg_ctlcluster "$version" "$name" start || return 1
  echo "$port"
}

set_role() {
  # Over standard input: an argument would show up in the list of processes. Both are ours, and need no quoting.
  as_postgres <<SQL
SELECT 'CREATE ROLE $1' WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '$1') \\gexec
ALTER ROLE $1 LOGIN PASSWORD '$2' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
SQL
}

# Prints the addresses for the service and for the owner, one a line.
make_local_database() {
  local port owner_secret service_secret
  port=$(local_port) || fail "no PostgreSQL on this machine: install postgresql, or set DATABASE_URL in $env_file and in $owner_file, then run: $0 configure"
  owner_secret=$(secret)
  service_secret=$(secret)
  set_role $owner "$owner_secret"
  set_role $service "$service_secret"
  if [ -z "$(as_postgres -A -t -c "SELECT 1 FROM pg_database WHERE datname = '$database'")" ]; then
    as_postgres -c "CREATE DATABASE $database OWNER $owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
  fi
  as_postgres -c "REVOKE ALL ON DATABASE $database FROM PUBLIC" -c "GRANT CONNECT ON DATABASE $database TO $service"
  echo "postgresql://$service:$service_secret@localhost:$port/$database"
  echo "postgresql://$owner:$owner_secret@localhost:$port/$database"
}

# Settings that were given in the environment of the installation are taken over once.
make_settings() {
  if [ -e $env_file ] && [ -e $owner_file ]; then return 0; fi
  [ ! -e $env_file ] || [ -n "${SPM_OWNER_DATABASE_URL:-}" ] ||
    fail "$owner_file is gone: set SPM_OWNER_DATABASE_URL to the address of the database for its owner, and run this again"
  local url=${DATABASE_URL:-} owner_url=${SPM_OWNER_DATABASE_URL:-} both key
  if [ -z "$url$owner_url" ]; then
    both=$(make_local_database)
    url=$(head -1 <<<"$both")
    owner_url=$(tail -1 <<<"$both")
  fi
  [ -n "$owner_url" ] || fail "SPM_OWNER_DATABASE_URL: is needed beside DATABASE_URL; the owner of the database runs migrations"
  if [ ! -e $env_file ]; then
    {
      echo "# Settings of SPM Orchestrator. All of them, with range and default: $share/env.example"
      echo "DATABASE_URL='$url'"
      echo "API_KEY='$(secret)'"
      echo "METRICS_TOKEN='$(secret)'"
      echo "SECRET_KEY='$(secret)'"
      echo "API_TLS_CERT='$etc/tls/cert.pem'"
      echo "API_TLS_KEY='$etc/tls/key.pem'"
      sed -n 's/^#* *\([A-Z][A-Z0-9_]*\)=.*/\1/p' $share/env.example | sort -u | while read -r key; do
        case $key in DATABASE_URL | DB_* | API_KEY | METRICS_TOKEN | SECRET_KEY | API_TLS_*) continue ;; esac
        [ -z "${!key:-}" ] || echo "$key='${!key}'"
      done
    } | install -m 0640 -o root -g spm /dev/stdin $env_file
    say "wrote $env_file, with the key of the API in it"
  fi
  echo "DATABASE_URL='$owner_url'" | install -m 0600 -o root -g root /dev/stdin $owner_file
}

migrate() {
  $program migrate --env-file $owner_file
  local role url password
  url=$(setting $owner_file DATABASE_URL)
  password=$(sed -n 's|^[^:]*://[^:@/]*:\([^@]*\)@.*|\1|p' <<<"$url")
  role=$(setting $env_file DATABASE_URL | sed -n 's|^[^:]*://\([^:@]*\).*|\1|p')
  # An argument would show up in the list of processes.
  PGPASSWORD=$(printf '%b' "${password//%/\\x}") psql -X -q -v ON_ERROR_STOP=1 -v service="$role" -f $share/grants.sql \
    "$(sed 's|//\([^:@/]*\):[^@]*@|//\1@|' <<<"$url")" >/dev/null
}

is_complete() {
  local problems
  problems=$(cd / && runuser -u spm -- $program check --env-file $env_file --configuration 2>&1) && return 0
  say "not started: $env_file is not complete yet"
  printf '%s\n' "$problems" | sed 's/^/  /'
  return 1
}

start() {
  is_complete || return 3
  if has_systemd; then
    systemctl daemon-reload
    systemctl enable --quiet spm-orchestrator
    systemctl restart spm-orchestrator
  else
    stop
    start-stop-daemon --start --quiet --background --make-pidfile --pidfile $pid_file --chuid spm:spm --chdir / --startas /bin/sh -- -c \
      "exec $program serve --env-file $env_file >>/var/log/spm-orchestrator/service.log 2>&1"
  fi
}

stop() {
  if has_systemd; then
    systemctl stop spm-orchestrator 2>/dev/null || true
  elif [ -e $pid_file ]; then
    start-stop-daemon --stop --quiet --oknodo --retry TERM/15/KILL/5 --pidfile $pid_file
    rm -f $pid_file
  fi
}

healthy() {
  local port scheme=http end=$((SECONDS + ${SPM_HEALTH_SECONDS:-30}))
  port=$(setting $env_file API_PORT)
  [ -z "$(setting $env_file API_TLS_CERT)" ] || scheme=https
  while [ $SECONDS -lt $end ]; do
    if curl -fsSk --max-time 3 -o /dev/null "$scheme://127.0.0.1:${port:-5001}/api/v1/health/ready" 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  return 1
}

drop_database() {
  as_postgres -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" -c "DROP ROLE IF EXISTS $service" -c "DROP ROLE IF EXISTS $owner"
}

case ${1-} in
  configure)
    make_account
    make_certificate
    make_settings
    migrate
    ;;
  start) start ;;
  stop) stop ;;
  healthy) healthy ;;
  drop-database) drop_database ;;
  *) fail "usage: setup configure|start|stop|healthy|drop-database" ;;
esac
