"""The fleet of the chaos test: a scenario for spm-sandbox in which every erratum's outcome is scripted."""

# (OS, name of its advisories, version before, version after, a unit that must run, another that runs, has snapshots)
KINDS = [
    ("ubuntu-24.04", "USN-9{:03d}-1", "1.0-1ubuntu1", "1.0-1ubuntu1.1", "cron.service", "systemd-timesyncd.service", True),
    ("ubuntu-22.04", "USN-8{:03d}-1", "1.0-1ubuntu1", "1.0-1ubuntu1.1", "cron.service", "systemd-timesyncd.service", False),
    ("debian-12", "DSA-9{:03d}-1", "1.0-1", "1.0-1+deb12u1", "rsyslog.service", "systemd-timesyncd.service", False),
    ("almalinux-9", "ALSA-2026:9{:03d}", "1.0-1.el9", "1.0-1.el9_6.1", "crond.service", "chronyd.service", True),
    ("almalinux-8", "ALSA-2026:8{:03d}", "1.0-1.el8", "1.0-1.el8_10.1", "crond.service", "chronyd.service", False),
]


def _passes(reboot=False):
    return {"result": "passed", "reboot": reboot, "rollback": "none", "decision": "none", "final_status": "pending_approval"}


def _fails(phase, kind):
    return {"result": "failed", "failure_phase": phase, "failure_class": kind, "reboot": False, "rollback": "either",
            "decision": "none", "final_status": "failed"}


def _outcome(number, unit, other):
    """What the erratum does, and what a test of it must therefore end with."""
    return [
        ([{"type": "none"}], _passes()),
        ([{"type": "needs_reboot"}], _passes(reboot=True)),
        ([{"type": "service_down", "service": unit}], _fails("services", "regression")),
        ([{"type": "none"}], _passes()),
        ([{"type": "patch_fails", "message": "E: trying to overwrite a file of another package"}], _fails("patch", "patch")),
        ([{"type": "failed_unit", "unit": other}], _fails("validate", "regression")),
        ([{"type": "none"}], _passes()),
        ([{"type": "slow", "seconds": 240}], _passes()),
        ([{"type": "installs_nothing"}], _fails("patch", "patch")),
        ([{"type": "none"}], _passes()),
    ][number % 10]


def scenario(systems, errata):
    """`systems` test systems and `errata` scripted errata, spread over five operating systems."""
    fleet, advisories = [], []
    for index in range(systems):
        os_id, *_, snapper = KINDS[index % len(KINDS)]
        fleet.append({"name": f"test-{os_id.replace('.', '')}-{index:02d}", "os": os_id, "role": "test",
                      "groups": [f"test-{os_id.replace('.', '')}"], "snapper": snapper, "cpu_percent": 5, "memory_percent": 35})
    for index in range(errata):
        os_id, name, before, after, unit, other, _ = KINDS[index % len(KINDS)]
        number = index // len(KINDS)
        effects, expect = _outcome(number, unit, other)
        needs_reboot = expect["reboot"]
        package = f"linux-firmware-chaos-{number}" if needs_reboot and os_id.startswith(("ubuntu", "debian")) else f"chaos-{number}"
        advisories.append({
            "advisory": name.format(number), "os": os_id, "severity": ["Important", "Moderate", "Low", "Critical"][number % 4],
            "synopsis": f"chaos {number}", "description": f"chaos {number}", "published_days_ago": 1 + number % 60,
            "cves": [f"CVE-2026-{10000 + index}"], "packages": [{"name": package, "evr": after, "from": before, "size_kb": 100 + number}],
            "reboot_suggested": needs_reboot, "effects": effects, "expect": expect})
    return {"name": "chaos", "seed": 20261123, "uyuni": {"user": "admin", "password": "sandbox", "time_zone": "Europe/Rome"},
            "salt": {"user": "spm", "password": "sandbox", "eauth": "pam"}, "spm_sync": {"generation": 2},
            "systems": fleet, "errata": advisories}
