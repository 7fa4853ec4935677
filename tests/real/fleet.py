#!/usr/bin/env python3
"""Real Salt in a real Debian: a master, the Salt API and two minions, each a process of its own in one Debian 12 root.

`test1` is the machine that is patched: its packages, apt and daemons are real; only systemctl is a stand-in, because no systemd runs there.
`test2` is a second minion for what must not harm the first.

usage: fleet.py WORK up|down|versions
       fleet.py WORK start|stop|restart master|api|test1|test2
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SALT = "3007.8"  # as in requirements.txt
TOKEN_LIFE = 20  # seconds; short, so that a test sees a token die
VENV = "/opt/salt"
PASSWORD = "real-salt-password"
# What the orchestrator's account needs, as docs/operations.md says it.
RIGHTS = ["cmd.run_all", "saltutil.find_job", "test.ping", "@jobs"]


def run(*command, **options):
    subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL, **options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def base_root(cache):
    """A Debian with Salt in a virtual environment. Made once, then only copied."""
    base = cache / f"debian-bookworm-salt-{SALT}"
    if base.exists():
        return base
    run(HERE.parent / "support/debian-root", cache)
    partial = base.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    run("cp", "-a", "--reflink=auto", cache / "debian-bookworm", partial)
    (partial / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
    shutil.copy(HERE / "requirements.txt", partial / "tmp/requirements.txt")
    if os.path.exists("/etc/pip.conf"):
        shutil.copy("/etc/pip.conf", partial / "etc/pip.conf")
    # Paths of this machine mean nothing inside; who is to be trusted was copied to where Debian has it.
    trusted = "/etc/ssl/certs/ca-certificates.crt"
    environment = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy") or name == "PIP_INDEX_URL"}
    environment |= {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "PIP_CERT": trusted,
                    "PIP_NO_CACHE_DIR": "1"}
    with open(cache / "salt.log", "wb") as log:
        for command in ("apt-get -q update", "apt-get -q -y --no-install-recommends install python3 python3-venv", f"python3 -m venv {VENV}",
                        f"{VENV}/bin/pip install -r /tmp/requirements.txt", "apt-get clean"):
            run("chroot", partial, *command.split(), stdout=log, stderr=log, env=environment)
    partial.rename(base)
    return base


class Fleet:
    def __init__(self, work):
        self.work = pathlib.Path(work)
        self.root = self.work / "root"
        self.facts = {}
        if (self.work / "fleet.json").exists():
            self.facts = json.loads((self.work / "fleet.json").read_text())

    # --- processes ---

    def _pid_file(self, name):
        return self.work / f"{name}.pid"

    def start(self, name):
        """Each in its own process namespace: killing its first process ends everything that it started."""
        command = {
            "master": f"exec {VENV}/bin/salt-master -c /etc/salt-real/master",
            "api": f"exec {VENV}/bin/salt-api -c /etc/salt-real/master",
            # A shell as first process, for it reaps what daemons leave behind.
            "test1": "rm -rf /run/systemctl-stand-in; systemctl start salt-minion; for unit in $(cat /etc/started-at-boot); do "
                     "systemctl start $unit; done; while :; do sleep 3600 & wait $!; done",
            "test2": f"exec {VENV}/bin/salt-minion -c /etc/salt-real/test2",
        }[name]
        with open(self.work / f"{name}.out", "ab") as log:
            process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={self.root}/proc", "chroot", str(self.root), "/usr/bin/env", "-i",
                 "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "/bin/bash", "-c", command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self._pid_file(name).write_text(str(process.pid))

    def stop(self, name):
        try:
            pid = int(self._pid_file(name).read_text())
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError):
            return
        self._pid_file(name).unlink()
        deadline = time.monotonic() + 10
        while pathlib.Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass
            time.sleep(0.05)

    def restart(self, name):
        self.stop(name)
        self.start(name)

    def down(self):
        for name in ("test2", "test1", "api", "master"):
            self.stop(name)

    # --- contents ---

    def _write(self, path, text):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def _configure(self):
        ports = {name: free_port() for name in ("publish", "request", "api")}
        self.facts = {"salt_url": f"http://127.0.0.1:{ports['api']}", "user": "spm", "password": PASSWORD, "token_life": TOKEN_LIFE,
                      "root": str(self.root)}
        users = {"spm": RIGHTS, "limited": ["test.ping"]}
        self._write("/etc/salt-real/users", "".join(f"{user}:{hashlib.sha256(PASSWORD.encode()).hexdigest()}\n" for user in [*users, "powerless"]))
        shared = {"user": "root", "root_dir": "/var/salt/master", "pki_dir": "/var/salt/master/pki", "interface": "127.0.0.1",
                  "publish_port": ports["publish"], "ret_port": ports["request"], "auto_accept": True, "worker_threads": 3,
                  "log_file": "/var/log/salt-master", "api_logfile": "/var/log/salt-api", "token_expire": TOKEN_LIFE, "ping_on_rotate": True,
                  "netapi_enable_clients": ["local", "local_async", "runner"],
                  "external_auth": {"file": {"^filename": "/etc/salt-real/users", "^filetype": "text", "^hashtype": "sha256"} | users},
                  "rest_cherrypy": {"host": "127.0.0.1", "port": ports["api"], "disable_ssl": True}}
        self._write("/etc/salt-real/master/master", json.dumps(shared))  # JSON is YAML too
        for name in ("test1", "test2"):
            minion = {"id": name, "master": "127.0.0.1", "master_port": ports["request"], "publish_port": ports["publish"], "user": "root",
                      "root_dir": f"/var/salt/{name}", "pki_dir": f"/var/salt/{name}/pki", "log_file": f"/var/log/salt-{name}",
                      "acceptance_wait_time": 1, "random_reauth_delay": 1, "recon_default": 200, "recon_max": 1000, "recon_randomize": False}
            self._write(f"/etc/salt-real/{name}/minion", json.dumps(minion))
        self._write("/etc/systemd/system/salt-minion.service", f"[Service]\nExecStart={VENV}/bin/salt-minion -c /etc/salt-real/test1\n")
        self._write("/etc/started-at-boot", "")

    def up(self, cache):
        base = base_root(cache)
        self.down()
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        run("cp", "-a", "--reflink=auto", base, self.root)
        shutil.copy(HERE / "systemctl", self.root / "usr/bin/systemctl")
        (self.root / "usr/bin/systemctl").chmod(0o755)
        self._configure()
        (self.work / "fleet.json").write_text(json.dumps(self.facts))
        for name in ("master", "api", "test1", "test2"):
            self.start(name)
        self.wait()

    def wait(self, patience=90):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.facts["salt_url"], timeout=2).close()
                if all(self.answers(minion) for minion in ("test1", "test2")):
                    return
            except OSError:
                pass
            time.sleep(0.5)
        raise SystemExit(f"the Salt fleet did not come up within {patience} s; see {self.work}")

    # --- asking it, as an administrator on the master ---

    def inside(self, *command, timeout=120):
        """The output of a command in the root."""
        return subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={self.root}/proc", "chroot", self.root, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})

    def salt(self, minion, function, *arguments, timeout=60):
        """What the function returned on the minion; None when it did not answer."""
        done = self.inside(f"{VENV}/bin/salt", "-c", "/etc/salt-real/master", "--out=json", "--static", f"--timeout={timeout}", "-L", minion, function,
                           *arguments, timeout=timeout + 60)
        try:
            return json.loads(done.stdout).get(minion)
        except ValueError:
            return None

    def answers(self, minion):
        return self.salt(minion, "test.ping", timeout=3) is True

    def versions(self):
        debian = (self.root / "etc/debian_version").read_text().strip()
        salt = self.inside(f"{VENV}/bin/salt", "--version").stdout.strip()
        cherrypy = self.inside(f"{VENV}/bin/python3", "-c", "import cherrypy; print(cherrypy.__version__)").stdout.strip()
        apt = self.inside("apt-get", "--version").stdout.split()[1]
        return {"Debian": debian, "Salt": salt.split()[1], "CherryPy": cherrypy, "apt": apt}


def main():
    work, verb, *names = sys.argv[1:]
    fleet = Fleet(work)
    cache = pathlib.Path(os.environ.get("SPM_REAL_CACHE", HERE.parents[1] / "build/real"))
    if verb == "up":
        fleet.up(cache)
    elif verb == "down":
        fleet.down()
    elif verb == "versions":
        print(json.dumps(fleet.versions()))
    else:
        for name in names:
            getattr(fleet, verb)(name)


if __name__ == "__main__":
    main()
