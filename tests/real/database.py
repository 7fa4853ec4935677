"""PostgreSQL goes away, fails over to a streaming standby, and runs out of disk, while an orchestrator works."""
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import time
import types

import world
from pipeline import until


class Cluster:
    """One real server with a log of its own; a primary, or the standby of one."""

    def __init__(self, folder, primary=None):
        self.bin = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))[-1].parent
        self.folder, self.port = folder, world.free_port()
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self.data = folder / "data"
        if primary is None:
            self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        else:
            self.run("pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres", "-D", self.data, "-R", "-X", "stream", "-c", "fast")
        self.start()

    def run(self, program, *arguments, check=True):
        account = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            entry = pwd.getpwnam("postgres")
            account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        done = subprocess.run([self.bin / program, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              cwd="/", check=False, text=True, **account)
        assert done.returncode == 0 or not check, f"{program}: {done.stderr}"
        return done.returncode == 0

    def start(self, check=True):
        options = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c wal_level=replica -c max_wal_senders=4"
                   " -c max_wal_size=48MB -c min_wal_size=32MB")
        return self.run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "server.log", "-o", options, "start", check=check)

    def answers(self):
        return self.run("pg_isready", "-q", "-h", "127.0.0.1", "-p", self.port, check=False)

    def stop(self):
        """As if its host had died."""
        self.run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop", check=False)

    def promote(self):
        self.run("pg_ctl", "-D", self.data, "-w", "promote")

    def sql(self, statement, database="postgres"):
        done = subprocess.run([self.bin / "psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database,
                               "-c", statement], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return done.stdout.strip()

    def version(self):
        return self.sql("SHOW server_version").split()[0]


class Work:
    """An orchestrator over the given servers, and something that it can be asked to write."""

    def __init__(self, name, work, binaries, clusters):
        self.work = work / name
        self.work.mkdir()
        hosts = ",".join(f"127.0.0.1:{cluster.port}" for cluster in clusters)
        url = f"postgresql://postgres@{hosts}/spm?target_session_attrs=read-write&connect_timeout=3"
        clusters[0].sql("CREATE DATABASE spm")
        world.run_program(binaries / "spm-orchestrator", "migrate", url)
        self.sandbox = world.Sandbox(binaries / "spm-sandbox", _scenario(), 50, self.work)
        self.node = world.Node(name, [str(binaries / "spm-orchestrator"), "serve"], types.SimpleNamespace(url=url), self.sandbox, self.work)
        self.api = world.Api([self.node])
        self.written = 0
        try:
            self.item = until("an erratum that can be queued", self._queue, 90)
        except AssertionError:
            self.close()
            raise

    def _queue(self):
        listed = self.api.call("GET", "/errata?os=ubuntu&limit=1")[1]["items"]
        if not listed:
            return None
        _, added = self.api.call("POST", "/queue/add", {"errata_ids": [listed[0]["errata_id"]], "target_os": "ubuntu"})
        return added["items"][0]["queue_id"] if added.get("items") else None

    def write(self):
        """One acknowledged change; False when the orchestrator says that it could not be made."""
        try:
            status, answer = self.api.call("PATCH", f"/queue/{self.item}", {"notes": f"write {self.written + 1}"})
        except world.Unavailable:
            return False
        assert status == 200, answer
        self.written += 1
        return True

    def expect_last_write(self):
        notes = until("an answer", lambda: self.api.call("GET", f"/queue/{self.item}"))[1]["notes"]
        assert notes == f"write {self.written}", (notes, self.written)

    def seconds_until_written(self, patience=60):
        begin = time.monotonic()
        until("a write", self.write, patience)
        return time.monotonic() - begin

    def expect_alive(self):
        assert self.node.is_alive(), f"the orchestrator ended by itself; see {self.work}"

    def close(self):
        self.node.stop()
        self.sandbox.stop()


def _scenario():
    return json.loads((pathlib.Path(__file__).resolve().parents[2] / "sandbox/scenarios/small.json").read_text())


def restart_and_failover(work, binaries, report):
    primary = Cluster(work / "primary")
    clusters = [primary]
    job = None
    try:
        standby = Cluster(work / "standby", primary)
        clusters.append(standby)
        # Without it a decision that was acknowledged a moment ago can be lost with the primary.
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.sql("SELECT pg_reload_conf()")
        until("the standby", lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync")
        job = Work("failover", work, binaries, clusters)
        report.meet({"PostgreSQL": primary.version()})
        with report.check("PostgreSQL that restarts"):
            assert job.write()
            primary.stop()
            assert not job.write(), "a write was acknowledged without a database"
            primary.start()
            report.say(f"PostgreSQL restarted: writes again after {job.seconds_until_written():.1f} s")
            job.expect_last_write()
        with report.check("PostgreSQL that fails over to its streaming standby"):
            assert job.write()
            primary.stop()
            standby.promote()
            standby.sql("ALTER SYSTEM SET synchronous_standby_names = ''")
            standby.sql("SELECT pg_reload_conf()")
            job.expect_last_write()
            report.say(f"failed over to the standby: writes again after {job.seconds_until_written():.1f} s; the last acknowledged write is there")
            job.expect_last_write()
            job.expect_alive()
    finally:
        if job:
            job.close()
        for cluster in clusters:
            cluster.stop()


def full_disk(work, binaries, report):
    disk = work / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", disk], check=True)
    cluster = job = None
    try:
        cluster = Cluster(disk / "server")
        job = Work("full-disk", work, binaries, [cluster])
        with report.check("PostgreSQL whose disk is full"):
            assert job.write()
            filler = disk / "filler"
            with open(filler, "wb", buffering=0) as file:  # or closing it would fail too
                try:
                    while True:
                        file.write(b"\0" * 65536)
                except OSError:
                    pass
            until("a write that is refused", lambda: _fill_wal(cluster) or not job.write(), 60)
            job.expect_alive()
            report.say("the disk of PostgreSQL is full: a write was refused, the orchestrator lives")
            filler.unlink()
            until("the server", lambda: cluster.answers() or cluster.start(check=False))
            report.say(f"space was made: writes again after {job.seconds_until_written():.1f} s")
            job.expect_last_write()
            job.expect_alive()
    finally:
        if job:
            job.close()
        if cluster:
            cluster.stop()
        subprocess.run(["umount", "-l", disk], check=False)


def _fill_wal(cluster):
    """Other users of the server write too: the space that it has in reserve is used up."""
    subprocess.run([cluster.bin / "psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "postgres", "-d", "postgres", "-c",
                    "CREATE TABLE IF NOT EXISTS other (t text); INSERT INTO other SELECT repeat(md5(i::text), 50) FROM generate_series(1, 8000) i"],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return False
