#!/usr/bin/env python3
"""Everything that the sandbox stands for otherwise, for real: Salt, apt, Prometheus, an OpenID provider, PostgreSQL.

Prints what it met and what it saw; the last line is the summary.

usage: run.py --build DIR [--only prometheus,salt,pipeline,identity,database] [--keep]
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import database  # noqa: E402
import fleet  # noqa: E402
import monitoring  # noqa: E402
import pipeline  # noqa: E402

SUITES = ["prometheus", "salt", "pipeline", "identity", "database"]
OPENID_PROVIDER = HERE.parent / "support/oidc/node_modules/oidc-provider/package.json"


class Report:
    """What one suite says, and which of its checks passed."""
    printing = threading.Lock()

    def __init__(self, suite):
        self.suite = suite
        self.met, self.passed, self.failed = {}, [], []

    def say(self, line):
        with Report.printing:
            print(f"[{self.suite:10}] {line}", flush=True)

    def meet(self, versions):
        self.met |= versions
        self.say("met: " + ", ".join(f"{name} {version}" for name, version in versions.items()))

    def record(self, check, problem=""):
        (self.failed if problem else self.passed).append(check)
        self.say(f"{'FAILED' if problem else 'ok'} {check}" + (f": {problem}" if problem else ""))

    @contextlib.contextmanager
    def check(self, name):
        """One thing that must hold; the suite goes no further when it does not."""
        try:
            yield
        except BaseException as caught:  # noqa: B902: whatever it is, it did not hold
            self.record(name, (str(caught).splitlines() or [""])[0] or type(caught).__name__)
            raise
        self.record(name)


class Suites:
    def __init__(self, build, work, cache):
        self.build, self.work, self.cache = build, work, cache
        self.reports, self.threads = {}, {}

    def run(self, suite):
        report = self.reports[suite] = Report(suite)
        begin = time.monotonic()
        try:
            getattr(self, suite)(report)
        except BaseException as caught:  # noqa: B902: one suite's end must not be another's
            traceback.print_exc()
            if not report.failed:
                report.record(f"the suite {suite}", str(caught) or type(caught).__name__)
        report.say(f"{len(report.passed)} passed, {len(report.failed)} failed ({time.monotonic() - begin:.0f} s)")

    def run_side_by_side(self, suites):
        self.threads = {suite: threading.Thread(target=self.run, args=(suite,)) for suite in suites}
        for thread in self.threads.values():
            thread.start()
        for thread in self.threads.values():
            thread.join()

    def _wait_for_others(self):
        """What measures the whole machine waits until no other suite makes it busy."""
        for thread in self.threads.values():
            if thread is not threading.current_thread():
                thread.join()

    def _gtest(self, report, filters, environment):
        file = self.work / f"{report.suite}.json"
        done = subprocess.run([self.build / "tests/real_tests", f"--gtest_filter={filters}", f"--gtest_output=json:{file}"],
                              env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        (self.work / f"{report.suite}.log").write_text(done.stdout + done.stderr)
        assert file.exists(), f"real_tests ended with {done.returncode}: {done.stderr[-2000:]}"
        for line in done.stdout.splitlines():
            if line.startswith("  "):
                report.say(line.strip())
        tests = [test for group in json.loads(file.read_text())["testsuites"] for test in group["testsuite"]]
        for test in tests:
            problems = [failure["failure"] for failure in test.get("failures", [])]
            report.record(test["name"], " | ".join(problems) or ("" if test.get("result") == "COMPLETED" else "was not run"))
        assert tests and (done.returncode == 0 or report.failed), f"real_tests ended with {done.returncode}: {done.stderr[-2000:]}"

    def prometheus(self, report):
        report.meet(monitoring.versions())
        self._gtest(report, "RealPrometheus.*", {"SPM_REAL_PROMETHEUS_URL": self.monitoring.url, "SPM_REAL_INSTANCE": self.monitoring.instance})

    def salt(self, report):
        world = fleet.Fleet(self.work / "salt-fleet")
        try:
            world.up(self.cache)
            report.meet(world.versions())
            self._gtest(report, "RealSalt.*",
                        {"SPM_REAL_FLEET": str(world.work), "SPM_REAL_SALT_URL": world.facts["salt_url"],
                         "SPM_REAL_SALT_PASSWORD": world.facts["password"], "SPM_REAL_SALT_TOKEN_LIFE": str(world.facts["token_life"])})
        finally:
            world.down()

    def pipeline(self, report):
        world = fleet.Fleet(self.work / "pipeline-fleet")
        job = None
        try:
            world.up(self.cache)
            report.meet(world.versions())
            report.say("not real: systemctl, because no systemd runs in the Debian root, and UYUNI, whose errata Salt installs")
            job = pipeline.Pipeline(self.work / "pipeline", self.build / "spm-orchestrator", world, self.monitoring, report)
            job.run(self._wait_for_others)
        finally:
            if job:
                job.close()
            world.down()

    def identity(self, report):
        node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
        report.meet({"oidc-provider": json.loads(OPENID_PROVIDER.read_text())["version"], "Node.js": node})
        self._gtest(report, "OidcLogin.*", {})

    def database(self, report):
        work = self.work / "database"
        work.mkdir()
        database.restart_and_failover(work, self.build, report)
        database.full_disk(work, self.build, report)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", default=",".join(SUITES))
    parser.add_argument("--keep", action="store_true", help="leave the folder of the run")
    arguments = parser.parse_args()
    chosen = arguments.only.split(",")
    if unknown := set(chosen) - set(SUITES):
        parser.error(f"there is no suite {', '.join(sorted(unknown))}")
    if os.geteuid() != 0:
        raise SystemExit("run.py: a Debian root, namespaces and a small disk need root: run it as root")
    cache = pathlib.Path(os.environ.get("SPM_REAL_CACHE", HERE.parents[1] / "build/real"))
    begin = time.monotonic()
    work = pathlib.Path(tempfile.mkdtemp(prefix="spm-real-"))
    work.chmod(0o755)
    suites = Suites(arguments.build.resolve(), work, cache)
    if {"salt", "pipeline"} & set(chosen):
        fleet.base_root(cache)
    suites.monitoring = monitoring.Monitoring(work / "monitoring")
    try:
        # First and alone: it makes every processor busy.
        if "prometheus" in chosen:
            suites.run("prometheus")
        suites.run_side_by_side([suite for suite in chosen if suite != "prometheus"])
    finally:
        suites.monitoring.stop()
    reports = suites.reports.values()
    failed = [f"{report.suite}: {check}" for report in reports for check in report.failed]
    if arguments.keep or failed:
        print(f"logs: {work}")
    else:
        shutil.rmtree(work, ignore_errors=True)
    met = {name: version for report in reports for name, version in report.met.items()}
    print("real: " + ", ".join(f"{name} {version}" for name, version in met.items()) + f"; {time.monotonic() - begin:.0f} s")
    for check in failed:
        print(f"failed: {check}")
    passed = sum(len(report.passed) for report in reports)
    print(f"{passed} passed, {len(failed)} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
