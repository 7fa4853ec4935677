#!/bin/bash
# Installs, upgrades or removes SPM Orchestrator on Debian 12 and Ubuntu 24.04. Root. Safe to run again.
#
# usage: install.sh [--yes] [--package FILE.deb]     without a package it is built from this checkout
#        install.sh --uninstall [--purge] [--yes]    --purge: the settings, keys and the local database too
#
# Settings can be given in the environment (UYUNI_URL=… UYUNI_USER=… install.sh --yes) or written into /etc/spm-orchestrator/env afterwards.
# With DATABASE_URL and SPM_OWNER_DATABASE_URL an existing PostgreSQL is used, otherwise one on this machine.
# An upgrade keeps them all, brings the schema up to date, and puts the former version back when the new one does not answer.
set -euo pipefail

setup=/usr/lib/spm-orchestrator/setup
kept=/var/cache/spm-orchestrator
is_unattended= package= mode=install is_purge=

fail() {
  echo "install: $*" >&2
  exit 1
}
usage() {
  sed -n 's/^# \{0,1\}//; 4,5p' "$0" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  case $1 in
    --yes) is_unattended=1 ;;
    --package)
      [ $# -gt 1 ] || usage
      package=$(realpath "$2")
      shift
      ;;
    --uninstall) mode=uninstall ;;
    --purge) is_purge=1 ;;
    *) usage ;;
  esac
  shift
done
[ "$(id -u)" -eq 0 ] || fail "needs root"
# shellcheck disable=SC1091
. /etc/os-release
case "$ID $VERSION_ID" in
  'debian 12' | 'ubuntu 24.04') ;;
  *) fail "$PRETTY_NAME is not supported: Debian 12 or Ubuntu 24.04 are" ;;
esac

export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)

agree() {
  [ -z "$is_unattended" ] || return 0
  local answer
  read -r -p "$1 [y/N] " answer
  [ "$answer" = y ] || [ "$answer" = Y ] || fail "nothing was changed"
}

uninstall() {
  if [ -n "$is_purge" ]; then
    agree "Remove SPM Orchestrator with its settings, keys and local database?"
    if [ -x $setup ]; then
      $setup stop
      # Only the database that an installation made on this machine.
      if grep -qs '@localhost:[0-9]*/spm_orchestrator' /etc/spm-orchestrator/owner.env; then $setup drop-database; fi
    fi
    "${apt[@]}" purge spm-orchestrator
    echo "install: removed, nothing is left"
  else
    agree "Remove the program and keep settings and data?"
    "${apt[@]}" remove spm-orchestrator
    echo "install: removed; /etc/spm-orchestrator and the database are kept"
  fi
}

build() {
  (
    cd "$(dirname "$0")/.."
    scripts/install-deps --package --dashboard
    cmake --preset release >/dev/null
    cmake --build --preset release --target spm-orchestrator
    rm -f build/release/spm-orchestrator_*.deb
    cd build/release && cpack -G DEB >/dev/null
  ) >&2
  package=$(ls "$(realpath "$(dirname "$0")/..")"/build/release/spm-orchestrator_*.deb)
}

install_package() {
  # Started here, where it is also judged; settings of the machine's own are never asked for.
  SPM_INSTALL_STARTS=1 "${apt[@]}" install --allow-downgrades --reinstall -o Dpkg::Options::=--force-confold "$1"
}

keep() {
  install -d -m 0755 $kept
  install -m 0644 "$1" $kept/installed.deb.new
  mv $kept/installed.deb.new $kept/installed.deb
}

hint() {
  local port dashboard
  port=$(sed -n "s/^API_PORT=//p" /etc/spm-orchestrator/env | tr -d "'")
  dashboard=$(sed -n "s/^DASHBOARD_PORT=//p" /etc/spm-orchestrator/env | tr -d "'")
  echo "install: https://$(hostname):${port:-5001}/api/v1/health answers; the key is API_KEY in /etc/spm-orchestrator/env"
  echo "install: the dashboard is at https://$(hostname):${dashboard:-8501}/"
  if command -v ufw >/dev/null && ufw status | grep -q '^Status: active'; then
    echo "install: the firewall is on; to let people in: ufw allow ${port:-5001}/tcp; ufw allow ${dashboard:-8501}/tcp"
  else
    echo "install: if a firewall stands before this machine, let ports ${port:-5001} and ${dashboard:-8501} through, from where people work only"
  fi
}

start_and_judge() {
  local former=$1 status=0
  $setup start || status=$?
  if [ $status -eq 3 ]; then
    echo "install: installed; fill in /etc/spm-orchestrator/env, then run: $setup start"
    return
  fi
  if [ $status -eq 0 ] && $setup healthy; then
    keep "$package"
    hint
    return
  fi
  [ -n "$former" ] || fail "the service does not answer; look at: journalctl -u spm-orchestrator (without systemd: /var/log/spm-orchestrator/service.log), then: $setup start"
  echo "install: the new version does not answer; putting the former one back" >&2
  install_package "$former"
  $setup start
  $setup healthy || fail "the former version does not answer either; look at: journalctl -u spm-orchestrator"
  fail "the new version did not answer within ${SPM_HEALTH_SECONDS:-30} s; the former one runs again"
}

if [ $mode = uninstall ]; then
  uninstall
  exit
fi

agree "Install SPM Orchestrator with its service, account and database on this machine?"
"${apt[@]}" update
[ -n "$package" ] || build
[ -r "$package" ] || fail "$package cannot be read"
if [ -z "${DATABASE_URL:-}" ] && [ ! -e /etc/spm-orchestrator/env ]; then "${apt[@]}" install --no-install-recommends postgresql; fi
former=
if [ -e $kept/installed.deb ]; then
  former=$(mktemp --suffix=.deb)
  trap 'rm -f "$former"' EXIT
  cp $kept/installed.deb "$former"
  chmod 0644 "$former"
fi
if ! install_package "$package"; then
  [ -n "$former" ] || fail "the package could not be installed; apt's own words are above"
  install_package "$former"
  $setup start && fail "the new package could not be installed; the former version runs again"
fi
start_and_judge "$former"
