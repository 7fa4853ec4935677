#!/usr/bin/env python3
"""1,000 approvals of 100 items at once while the orchestrator is killed again and again, until every item is decided. In the end each item must
have exactly one decision and one audit row, nobody may have been told that a decision was made which is not there, and the audit chain holds.

usage: approvals.py --build DIR [--items N] [--callers N] [--seed N] [--keep]
"""
import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import world  # noqa: E402

ROUNDS_AT_MOST = 60

# Items whose test has passed, as the engine leaves them.
ITEMS = """
INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, packages, total_size_kb, first_seen_at,
                          changed_at)
  SELECT 'USN-' || n || '-1', 'fixes ' || n, 'security', 'High', 'vendor', 'test', 'ubuntu', '[]', 1, now(), now() FROM generate_series(1, {items}) n;
INSERT INTO risk_profiles (advisory_name, success_score, affects_kernel, requires_reboot, modifies_config, dependency_count, package_count, total_size_kb,
                           breakdown, urgency_score, urgency_estimated, input_hash, created_at, updated_at)
  SELECT advisory_name, 80, false, false, false, 0, 1, 1, '{{}}', 50, false, '', now(), now() FROM errata_cache;
INSERT INTO systems (id, name, target_os, os_release, role, first_seen_at, seen_at) VALUES (1, 'test-1', 'ubuntu', 'ubuntu-24.04', 'test', now(), now());
INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, queued_at, changed_at,
                              pending_since)
  SELECT advisory_name, 'ubuntu', 'pending_approval', false, 80, 50, 'test', now(), now(), now() FROM errata_cache;
INSERT INTO patch_tests (queue_id, advisory_name, system_id, target_os, status, phase, due_at, deadline_at, engine_version, config, started_by, started_at,
                         completed_at, required_reboot)
  SELECT id, advisory_name, 1, 'ubuntu', 'passed', 'done', now(), now(), 1, '{{}}', 'test', now(), now(), false FROM patch_test_queue;
"""


class Nowhere:
    """Upstreams that nobody listens for: approving needs none."""
    addresses = {"uyuni_url": "https://127.0.0.1:9", "uyuni_ca_file": "/etc/ssl/certs/ca-certificates.crt", "salt_url": "http://127.0.0.1:9"}


def wait_until_ready(node):
    for _ in range(300):
        if not node.is_alive():
            raise SystemExit(f"{node.name} did not start; see {node.work}/{node.name}.log")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=2)
            connection.request("GET", "/api/v1/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the orchestrator does not become ready")


class Callers:
    """Many people who approve at the same instant, each on a connection of his own."""

    def __init__(self, node):
        self.node = node
        self.answers = collections.defaultdict(list)  # status by item
        self.answered = 0
        self.lock = threading.Lock()

    def approve(self, item, start):
        start.wait()
        status = 0  # no answer
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.node.port, timeout=30)
            connection.request("POST", f"/api/v1/approvals/{item}/approve", body="{}",
                               headers={"X-API-Key": world.API_KEY, "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            pass
        with self.lock:
            self.answers[item].append(status)
            self.answered += status == 200

    def storm(self, items, callers, kill_after, rng):
        """`kill_after` approvals the process dies; None: it lives."""
        start = threading.Event()
        before = self.answered
        calls = [items[n % len(items)] for n in range(callers)]
        rng.shuffle(calls)
        threads = [threading.Thread(target=self.approve, args=(item, start)) for item in calls]
        for thread in threads:
            thread.start()
        start.set()
        if kill_after is not None:
            deadline = time.monotonic() + 20
            while self.answered - before < kill_after and time.monotonic() < deadline and any(thread.is_alive() for thread in threads):
                time.sleep(0.0005)
            self.node.kill()
        for thread in threads:
            thread.join()


def undecided(database):
    return [row["id"] for row in database.rows("SELECT id FROM patch_test_queue WHERE status = 'pending_approval' ORDER BY id")]


def judge(database, callers, items):
    problems = []
    counts = database.rows("""
        SELECT i.id, i.status,
               (SELECT count(*) FROM patch_approvals a WHERE a.queue_id = i.id) AS decisions,
               (SELECT count(*) FROM audit_log l WHERE l.subject_type = 'queue_item' AND l.subject_id = i.id::text AND l.action = 'approval.approve') AS audited,
               (SELECT count(*) FROM events e WHERE e.queue_id = i.id AND e.payload ->> 'type' = 'approval.decided') AS told
        FROM patch_test_queue i ORDER BY i.id""")
    if len(counts) != items:
        problems.append(f"{len(counts)} items instead of {items}")
    for row in counts:
        if (row["status"], row["decisions"], row["audited"], row["told"]) != ("approved", 1, 1, 1):
            problems.append(f"item {row['id']}: {row}")
    for item, statuses in callers.answers.items():
        if statuses.count(200) > 1:
            problems.append(f"item {item}: {statuses.count(200)} people were told that they decided")
        strange = set(statuses) - {0, 200, 409, 503}
        if strange:
            problems.append(f"item {item}: answers {sorted(strange)}")
    return problems


def prove(node, work):
    """The chain by the service, and its export by the independent program."""
    api = world.Api([node])
    status, proof = api.call("GET", "/audit/verify")
    if status != 200 or not proof["valid"]:
        return [f"the audit chain is broken: {proof}"]
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60)
    connection.request("GET", "/api/v1/audit/export", headers={"X-API-Key": world.API_KEY})
    (work / "audit.ndjson").write_bytes(connection.getresponse().read())
    proven = subprocess.run([ROOT / "scripts" / "verify-audit-export", "--position", str(proof["rows"]), "--hash", proof["head_hash"],
                             work / "audit.ndjson"], capture_output=True, text=True)
    return [] if proven.returncode == 0 else [f"the export does not prove itself: {proven.stderr.strip()}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--callers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="spm-approvals-"))
    work.chmod(0o755)
    binary = options.build.resolve() / "spm-orchestrator"
    database = world.Database(work)
    node = None
    try:
        subprocess.run([binary, "migrate"], env=os.environ | {"DATABASE_URL": database.url}, check=True, stdout=subprocess.DEVNULL)
        database.execute(ITEMS.format(items=options.items))
        node = world.Node("node", [binary, "serve"], database, Nowhere, work)
        callers = Callers(node)
        left, rounds = undecided(database), 0
        began = time.monotonic()
        while left and rounds < ROUNDS_AT_MOST:
            wait_until_ready(node)
            rounds += 1
            # A tenth of the items at most in each round, so that there is something left to kill in.
            kill_after = rng.randrange(max(2, options.items // 10)) if len(left) > 1 else None
            callers.storm(left, options.callers, kill_after, rng)
            if not node.is_alive():
                node.start()
            left = undecided(database)
        wait_until_ready(node)
        problems = [f"item {item} was never decided" for item in left] + judge(database, callers, options.items) + prove(node, work)
        answers = collections.Counter(status for statuses in callers.answers.values() for status in statuses)
        print(f"{options.items} items, {rounds} rounds of {options.callers} approvals at once, {node.kills} kills, {time.monotonic() - began:.0f} s "
              f"(seed {options.seed}); answers: " + ", ".join(f"{count} × {status or 'none'}" for status, count in sorted(answers.items())))
        print("\n".join(problems) if problems else "each item has one decision, one audit row and one event; the audit chain holds")
        return 1 if problems else 0
    finally:
        if node:
            node.stop()
        database.stop()
        if options.keep:
            print(f"kept: {work}")
        else:
            shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
