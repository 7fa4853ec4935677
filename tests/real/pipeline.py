"""The whole way of an erratum on a real machine: synchronised, queued, tested through real Salt with real apt, judged, and put back."""
import time
import types
import urllib.request

import repository
import uyuni
import world

ERRATA = [uyuni.Erratum(9001, "DSA-9001-1", "greeter", "1.1", "greeter security update"),
          uyuni.Erratum(9002, "DSA-9002-1", "ledger", "1.1", "ledger security update"),
          uyuni.Erratum(9003, "DSA-9003-1", "miner", "1.1", "miner security update")]
SERVICES = ["greeter", "ledger", "miner", "salt-minion|venv-salt-minion"]
MORE_LOAD = 10  # percentage points of CPU that a patch may cost
CALM = 80  # percent; a machine that is busier than this before the patch cannot show that the patch made it busy


def until(what, question, patience=60):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            answer = question()
            if answer:
                return answer
        except (world.Unavailable, OSError):
            pass
        time.sleep(0.5)
    raise AssertionError(f"waited {patience} s in vain for {what}")


class Pipeline:
    def __init__(self, work, binary, fleet, monitoring, report):
        self.fleet, self.monitoring, self.report = fleet, monitoring, report
        work.mkdir(parents=True)
        repository.create(fleet)
        installed = fleet.salt("test1", "cmd.run_all", "apt-get update && apt-get install -y greeter=1.0 ledger=1.0 miner=1.0", "python_shell=True")
        assert installed and installed["retcode"] == 0, f"the old versions could not be installed: {installed}"
        self.uyuni = uyuni.Uyuni(fleet, ERRATA)
        self.database = world.Database(work)
        world.run_program(binary, "migrate", self.database.url)
        upstreams = types.SimpleNamespace(addresses={"uyuni_url": self.uyuni.url, "uyuni_ca_file": "", "salt_url": fleet.facts["salt_url"]})
        self.node = world.Node("pipeline", [str(binary), "serve"], self.database, upstreams, work, UYUNI_USER=self.uyuni.user,
                               UYUNI_PASSWORD=self.uyuni.password, UYUNI_TIMEZONE="UTC", UYUNI_TIMEOUT_SECONDS=60, SALT_API_USER=fleet.facts["user"],
                               SALT_API_PASSWORD=fleet.facts["password"], SALT_API_EAUTH="file", PROMETHEUS_URL=monitoring.url,
                               NODE_EXPORTER_PORT=monitoring.exporter_port, METRICS_WINDOW_SECONDS=10)
        self.api = world.Api([self.node])

    def close(self):
        self.node.stop()
        self.database.stop()
        self.uyuni.stop()

    def ask(self, method, path, body=None):
        status, answer = self.api.call(method, path, body)
        assert status < 400, f"{method} {path}: {status} {answer}"
        return answer

    def version(self, package):
        return self.fleet.inside("dpkg-query", "-W", "-f", "${Version}", package).stdout

    def service(self, name):
        shown = self.fleet.salt("test1", "cmd.run_all", f"systemctl show {name}")
        return next(line.partition("=")[2] for line in shown["stdout"].splitlines() if line.startswith("ActiveState="))

    def synchronise(self):
        items = {}

        def all_queued():
            _, added = self.api.call("POST", "/queue/add", {"errata_ids": [erratum.name for erratum in ERRATA], "target_os": "debian"})
            items.update((item["errata_id"], item["queue_id"]) for item in added.get("items", []))
            return len(items) == len(ERRATA)

        until("the errata of the first synchronisation", all_queued, 120)
        return items

    def test(self, queue_id, cpu_threshold):
        config = {"critical_services": SERVICES, "wait_after_patch_seconds": 3, "timeout_minutes": 5, "cpu_threshold": cpu_threshold}
        test = self.ask("POST", "/test/start", {"queue_id": queue_id, "test_config": config})["test_id"]
        seen = []

        def is_over():
            shown = self.ask("GET", f"/test/{test}")
            if not seen or seen[-1] != shown["current_phase"]:
                seen.append(shown["current_phase"])
            return shown["status"] not in ("running", "testing", "queued", "in_progress")

        until(f"the end of test {test}", is_over, 240)
        return self.ask("GET", f"/test/{test}/result")

    def tell(self, name, result):
        cpu = {when: (result["metrics"].get(when) or {}).get("cpu_percent") for when in ("baseline", "post_patch")}
        self.report.say(f"{name}: {result['result']}" + (f" in {result['failure_phase']}: {result['failure_reason']}" if result["failure_phase"] else "") +
                 f"; rollback {result['rollback_type'] or 'none'} {result['rollback_status'] or ''}; CPU {cpu['baseline']} → {cpu['post_patch']}"
                 f" ({result['metrics']['source']})")

    def busy_percent(self):
        """What Prometheus says of this machine's processors over the window of a measurement."""
        return float(self.monitoring.ask('100 - 100 * avg(rate(node_cpu_seconds_total{mode="idle"}[15s]))'))

    def run(self, wait_for_others):
        items = self.synchronise()
        self.report.say("the old versions run: " + ", ".join(f"{name} {self.version(name)} {self.service(name)}" for name in ("greeter", "ledger", "miner")))
        with self.report.check("a good version is installed by real apt and passes"):
            self.good(items["DSA-9001-1"])
        with self.report.check("a version whose service fails is seen, and the old one put back"):
            self.failing(items["DSA-9002-1"])
        wait_for_others()
        with self.report.check("a version that makes the machine busy is seen, and the old one put back"):
            self.busy(items["DSA-9003-1"])
        with self.report.check("no system is in quarantine, and the metrics tell what happened"):
            self.aftermath()

    def good(self, item):
        good = self.test(item, 100)
        self.tell("DSA-9001-1", good)
        assert good["result"] == "passed", good
        assert {"name": "greeter", "before": "1.0", "after": "1.1"} in good["packages"], good["packages"]
        assert self.version("greeter") == "1.1" and self.service("greeter") == "active"
        self.report.say(f"real apt upgraded greeter 1.0 → {self.version('greeter')}")

    def failing(self, item):
        bad = self.test(item, 100)
        self.tell("DSA-9002-1", bad)
        assert bad["result"] == "failed" and bad["failure_class"] == "regression", bad
        assert "ledger" in str(bad["services"]) or "ledger" in bad["failure_reason"], bad
        assert {"name": "ledger", "before": "1.0", "after": "1.1"} in bad["packages"], bad["packages"]
        assert bad["rollback_performed"] and bad["rollback_type"] == "package", bad
        assert self.version("ledger") == "1.0" and self.service("ledger") == "active", (self.version("ledger"), self.service("ledger"))
        self.report.say(f"the service of ledger 1.1 failed; real apt put back ledger {self.version('ledger')}, which is {self.service('ledger')}")

    def busy(self, item):
        until(f"this machine to use less than {CALM} % of its processors", lambda: self.busy_percent() < CALM, 300)
        busy = self.test(item, MORE_LOAD)
        self.tell("DSA-9003-1", busy)
        assert busy["metrics"]["source"] == "prometheus", busy["metrics"]
        assert busy["result"] == "failed" and busy["failure_phase"] == "validate", busy
        assert self.version("miner") == "1.0" and self.service("miner") == "active", (self.version("miner"), self.service("miner"))
        self.report.say(f"Prometheus saw that miner 1.1 keeps every processor busy; real apt put back miner {self.version('miner')}")

    def aftermath(self):
        quarantined = self.database.rows("SELECT name, quarantine_reason FROM systems WHERE quarantined_at IS NOT NULL")
        assert not quarantined, quarantined
        request = urllib.request.Request(f"http://127.0.0.1:{self.node.port}/metrics", headers={"X-API-Key": world.API_KEY})
        with urllib.request.urlopen(request, timeout=10) as answer:
            metrics = answer.read().decode()
        assert 'spm_upstream_up{upstream="salt"} 1' in metrics, metrics
        assert "spm_systems_quarantined 0" in metrics and "spm_regressions_last_day 0" not in metrics, metrics
