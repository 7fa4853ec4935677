#!/usr/bin/env python3
"""Starts a database, the sandbox and one orchestrator, fills the queue, and lets schemathesis ask everything that the contract describes.

usage: contract.py --build DIR [--seconds N] [--seed N] [--keep] [options of schemathesis run]
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import world  # noqa: E402
from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: E402

READY_SECONDS = 180
GRACE_SECONDS = 120
WORKERS = "1"  # Python 3.11 counts the depth of its parser over all threads, and now and then fails one for what another does (gh-106905)


def wait_for(what, condition):
    end = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"contract: {what} did not come in {READY_SECONDS} s")
        time.sleep(0.3)


def answers(api, path):
    try:
        status, body = api.call("GET", path)
    except world.Unavailable:
        return None
    return body if status == 200 else None


def fill(api):
    """A catalogue from the sandbox, queued items, a running and a finished test, a decision: something behind every address."""
    wait_for("the service", lambda: answers(api, "/health/ready"))
    api.call("POST", "/sync/trigger", {})
    wait_for("the catalogue", lambda: (answers(api, "/errata?applicable=true") or {}).get("total"))
    wait_for("the scores", lambda: (answers(api, "/risk-profile") or {}).get("total"))
    api.call("POST", "/queue/sync", {"min_severity": "Low"})
    for os in ("ubuntu", "rhel"):
        api.call("POST", "/test/start", {"target_os": os})


def is_sound(document):
    """Whether the contract, as it is served, is an OpenAPI 3.1 document to the letter."""
    mistakes = list(OpenAPIV31SpecValidator(document).iter_errors())
    for mistake in mistakes:
        print(f"contract: {'/'.join(map(str, mistake.absolute_path))}: {mistake.message.splitlines()[0]}", file=sys.stderr)
    return not mistakes


def run_schemathesis(node, options, further, work):
    report = work / "report.ndjson"
    shutil.copy(HERE / "hooks.py", work)  # found from the folder in which schemathesis runs
    command = [pathlib.Path(sys.executable).parent / "schemathesis", f"--config-file={HERE / 'schemathesis.toml'}", "run",
               f"http://127.0.0.1:{node.port}/api/v1/openapi.json", "--url", f"http://127.0.0.1:{node.port}",
               "--header", f"X-API-Key:{world.API_KEY}", "--checks", "all", "--max-time", str(options.seconds), "--workers", WORKERS,
               "--request-timeout", "60", "--continue-on-failure", "--output-sanitize", "true", "--seed", str(options.seed),
               "--report", "ndjson", "--report-ndjson-path", str(report), *further]
    try:
        return subprocess.run(command, check=False, cwd=work, stdin=subprocess.DEVNULL, start_new_session=True,
                              timeout=options.seconds + GRACE_SECONDS).returncode
    except subprocess.TimeoutExpired:
        print(f"contract: schemathesis hung for {GRACE_SECONDS} s", file=sys.stderr)
        return 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--keep", action="store_true", help="leave the folder with the logs")
    options, further = parser.parse_known_args()
    build = options.build.resolve()
    work = pathlib.Path(tempfile.mkdtemp(prefix="spm-contract-"))
    work.chmod(0o755)
    scenario = json.loads((HERE.parent.parent / "sandbox" / "scenarios" / "small.json").read_text())
    database = world.Database(work)
    sandbox = world.Sandbox(build / "spm-sandbox", scenario, 200, work)
    program = build / "spm-orchestrator"
    node = world.Node("orchestrator", ["/bin/sh", "-c", f"'{program}' migrate && exec '{program}' serve"], database, sandbox, work,
                      SPM_SYNC_URL=sandbox.addresses["spm_sync_url"], SPM_SYNC_WEBHOOK_SECRET="a secret of the contract's test",
                      RATE_LIMIT_LOGINS_PER_MINUTE=0, TEST_WAIT_AFTER_PATCH_SECONDS=1)
    status = 1
    try:
        api = world.Api([node])
        fill(api)
        sound = is_sound(answers(api, "/openapi.json"))
        status = run_schemathesis(node, options, further, work)
        if not sound:
            status = 1
        if not node.is_alive():
            print(f"contract: the orchestrator died with {node.process.returncode}", file=sys.stderr)
            status = 1
    finally:
        node.stop()
        sandbox.stop()
        database.stop()
        if status == 0 and not options.keep:
            shutil.rmtree(work, ignore_errors=True)
        else:
            print(f"contract: logs and report are in {work}", file=sys.stderr)
    print(f"contract: {'passed' if status == 0 else 'FAILED'}, seed {options.seed}")
    sys.exit(status)


if __name__ == "__main__":
    main()
