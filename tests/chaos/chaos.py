#!/usr/bin/env python3
"""Two orchestrators test hundreds of scripted errata while everything around them dies, and in the end an independent checker compares what
really happened on every system with what the database says.

usage: chaos.py --build DIR [--seconds N] [--systems N] [--errata N] [--speed N] [--seed N] [--keep]
"""
import argparse
import collections
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "chaos"), str(TESTS / "support")]
import fleet  # noqa: E402
import judge  # noqa: E402
import world  # noqa: E402

SETTLE_SECONDS = 900  # for what is still under way when the trouble is over


class Mayhem(threading.Thread):
    """Breaks something every second or so, until stopped; then everything is put right."""

    def __init__(self, database, sandbox, nodes, rng, kill_every):
        super().__init__(daemon=True)
        self.database, self.sandbox, self.nodes, self.rng, self.kill_every = database, sandbox, nodes, rng, kill_every
        self.ending = threading.Event()
        self.problem = None

    def run(self):
        try:
            next_kill = time.monotonic() + self.kill_every
            while not self.ending.wait(self.rng.uniform(0.3, 1.2)):
                self.raise_the_dead()
                if time.monotonic() >= next_kill:
                    self.kill_a_node()
                    next_kill = time.monotonic() + self.rng.uniform(0.5, 1.5) * self.kill_every
                else:
                    self.trouble()
            self.raise_the_dead()
            self.sandbox.calm()
        except BaseException as problem:  # noqa: B902: the main thread must know, whatever it is
            self.problem = problem

    def check(self):
        if self.problem:
            raise self.problem

    def raise_the_dead(self):
        for node in self.nodes:
            if not node.is_alive():
                node.revive(self.rng)

    def kill_a_node(self):
        node = self.rng.choice(self.nodes)
        if node.is_alive():
            node.kill()

    def trouble(self):
        rng = self.rng
        target = rng.choice(["uyuni", "salt"])
        kind = rng.choices(["errors", "latency", "calm", "session", "offline", "lost action", "late action", "listener", "freeze", "database"],
                           [20, 8, 16, 10, 8, 3, 6, 4, 3, 2])[0]
        if kind == "errors":
            self.sandbox.trouble("/control/faults", {"target": target, "error_rate": rng.uniform(0, 0.2), "drop_rate": rng.uniform(0, 0.1),
                                                     "truncate_rate": rng.uniform(0, 0.05),
                                                     "duplicate_rate": rng.uniform(0, 0.05), "latency_ms": rng.randint(0, 300),
                                                     "seed": rng.randint(1, 10**9)})
        elif kind == "latency":
            self.sandbox.trouble("/control/faults", {"target": target, "latency_ms": rng.randint(300, 5000)})
        elif kind == "calm":
            self.sandbox.control("DELETE", "/control/faults")
        elif kind == "session":
            self.sandbox.trouble("/control/sessions", {"target": target, "drop": True})
        elif kind == "offline":
            system = rng.choice([system for system in self.sandbox.systems() if system["test"]])
            self.sandbox.trouble(f"/control/systems/{system['name']}", {"online": not system["online"]})
        elif kind == "lost action":
            self.sandbox.trouble("/control/actions", {"lose_results": rng.randint(0, 1), "lose_salt_results": rng.randint(0, 2)})
        elif kind == "late action":
            self.sandbox.trouble("/control/actions", {"delay_seconds": rng.choice([0, 0, 5, 30])})
        elif kind == "listener":
            self.sandbox.trouble("/control/listener", {"target": target, "up": False})
            time.sleep(rng.uniform(0.5, 4))
            self.sandbox.control("POST", "/control/listener", {"target": target, "up": True})
        elif kind == "freeze":
            node = rng.choice(self.nodes)
            if node.is_alive():
                node.freeze(rng.uniform(1, 6))
        elif kind == "database":
            self.database.restart(clock=rng.choice([0, 0, 20, 40, -20]))


