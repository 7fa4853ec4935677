"""Processes for tests and benchmarks: a PostgreSQL cluster, the sandbox, orchestrators; each of them can be killed, and comes back."""
import json
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

TRY_AGAIN = 75  # a node's exit status when the database was away at its start
API_KEY = "chaos-key-0123456789abcdef"
FAKETIME = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_program(binary, command, database_url):
    """A command of the orchestrator that needs its database alone: migrate."""
    subprocess.run([binary, command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/",
                   env=os.environ | {"DATABASE_URL": database_url})


def wrong_clock(seconds):
    """Environment that shifts a program's wall clock, but not its steady clock; empty where libfaketime is not installed."""
    if not FAKETIME or seconds == 0:
        return {}
    return {"LD_PRELOAD": str(FAKETIME[0]), "FAKETIME": f"{seconds:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Database:
    def __init__(self, work, preload=""):
        """`preload`: extensions of the server to load at its start."""
        self.preload = preload
        binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
        self.bin = binaries[-1].parent
        self.data = work / "postgresql"
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/spm"
        self.restarts = self.jumps = 0
        self.data.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres")
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self._start(0)
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "spm")

    def _run(self, program, *arguments, extra=None):
        # PostgreSQL refuses to run as root.
        account = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            account = {"user": entry.pw_uid, "group": entry.pw_gid}
        subprocess.run([self.bin / program, *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, cwd="/", env=os.environ | (extra or {}), **account)

    def _start(self, clock):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 -c fsync=off"
        options += f" -c shared_preload_libraries={self.preload}" if self.preload else ""
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.data / "server.log", "-o", options, "start", extra=wrong_clock(clock))

    def restart(self, clock=0):
        """As if its host had died; with its clock wrong by so many seconds afterwards."""
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")
        self._start(clock)
        self.restarts += 1
        self.jumps += bool(wrong_clock(clock))

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def rows(self, query):
        """The result of a query as a list of objects."""
        text = subprocess.run([self.bin / "psql", "-X", "-q", "-A", "-t", "-d", self.url, "-c",
                               f"SELECT coalesce(json_agg(r), '[]') FROM ({query}) r"],
                              check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        return json.loads(text)

    def execute(self, statement):
        subprocess.run([self.bin / "psql", "-X", "-q", "-d", self.url, "-c", statement], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)


class Sandbox:
    def __init__(self, binary, scenario, speed, work):
        path = work / "scenario.json"
        path.write_text(json.dumps(scenario))
        self.faults = 0
        self.process = subprocess.Popen([binary, "--scenario", path, "--speed", str(speed), "--work-dir", work], stdout=subprocess.PIPE,
                                        stderr=open(work / "sandbox.log", "ab"), text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the sandbox did not start; see {work}/sandbox.log")
        self.addresses = json.loads(line)

    def control(self, method, path, body=None):
        request = urllib.request.Request(self.addresses["control_url"] + path, method=method, headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def trouble(self, path, body):
        self.faults += 1
        self.control("POST", path, body)

    def calm(self):
        self.control("DELETE", "/control/faults")
        for target in ("uyuni", "salt"):
            self.control("POST", "/control/listener", {"target": target, "up": True})
        self.control("POST", "/control/actions", {"lose_results": 0, "lose_salt_results": 0, "delay_seconds": 0, "taskomatic_up": True})
        for system in self.systems():
            if not system["online"]:
                self.control("POST", f"/control/systems/{system['name']}", {"online": True})

    def systems(self):
        return self.control("GET", "/control/systems")["systems"]

    def record(self):
        """Everything that happened, in order, with the id of its system."""
        ids = {system["name"]: system["id"] for system in self.systems()}
        events = self.control("GET", "/control/record")["events"]
        return [event | {"system_id": ids[event["system"]]} for event in events]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


class Node:
    """One orchestrator, run by `command`. Further settings are given by name."""

    def __init__(self, name, command, database, sandbox, work, **settings):
        self.name, self.command, self.work = name, command, work
        self.port = free_port()
        self.kills = self.own_deaths = self.stops = 0
        self.was_killed = False
        # Sanitizers must be loaded first, so nothing else can be.
        self.has_sanitizers = b"libasan" in subprocess.run(["ldd", command[0]], capture_output=True, check=True).stdout
        self.log = open(work / f"{name}.log", "ab")
        addresses = sandbox.addresses
        self.environment = os.environ | {
            "DATABASE_URL": database.url, "API_HOST": "127.0.0.1", "API_PORT": str(self.port), "DASHBOARD_PORT": str(free_port()),
            "API_KEY": API_KEY, "SECRET_KEY": "c" * 64,
            "UYUNI_URL": addresses["uyuni_url"], "UYUNI_USER": "admin", "UYUNI_PASSWORD": "sandbox",
            "UYUNI_CA_FILE": addresses["uyuni_ca_file"], "UYUNI_TIMEZONE": "Europe/Rome", "UYUNI_TIMEOUT_SECONDS": "8",
            "SALT_API_URL": addresses["salt_url"], "SALT_API_USER": "spm", "SALT_API_PASSWORD": "sandbox", "COMMAND_BACKEND": "salt",
            "RATE_LIMIT_PER_MINUTE": "0", "CHECKS_ALLOWED_NETWORKS": "127.0.0.0/8", "LOG_LEVEL": "warning"} | {key: str(value) for key, value in settings.items()}
        self.process = None
        self.start()

    def start(self, clock=0):
        self.process = subprocess.Popen(self.command, env=self.environment | wrong_clock(clock), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, cwd=self.work)

    def is_alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self.was_killed = True

    def revive(self, rng):
        """Starts again after a death; the wall clock of the new one is wrong now and then."""
        if self.process.returncode not in (-signal.SIGKILL, TRY_AGAIN):
            raise SystemExit(f"{self.name} ended by itself with {self.process.returncode}; see {self.work}/{self.name}.log")
        self.own_deaths += self.process.returncode == -signal.SIGKILL and not self.was_killed
        self.was_killed = False
        self.start(0 if self.has_sanitizers else rng.choice([0, 0, 0, -3600, 3600, 86400]))

    def freeze(self, seconds):
        """The process sleeps through its leases, as a suspended virtual machine does."""
        self.process.send_signal(signal.SIGSTOP)
        self.stops += 1
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if not self.is_alive():
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Unavailable(Exception):
    """No orchestrator answers just now."""


class Api:
    """Asks whichever node answers. Answers (status, body)."""

    def __init__(self, nodes, rng=random):
        self.nodes, self.rng = nodes, rng

    def call(self, method, path, body=None):
        for node in self.rng.sample(self.nodes, len(self.nodes)):
            request = urllib.request.Request(f"http://127.0.0.1:{node.port}/api/v1{path}", method=method,
                                             headers={"X-API-Key": API_KEY, "Content-Type": "application/json"},
                                             data=None if body is None else json.dumps(body).encode())
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return error.code, json.load(error)
            except OSError:
                pass
            except ValueError:
                pass  # half an answer
        raise Unavailable
