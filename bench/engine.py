#!/usr/bin/env python3
"""Measures what a test run costs: one erratum tested on 1,000 systems at once by one orchestrator.

usage: engine.py BUILD [SYSTEMS]

`BUILD/spm-orchestrator serve` against `BUILD/spm-sandbox` (no Prometheus: the systems are measured through Salt) and a PostgreSQL of its own.
Printed: processor seconds of the orchestrator, the statements it sent to the database, both for each run, and its peak memory.
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import world  # noqa: E402

ERRATUM = "USN-9001-1"
SPEED = 4  # of the simulated systems; the waits of the orchestrator are set to match
PATIENCE_SECONDS = 1800


def scenario(systems):
    fleet = [{"name": f"test-ubuntu-{number:04d}", "os": "ubuntu-24.04", "role": "test", "groups": ["test-ubuntu"], "cpu_percent": 5,
              "memory_percent": 35} for number in range(systems)]
    erratum = {"advisory": ERRATUM, "os": "ubuntu-24.04", "severity": "Important", "synopsis": "bench", "description": "bench",
               "published_days_ago": 3, "cves": ["CVE-2026-10001"], "effects": [{"type": "none"}],
               "packages": [{"name": "bench", "evr": "1.0-1ubuntu1.1", "from": "1.0-1ubuntu1", "size_kb": 500}]}
    return {"name": "bench", "seed": 1, "systems": fleet, "errata": [erratum]}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def statements(database):
    return database.rows("SELECT coalesce(sum(calls), 0) AS n FROM pg_stat_statements")[0]["n"]


def wait_until(what, condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{what} did not happen within {PATIENCE_SECONDS} s")
        time.sleep(1)


def insist(api, method, path, body=None):
    while True:
        try:
            return api.call(method, path, body)
        except world.Unavailable:
            time.sleep(0.2)


def measure(build, systems, work):
    database = world.Database(work, preload="pg_stat_statements")
    database.execute("CREATE EXTENSION pg_stat_statements")
    subprocess.run([build / "spm-orchestrator", "migrate"], check=True, cwd=work, stdout=subprocess.DEVNULL,
                   env={"DATABASE_URL": database.url, "PATH": "/usr/bin:/bin", "API_KEY": world.API_KEY, "SECRET_KEY": "c" * 64})
    sandbox = world.Sandbox(build / "spm-sandbox", scenario(systems), SPEED, work)
    node = world.Node("orchestrator", [build / "spm-orchestrator", "serve"], database, sandbox, work, TEST_WAIT_AFTER_PATCH_SECONDS=60)
    try:
        api = world.Api([node], random)
        insist(api, "POST", "/sync/trigger", {"source": "uyuni"})
        wait_until("the sync", lambda: insist(api, "GET", "/errata?applicable=true&limit=1")[1].get("total", 0) == 1)
        wait_until("the end of the sync", lambda: not any(source["running"] for source in insist(api, "GET", "/sync/status")[1]["sources"]))
        status, body = insist(api, "POST", "/queue", {"errata_ids": [ERRATUM], "target_os": "ubuntu"})
        pid, before, sent = node.process.pid, cpu_seconds(node.process.pid), statements(database)
        began = time.monotonic()
        status, body = insist(api, "POST", "/test/start", {"queue_id": body["items"][0]["queue_id"], "test_on_all": True})
        if status != 201:
            sys.exit(f"the tests did not start: {status} {body}")
        started = database.rows("SELECT count(*) AS n FROM patch_tests WHERE status = 'running'")[0]["n"]
        wait_until("the end of the tests", lambda: not database.rows("SELECT 1 AS x FROM patch_tests WHERE status = 'running' LIMIT 1"))
        took = time.monotonic() - began
        runs = database.rows("SELECT status, count(*) AS n FROM patch_tests GROUP BY status ORDER BY status")
        total = sum(row["n"] for row in runs)
        print(f"{total} runs, {started} of them at once, in {took:.0f} s: {', '.join('%d %s' % (row['n'], row['status']) for row in runs)}")
        print(f"processor time for each run: {1000 * (cpu_seconds(pid) - before) / total:.1f} ms (everything in the process: engine, TLS, HTTP, JSON)")
        print(f"database round trips for each run: {(statements(database) - sent) / total:.0f}")
        print(f"peak memory of the orchestrator: {peak_megabytes(pid):.0f} MB")
    finally:
        node.process.kill()
        sandbox.process.kill()
        database.stop()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: engine.py BUILD [SYSTEMS]")
    work = pathlib.Path(tempfile.mkdtemp(prefix="spm-bench-"))
    work.chmod(0o755)
    try:
        measure(pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) == 3 else 1000, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