class Operator:
    """Queues the errata, starts tests, asks again for what failed without being at fault."""

    def __init__(self, api, scenario, mayhem, rng):
        self.api, self.scenario, self.mayhem, self.rng = api, scenario, mayhem, rng
        self.expected = {erratum["advisory"]: erratum["expect"] for erratum in scenario["errata"]}
        self.asked_again = self.released = 0

    def insist(self, method, path, body=None):
        while True:
            try:
                return self.api.call(method, path, body)
            except world.Unavailable:
                self.mayhem.check()
                if not self.mayhem.is_alive():
                    self.mayhem.raise_the_dead()
                time.sleep(0.3)

    def wait_for_catalogue(self):
        self.insist("POST", "/sync/trigger", {"source": "uyuni"})
        for _ in range(600):
            _, errata = self.insist("GET", "/errata?applicable=true&limit=1")
            _, scored = self.insist("GET", "/risk-profile?limit=1")
            if min(errata.get("total", 0), scored.get("total", 0)) >= len(self.expected):
                return
            time.sleep(0.5)
        raise SystemExit("the catalogue did not come in")

    def queue_all(self):
        by_os = collections.defaultdict(list)
        for name in self.expected:
            by_os[{"U": "ubuntu", "D": "debian", "A": "rhel"}[name[0]]].append(name)
        for target_os, names in by_os.items():
            status, body = self.insist("POST", "/queue", {"errata_ids": names, "target_os": target_os})
            if status not in (200, 201) or body["skipped"]:
                raise SystemExit(f"not everything could be queued: {status} {str(body)[:500]}")

    def items(self):
        found = []
        while True:
            _, page = self.insist("GET", f"/queue?limit=200&offset={len(found)}")
            found += page["items"]
            if len(found) >= page["total"] or not page["items"]:
                return found

    def is_final(self, item):
        return item["status"] == "pending_approval" or (item["status"] == "failed" and item["failure_class"] in ("patch", "regression"))

    def work(self, items, repeat_failures):
        """One round. `repeat_failures`: what is meant to fail is asked for again now and then, so that there is always work."""
        for item in items:
            is_ours = item["status"] == "failed" and not self.is_final(item)
            if is_ours or (repeat_failures and item["status"] == "failed" and self.rng.random() < 0.01):
                status, _ = self.insist("PATCH", f"/queue/{item['id']}", {"status": "queued"})
                self.asked_again += status == 200
        for target_os in ("ubuntu", "debian", "rhel"):
            while True:
                status, _ = self.insist("POST", "/test/start", {"target_os": target_os})
                if status != 201:
                    break


    def look_at_quarantine(self, database, sandbox):
        """What a person does about a quarantine: looks at the system itself, and releases it when it is as it was."""
        quarantined = database.rows("SELECT id FROM systems WHERE quarantined_at IS NOT NULL")
        if not quarantined:
            return
        changed = judge.changes_on(self.scenario, sandbox.record())
        passed = judge.passed_on(database)
        effects = {system["id"]: system["effects"] for system in sandbox.systems()}
        for row in quarantined:
            if not effects[row["id"]] and all((row["id"], name) in passed for name in changed[row["id"]]):
                database.execute(f"UPDATE systems SET quarantined_at = NULL, quarantine_reason = NULL WHERE id = {int(row['id'])}")
                self.released += 1


