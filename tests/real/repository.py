"""A real apt repository of three small packages in two versions each, inside the fleet's root.

`greeter` gets better. `ledger` gets a version whose daemon ends at once, `miner` one that keeps every processor busy.
"""
import hashlib
import pathlib
import shutil

FOLDER = "/srv/repository"
_DAEMON = "#!/usr/bin/python3\nimport signal\nprint('{name} {version} works', flush=True)\nsignal.pause()\n"
_BROKEN = "#!/usr/bin/python3\nraise SystemExit('{name} {version}: the book of {version} cannot be opened')\n"
_BUSY = ("#!/usr/bin/python3\nimport os\nos.nice(19)\nfor _ in range(1, os.cpu_count()):\n    if os.fork() == 0:\n        break\n"
         "while True:\n    pass  # {name} {version}\n")
_PACKAGES = [("greeter", "1.0", _DAEMON), ("greeter", "1.1", _DAEMON), ("ledger", "1.0", _DAEMON), ("ledger", "1.1", _BROKEN), ("miner", "1.0", _DAEMON),
             ("miner", "1.1", _BUSY)]


def _build(root, name, version, daemon):
    tree = pathlib.Path(root) / "tmp" / f"{name}-{version}"
    files = {
        "DEBIAN/control": f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Test <test@example.org>\nDepends: python3\n"
                          f"Description: a daemon for tests\n",
        "DEBIAN/postinst": f"#!/bin/sh\nset -e\nsystemctl restart {name}.service\n",
        "DEBIAN/prerm": f"#!/bin/sh\nset -e\nsystemctl stop {name}.service || true\n",
        f"usr/bin/{name}": daemon.format(name=name, version=version),
        f"lib/systemd/system/{name}.service": f"[Unit]\nDescription={name}\n\n[Service]\nExecStart=/usr/bin/{name}\n",
    }
    for path, text in files.items():
        target = tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o755 if path.startswith(("DEBIAN/p", "usr/bin")) else 0o644)
    return f"/tmp/{tree.name}"


def create(fleet):
    """Builds the packages, and has the root's apt know them and nothing else."""
    folder = fleet.root / FOLDER.lstrip("/")
    folder.mkdir(parents=True)
    index = ""
    for name, version, daemon in _PACKAGES:
        tree = _build(fleet.root, name, version, daemon)
        file = f"{name}_{version}_all.deb"
        built = fleet.inside("dpkg-deb", "--root-owner-group", "--build", tree, f"{FOLDER}/{file}")
        if built.returncode != 0:
            raise SystemExit(f"dpkg-deb: {built.stderr}")
        content = (folder / file).read_bytes()
        control = fleet.inside("dpkg-deb", "--field", f"{FOLDER}/{file}").stdout
        index += f"{control}Filename: ./{file}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n\n"
        shutil.rmtree(fleet.root / tree.lstrip("/"))
    (folder / "Packages").write_text(index)
    sources = fleet.root / "etc/apt"
    shutil.rmtree(sources / "sources.list.d", ignore_errors=True)
    (sources / "sources.list").write_text(f"deb [trusted=yes] file:{FOLDER} ./\n")
