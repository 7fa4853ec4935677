#!/usr/bin/env python3
"""Measures the product from outside: the time of a full and of an unchanged sync, how fast the queue is listed, what the dashboard costs.

usage: bench.py sync|api|dashboard BINARY

For dashboard the demo starts as it is, and ten thousand decisions are added for its list; dashboard.mjs drives the browser. Else it starts `BINARY demo` without scripted errata (scenario.json) on a catalogue of some 5,000 advisories, each missing on three systems of its
OS: for sync the real ones when ../shared/data is there, else made-up ones. Called by scripts/bench, which builds BINARY and installs wrk.
"""
import contextlib
import gzip
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "bench"
REAL_ADVISORIES = ROOT.parent / "shared" / "data" / "almalinux-8-9-advisories.jsonl.gz"
MADE_UP = 5029
QUEUE_ITEMS = 5000
PATIENCE_SECONDS = 1200
LIGHTHOUSE = "lighthouse@12.8.2"


def write_catalogue(path, bench):
    """Returns where the advisories are from. The queue is filled with made-up ones: most real ones are superseded and cannot be queued."""
    if bench == "sync" and REAL_ADVISORIES.exists():
        with gzip.open(REAL_ADVISORIES, "rb") as source, open(path, "wb") as target:
            shutil.copyfileobj(source, target)
        return "AlmaLinux 8 and 9"
    with open(path, "wb") as target:
        command = [sys.executable, ROOT / "bench" / "make_catalogue.py", "--count", str(MADE_UP)]
        subprocess.run(command + (["--independent"] if bench == "api" else []), stdout=target, check=True)
    return "made up"


class Api:
    dashboard = ""

    def __init__(self, base):
        self.base = base
        self.began = time.monotonic()

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 503 and time.monotonic() < self.began + 30:  # its jobs are registered a moment after it answers
                time.sleep(0.2)
                return self.call(method, path, body)
            sys.exit(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}")

    def wait_for_run(self, run_id):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            run = self.call("GET", f"/sync/runs/{run_id}")
            if run["status"] == "succeeded":
                return run
            if run["status"] == "failed":
                sys.exit(f"the sync with {run['source']} failed: {run['error']}")
            time.sleep(0.2)
        sys.exit(f"sync run {run_id} did not end within {PATIENCE_SECONDS} s")

    def sync(self, source):
        """A run of this source; one that is on its way already (the first, which starts by itself) is taken."""
        return self.wait_for_run(self.call("POST", "/sync/trigger", {"source": source})["run_id"])


@contextlib.contextmanager
def running_demo(binary, options):
    """Starts the demo and yields its API; stops it as Ctrl-C would."""
    command = [binary, "demo", "--dir", WORK / "demo", "--port", "0", "--dashboard-port", "0", "--speed", "600"] + options
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        found = {}
        for line in process.stdout:
            if match := re.search(r"(API|dashboard)\s+(http://\S+)", line):
                found[match.group(1)] = match.group(2)
            if len(found) == 2:
                break
        else:
            sys.exit("the demo did not start; its log is in build/bench/demo")
        api = Api(found["API"])
        api.dashboard = found["dashboard"]
        yield api
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def describe(run):
    return f"{run['duration']:8.2f} s   {run['inserted']} inserted, {run['updated']} updated, {run['withdrawn']} withdrawn, {run['errors']} left out"


def bench_sync(api):
    for source, name in (("uyuni", "UYUNI"), ("spm_sync", "SPM-SYNC")):
        first = api.call("GET", f"/sync/runs?source={source}&limit=500")["items"]
        full = api.wait_for_run(first[-1]["id"]) if first else api.sync(source)
        unchanged = api.sync(source)
        print(f"{name:8} full      {describe(full)}")
        print(f"{name:8} unchanged {describe(unchanged)}")
    print(f"catalogue: {api.call('GET', '/errata/cache/stats')['total']} errata")


def fill_queue(api):
    names = []
    while len(names) < QUEUE_ITEMS:
        page = api.call("GET", f"/errata?os=rhel&sort=errata_id&limit=500&offset={len(names)}")["items"]
        if not page:
            break
        names += [erratum["errata_id"] for erratum in page]
    for begin in range(0, min(len(names), QUEUE_ITEMS), 500):
        api.call("POST", "/queue", {"errata_ids": names[begin:min(begin + 500, QUEUE_ITEMS)], "target_os": "rhel"})
    return api.call("GET", "/queue?limit=1")["total"]