def supervise(operator, mayhem, seconds):
    """Lets it rage for so long, then waits until everything has come to its end. Returns how long that took."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        mayhem.check()
        operator.work(operator.items(), repeat_failures=True)
        time.sleep(1)
    mayhem.ending.set()
    mayhem.join(timeout=60)
    mayhem.check()
    calm = time.monotonic()
    while time.monotonic() - calm < SETTLE_SECONDS:
        items = operator.items()
        if all(operator.is_final(item) for item in items):
            break
        mayhem.raise_the_dead()
        operator.look_at_quarantine(mayhem.database, mayhem.sandbox)
        operator.work(items, repeat_failures=False)
        time.sleep(1)
    return time.monotonic() - calm


def run(arguments, work):
    rng = random.Random(arguments.seed)
    scenario = fleet.scenario(arguments.systems, arguments.errata)
    build = pathlib.Path(arguments.build).resolve()
    database = world.Database(work)
    subprocess.run([build / "spm-orchestrator", "migrate"], check=True, cwd=work, stdout=subprocess.DEVNULL,
                   env={"DATABASE_URL": database.url, "PATH": "/usr/bin:/bin"} | {"API_KEY": world.API_KEY, "SECRET_KEY": "c" * 64})
    sandbox = world.Sandbox(build / "spm-sandbox", scenario, arguments.speed, work)
    nodes = [world.Node(name, [build / "chaos-node"], database, sandbox, work,
                        CHAOS_SPEED=arguments.speed, CHAOS_DEATHS=arguments.deaths) for name in ("node-a", "node-b")]
    mayhem = Mayhem(database, sandbox, nodes, rng, arguments.kill_every)
    try:
        operator = Operator(world.Api(nodes, rng), scenario, mayhem, rng)
        operator.wait_for_catalogue()
        operator.queue_all()
        print(f"{arguments.systems} test systems, {arguments.errata} errata, {arguments.seconds} s of trouble, seed {arguments.seed}", flush=True)
        mayhem.start()
        settled = supervise(operator, mayhem, arguments.seconds)
        for node in nodes:
            node.stop()
        findings = judge.judge(scenario, sandbox.record(), sandbox.systems(), database)
        report(arguments, database, sandbox, nodes, mayhem, operator, settled, findings)
    finally:
        mayhem.ending.set()
        for node in nodes:
            node.process.kill()
        sandbox.process.kill()
        database.stop()
    return not any(findings.values())


def report(arguments, database, sandbox, nodes, mayhem, operator, settled, findings):
    kills = sum(node.kills for node in nodes)
    deaths = sum(node.own_deaths for node in nodes)
    runs = database.rows("SELECT status, count(*) AS n FROM patch_tests GROUP BY status ORDER BY status")
    quarantined = database.rows("SELECT count(*) AS n FROM systems WHERE quarantined_at IS NOT NULL")[0]["n"]
    print(f"survived: {kills + deaths} kills ({kills} at a random instant, {deaths} at a failpoint of a step), "
          f"{sum(node.stops for node in nodes)} freezes, {database.restarts} restarts of PostgreSQL ({database.jumps} with its clock set wrong), "
          f"{sandbox.faults} faults of upstreams")
    ended = ", ".join(f"{row['n']} {row['status']}" for row in runs)
    print(f"test runs: {ended}; asked again by a person: {operator.asked_again}; quarantines: {operator.released} released as unchanged, "
          f"{quarantined} left; all was settled {settled:.0f} s after the trouble ended")
    for name, sentences in findings.items():
        print(f"{name}: {len(sentences)}")
        for sentence in sentences[:20]:
            print(f"  {sentence}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--seconds", type=int, default=90)
    parser.add_argument("--systems", type=int, default=20)
    parser.add_argument("--errata", type=int, default=100)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--deaths", type=float, default=0.002, help="probability of a kill at each failpoint")
    parser.add_argument("--kill-every", type=float, default=8, help="seconds between kills at random instants, on average")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    arguments = parser.parse_args()
    arguments.seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(10**6)
    work = pathlib.Path(tempfile.mkdtemp(prefix="spm-chaos-"))
    work.chmod(0o755)
    try:
        well = run(arguments, work)
    except BaseException:
        arguments.keep = True
        raise
    finally:
        if arguments.keep:
            print(f"logs: {work}", file=sys.stderr)
        else:
            shutil.rmtree(work, ignore_errors=True)
    print("chaos: all is well" if well else "chaos: failed")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
