#!/bin/bash
# The demo as README.md shows it, and the first steps in it, word for word. In a network namespace, for the README's ports are its own.
set -Eeuo pipefail

if [ -z "${SPM_OWN_NETWORK-}" ]; then SPM_OWN_NETWORK=1 exec unshare --net "$0"; fi
ip link set lo up
cd /usr/src/spm-orchestrator
api=http://127.0.0.1:5001/api/v1
fail() {
  echo "test-install: FAILED: $*" >&2
  tail -n 40 /tmp/demo.log >&2
  exit 1
}
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

set -m # a group of its own, as a terminal gives it, so that Ctrl-C can be sent to it
bash -e /test/readme/demo >/tmp/demo.log 2>&1 &
demo=$!
# Somebody who types is slower than the first synchronisation; a test is not.
for _ in $(seq 120); do
  if grep -q '^  log ' /tmp/demo.log && curl -sf "$api/risk-profile?min_score=80" | jq -e '.profiles[0]' >/dev/null; then break; fi
  kill -0 $demo || fail "scripts/demo ended"
  sleep 0.5
done
curl -sf http://127.0.0.1:8501/ | grep -qi '<!doctype html>' || fail "the dashboard does not answer"

# Here an error is an error, and an answer that lacks what is asked for, too.
# shellcheck disable=SC2016
timeout 120 bash -euo pipefail -c '
  curl() { command curl --fail-with-body "$@"; }
  jq() { command jq -e "$@"; }
  . /test/readme/first-steps' >/tmp/first-steps.log || {
  cat /tmp/first-steps.log >&2
  fail "the first steps"
}
[ "$(curl -sf "$api/queue?q=USN-7278-1" | jq -r '.items[0].status')" = approved ] || fail "the item is not approved"
kill -INT -- -$demo
wait $demo || fail "Ctrl-C ended the demo with $?"
echo "the first steps led from the catalogue to an approved erratum"

scripts/demo --check >/tmp/demo.log 2>&1 || fail "scripts/demo --check"
tail -n 1 /tmp/demo.log