def run_sql(name):
    """In the demo's own database, as its owner; the server's account alone may use its socket."""
    command = ["psql", "-h", WORK / "demo" / "postgresql" / "socket", "-p", "5432", "-U", "spm", "-d", "spm", "-q", "-v", "ON_ERROR_STOP=1"]
    as_server = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with open(ROOT / "bench" / name, "rb") as script:
        subprocess.run(as_server + command, stdin=script, stdout=subprocess.DEVNULL, check=True, cwd="/")


def measure(url):
    """Requests a second and p99 of 8 connections that each ask again as soon as they are answered."""
    wrk = ["wrk", "-t1", "-c8", "--latency", url]
    subprocess.run(wrk + ["-d2s"], check=True, stdout=subprocess.DEVNULL)
    output = subprocess.run(wrk + ["-d10s"], check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    p99 = re.search(r"99%\s+(\S+)", output)
    if not rate or not p99 or "Non-2xx" in output:
        sys.exit(f"wrk says:\n{output}")
    return float(rate.group(1)), p99.group(1)


def bench_api(api):
    api.sync("uyuni")
    api.sync("spm_sync")
    fill_queue(api)
    run_sql("pending.sql")
    print(f"{api.call('GET', '/queue?limit=1')['total']} queue items, 8 connections")
    for path in ("/health", "/queue?limit=50", "/approvals/pending?limit=50", "/queue/stats"):
        rate, p99 = measure(api.base + path)
        print(f"GET {path:28} {rate:8.0f} requests/s, p99 {p99}")
        if path.startswith("/queue?"):
            few = rate
    run_sql("million.sql")
    rate, p99 = measure(api.base + "/queue?limit=50")
    print(f"GET {'/queue?limit=50':28} {rate:8.0f} requests/s, p99 {p99}, {few / rate:.2f} times slower, "
          f"with {api.call('GET', '/queue?limit=1')['total']} items")


def test_some(api):
    """Takes errata through their test until five wait for a decision."""
    api.sync("uyuni")
    api.sync("spm_sync")
    api.call("POST", "/queue/sync", {"auto_queue_new": True, "min_severity": "Low", "os_filter": [], "exclude_already_tested": True})
    for target in ("ubuntu", "debian", "rhel"):
        api.call("POST", "/tests/batch", {"target_os": target, "limit": 6})
    deadline = time.monotonic() + 120
    while api.call("GET", "/approvals/pending?limit=1")["total"] < 5:
        if time.monotonic() > deadline:
            sys.exit("no five tests passed within 120 s; the log is in build/bench/demo")
        time.sleep(0.5)


def browse(what, url):
    subprocess.run(["node", ROOT / "bench" / "dashboard.mjs", what, url], check=True, timeout=900)


def bench_dashboard(api):
    test_some(api)
    subprocess.run([sys.executable, ROOT / "tools" / "check_dashboard_size.py", ROOT / "build" / "release" / "dashboard"], check=True)
    browse("first", api.dashboard)
    run_sql("pending_many.sql")
    browse("list", api.dashboard)
    tools = ROOT / "build" / "bench-tools"
    if not (tools / "node_modules" / "lighthouse").exists():
        subprocess.run(["npm", "install", "--prefix", tools, "--no-audit", "--no-fund", "--silent", LIGHTHOUSE], check=True, timeout=600)
    browse("audit", api.dashboard)


def main():
    benches = {"sync": bench_sync, "api": bench_api, "dashboard": bench_dashboard}
    if len(sys.argv) != 3 or sys.argv[1] not in benches:
        sys.exit("usage: bench.py sync|api|dashboard BINARY")
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    if sys.argv[1] == "dashboard":
        with running_demo(sys.argv[2], []) as api:
            bench_dashboard(api)
        return
    origin = write_catalogue(WORK / "catalogue.jsonl", sys.argv[1])
    print(f"advisories: {sum(1 for _ in open(WORK / 'catalogue.jsonl', 'rb'))}, {origin}")
    with running_demo(sys.argv[2], ["--scenario", ROOT / "bench" / "scenario.json", "--catalogue", WORK / "catalogue.jsonl"]) as api:
        benches[sys.argv[1]](api)


if __name__ == "__main__":
    main()
