#!/usr/bin/env python3
"""Everything that the sandbox stands for otherwise, for real: Salt, apt, Prometheus, PostgreSQL. Prints what it met and what it saw.

usage: run.py --build DIR [--only salt,prometheus,pipeline,database] [--keep]
"""
import argparse
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

SUITES = ["prometheus", "salt", "pipeline", "database"]


class Suites:
    def __init__(self, build, work, cache):
        self.build, self.work, self.cache = build, work, cache
        self.outcomes, self.lock = {}, threading.Lock()

    def say(self, suite, line):
        with self.lock:
            print(f"[{suite:10}] {line}", flush=True)

    def run(self, suite):
        begin = time.monotonic()
        problem = ""
        try:
            getattr(self, suite)(lambda line: self.say(suite, line))
        except BaseException as caught:  # noqa: B902: one suite's end must not be another's
            traceback.print_exc()
            problem = str(caught).splitlines()[0] if str(caught) else type(caught).__name__
        self.outcomes[suite] = problem
        self.say(suite, f"{'FAILED: ' + problem if problem else 'passed'} ({time.monotonic() - begin:.0f} s)")

    def _gtest(self, suite, filters, environment, say):
        report = self.work / f"{suite}.json"
        done = subprocess.run([self.build / "tests/real_tests", f"--gtest_filter={filters}", f"--gtest_output=json:{report}"],
                              env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        (self.work / f"{suite}.log").write_text(done.stdout + done.stderr)
        for line in done.stdout.splitlines():
            if line.startswith("  "):
                say(line.strip())
        tests = [test for group in json.loads(report.read_text())["testsuites"] for test in group["testsuite"]]
        for test in tests:
            say(f"{'FAILED' if 'failures' in test else 'ok':6} {test['name']}")
            for failure in test.get("failures", []):
                print(failure["failure"], flush=True)
        assert done.returncode == 0 and tests, f"real_tests ended with {done.returncode}"

    def prometheus(self, say):
        self._gtest("prometheus", "RealPrometheus.*",
                    {"SPM_REAL_PROMETHEUS_URL": self.monitoring.url, "SPM_REAL_INSTANCE": self.monitoring.instance}, say)

    def salt(self, say):
        world = fleet.Fleet(self.work / "salt-fleet")
        try:
            world.up(self.cache)
            say("met: " + ", ".join(f"{name} {version}" for name, version in world.versions().items()))
            self._gtest("salt", "RealSalt.*",
                        {"SPM_REAL_FLEET": str(world.work), "SPM_REAL_SALT_URL": world.facts["salt_url"],
                         "SPM_REAL_SALT_PASSWORD": world.facts["password"], "SPM_REAL_SALT_TOKEN_LIFE": str(world.facts["token_life"])}, say)
        finally:
            world.down()

    def pipeline(self, say):
        world = fleet.Fleet(self.work / "pipeline-fleet")
        job = None
        try:
            world.up(self.cache)
            say("met: " + ", ".join(f"{name} {version}" for name, version in world.versions().items()) + "; systemctl is a stand-in")
            job = pipeline.Pipeline(self.work / "pipeline", self.build / "spm-orchestrator", world, self.monitoring, say)
            job.run()
        finally:
            if job:
                job.close()
            world.down()

    def database(self, say):
        work = self.work / "database"
        work.mkdir()
        database.restart_and_failover(work, self.build, say)
        database.full_disk(work, self.build, say)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", default=",".join(SUITES))
    parser.add_argument("--keep", action="store_true", help="leave the folder of the run")
    arguments = parser.parse_args()
    chosen = arguments.only.split(",")
    if os.geteuid() != 0:
        raise SystemExit("run.py: a Debian root, namespaces and a small disk need root: run it as root")
    cache = pathlib.Path(os.environ.get("SPM_REAL_CACHE", HERE.parents[1] / "build/real"))
    begin = time.monotonic()
    work = pathlib.Path(tempfile.mkdtemp(prefix="spm-real-"))
    work.chmod(0o755)
    suites = Suites(arguments.build.resolve(), work, cache)
    try:
        if {"salt", "pipeline"} & set(chosen):
            fleet.base_root(cache)
        suites.monitoring = monitoring.Monitoring(work / "monitoring")
        suites.say("prometheus", "met: " + ", ".join(f"{name} {version}" for name, version in monitoring.versions().items()))
        # First and alone: it makes every processor busy.
        if "prometheus" in chosen:
            suites.run("prometheus")
        threads = [threading.Thread(target=suites.run, args=(suite,)) for suite in chosen if suite != "prometheus"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        suites.monitoring.stop()
        failed = [suite for suite in chosen if suites.outcomes.get(suite, "did not run")]
        if not arguments.keep and not failed:
            shutil.rmtree(work, ignore_errors=True)
        else:
            print(f"logs: {work}")
    print(f"real: {len(chosen) - len(failed)} of {len(chosen)} suites passed in {time.monotonic() - begin:.0f} s" +
          (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
