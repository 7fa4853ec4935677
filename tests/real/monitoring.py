"""A real Prometheus that scrapes a real node_exporter of this machine every second."""
import json
import pathlib
import subprocess
import time
import urllib.parse
import urllib.request

import world


class Monitoring:
    def __init__(self, work):
        self.work = pathlib.Path(work)
        self.work.mkdir(parents=True)
        self.exporter_port, self.port = world.free_port(), world.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.instance = f"127.0.0.1:{self.exporter_port}"
        (self.work / "prometheus.yml").write_text(
            "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: node\n    static_configs:\n"
            f"      - targets: ['{self.instance}']\n")
        self.processes = [
            self._start("prometheus-node-exporter", f"--web.listen-address={self.instance}"),
            self._start("prometheus", f"--config.file={self.work}/prometheus.yml", f"--storage.tsdb.path={self.work}/data",
                        f"--web.listen-address=127.0.0.1:{self.port}")]
        self._wait()

    def _start(self, program, *arguments):
        log = open(self.work / f"{program}.log", "wb")
        return subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _wait(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if self.ask('up{job="node"}') == "1":
                    return
            except OSError:
                pass
            time.sleep(0.3)
        raise SystemExit(f"Prometheus did not come up; see {self.work}")

    def ask(self, query):
        """The value of the first series that the query finds; None: there is none."""
        with urllib.request.urlopen(f"{self.url}/api/v1/query?query={urllib.parse.quote(query)}", timeout=5) as answer:
            found = json.load(answer)["data"]["result"]
        return found[0]["value"][1] if found else None

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=20)


def versions():
    found = {}
    for program in ("prometheus", "prometheus-node-exporter"):
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        found[program] = (done.stdout + done.stderr).split("version ")[1].split()[0].rstrip(",")
    return found
