#!/usr/bin/env python3
"""Writes made-up advisories, one JSON object a line, in the form that `spm-sandbox --catalogue` reads.

usage: make_catalogue.py [--count 5029] [--seed 1] [--independent] > FILE

The same seed gives the same bytes. Kinds, severities, and numbers of packages and CVEs are spread as in the AlmaLinux 8 and 9 advisories
of 2019 to 2026, so that the figures of a benchmark mean something. Most are superseded by later ones, as in life; with --independent each
changes a package that no other does, so that all of them can be queued.
"""
import argparse
import datetime
import json
import random

TYPES = {"Security Advisory": 76, "Bug Fix Advisory": 20, "Product Enhancement Advisory": 4}
PREFIXES = {"Security Advisory": "ALSA", "Bug Fix Advisory": "ALBA", "Product Enhancement Advisory": "ALEA"}
SECURITY_SEVERITIES = {"Critical": 1, "Important": 50, "Moderate": 45, "Low": 4}
STEMS = ["kernel", "openssl", "glibc", "systemd", "httpd", "nginx", "postgresql", "mariadb", "bind", "samba", "curl", "python3", "perl",
         "firefox", "thunderbird", "podman", "runc", "containerd", "dbus", "sudo", "vim", "tar", "zlib", "libxml2", "grub2", "nss", "openssh",
         "cups", "qemu-kvm", "libvirt", "java-17-openjdk", "dotnet8.0", "nodejs", "ruby", "php", "golang", "rust-toolset", "gcc", "binutils"]
PARTS = ["", "-libs", "-devel", "-common", "-doc", "-tools", "-server", "-client", "-core", "-utils", "-extras", "-selinux"]
BEGIN = datetime.datetime(2019, 5, 7, tzinfo=datetime.timezone.utc)
SPAN_MINUTES = 7 * 365 * 24 * 60


def pick(rng, weights):
    return rng.choices(list(weights), list(weights.values()))[0]


def long_tailed(rng, median, largest):
    """Mostly near the median, now and then far above it."""
    return min(largest, max(1, round(rng.lognormvariate(0, 1.4) * median)))


def packages(rng, stem, release):
    count = long_tailed(rng, 4, 516)
    version = f"{rng.randint(0, 9)}.{rng.randint(0, 40)}.{rng.randint(0, 60)}-{rng.randint(1, 300)}.el{release}_{rng.randint(0, 9)}"
    names = [stem + part for part in PARTS] + [f"{stem}-plugin-{number}" for number in range(count)]
    return [[name, version] for name in names[:count]]


def advisory(rng, number, is_independent):
    release = rng.choices([8, 9], [64, 36])[0]
    kind = pick(rng, TYPES)
    published = BEGIN + datetime.timedelta(minutes=rng.randrange(SPAN_MINUTES))
    stem = rng.choice(STEMS)
    is_security = kind == "Security Advisory"
    severity = pick(rng, SECURITY_SEVERITIES) if is_security else "Unspecified"
    cves = sorted({f"CVE-{published.year - rng.randint(0, 2)}-{rng.randint(1000, 49999)}" for _ in range(long_tailed(rng, 1, 140))})
    changed = packages(rng, stem, release)
    if is_independent:
        changed.append([f"{stem}-part-{number}", changed[0][1]])
    return {
        "advisory": f"{PREFIXES[kind]}-{published.year}:{10000 + number}",
        "os": f"almalinux{release}",
        "type": kind,
        "severity": severity,
        "synopsis": f"{severity}: {stem} security update" if is_security else f"{stem} update",
        "published": published.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cves": cves if is_security else [],
        "packages": changed,
    }


def main():
    parser = argparse.ArgumentParser(description="Writes made-up advisories, one JSON object a line.")
    parser.add_argument("--count", type=int, default=5029)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--independent", action="store_true")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    for number in range(arguments.count):
        print(json.dumps(advisory(rng, number, arguments.independent), separators=(",", ":")))


if __name__ == "__main__":
    main()
