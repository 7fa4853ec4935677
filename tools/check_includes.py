#!/usr/bin/env python3
"""Checks who includes whom, from the tables below.

usage: check_includes.py ROOT

A violation is printed as `FILE:LINE: includes X, …` and the exit status is 1. Runs in every build (target check_includes). The edges of the
libraries in CMakeLists.txt are held against the same tables. ARCHITECTURE.md explains the rules; they are changed here and there together.
"""
import fnmatch
import os
import re
import sys
from typing import NamedTuple

# Every directory of src/, lowest first. A directory may include those of lower rows, and none of its own row but itself.
LAYERS = [
    ["base"],
    ["access", "ports"],
    ["log", "config", "metrics"],
    ["db", "net"],
    ["http"],
    ["auth"],
    ["outbox", "scheduler"],
    ["notifications"],
    ["audit"],
    ["SLICES"],
    ["app"],
    ["cli"],
]

# Slices call only to their left. To the right they speak through the outbox.
SLICES = ["identity", "configuration", "catalogue", "scoring", "cves", "queue", "checks", "engine", "approvals", "retention", "health", "cluster", "systems", "overview", "live"]

# Built like a slice and held to the same rules, but below all of them, because all of them publish through it.
SHARED_SLICES = ["notifications"]

# Directories outside the layers, and all that they may include besides themselves.
OUTSIDE = {
    "integrations": ["base", "net", "ports"],
    "sandbox": ["base", "http", "net/xmlrpc.hpp", "net/http_client.hpp"],
    "spmctl": ["base", "net/http_client.hpp", "http/contract_embedded.hpp"],
}

# What a directory may include although its layer does not allow it.
EXTRA = {
    "app": ["integrations"],
    "cli": ["sandbox"],
}

# Stricter rules for single files; the first that matches counts besides the rules of its directory. OWN is the file's own slice.
TYPES = ["OWN/types.hpp", "ports/advisory_source.hpp"]  # values only
PURE = "values in, values out"
STRICTER = [
    ("src/SLICE/rules*", ["base", "access", "OWN/rules*", "configuration/rules.hpp", *TYPES], PURE),
    ("src/catalogue/superseding.?pp", ["base", "OWN/superseding.hpp", *TYPES], PURE),
    ("src/scoring/score.?pp", ["base", "OWN/score.hpp", "configuration/rules.hpp", *TYPES], PURE),
    ("src/scoring/urgency.?pp", ["base", "OWN/urgency.hpp", *TYPES], PURE),
    ("src/engine/transition.?pp", ["base", "OWN/transition.hpp", "OWN/phase*.hpp"], PURE),
    ("src/engine/verdict.?pp", ["base", "OWN/verdict.hpp", "OWN/settings.hpp"], PURE),
    ("src/engine/fate.?pp", ["base", "OWN/fate.hpp", "OWN/phase.hpp", "OWN/settings.hpp", "queue/lifecycle.hpp"], PURE),
    ("src/engine/bisect_rules.?pp", ["base", "OWN/bisect_rules.hpp", "OWN/fate.hpp"], PURE),
    ("src/engine/batch_rules.?pp", ["base", "OWN/batch_rules.hpp", "queue/lifecycle.hpp"], PURE),
    ("src/queue/waiting.?pp", ["base", "OWN/waiting.hpp", "OWN/lifecycle.hpp"], PURE),
    ("src/SLICE/*api.cpp", ["base", "access", "log", "db", "http", "auth", "audit", "outbox", "scheduler", "notifications", "OWN", "SLICES"],
     "handlers touch only PostgreSQL"),
]

# Other slices, app and cli see only these headers of a slice: its public face.
FACES = ["SLICE/SLICE.hpp", "SLICE/types.hpp", "SLICE/rules.hpp", "queue/lifecycle.hpp", "catalogue/superseding.hpp"]

# Beside the faces app sees what it hands to the slices: their settings, their upstreams.
WIRED_BY_APP = ["catalogue/sync.hpp", "engine/settings.hpp", "engine/worker.hpp"]

# These may include anything.
UNBOUND = ["tests", "fuzz"]

# What slices leave to others, though it is in a lower layer.
FORBIDDEN_FOR_SLICES = [
    ("net/http_client.hpp", "upstreams are reached through ports"),
    ("net/upstream_guard.hpp", "upstreams are reached through ports"),
    ("net/xmlrpc.hpp", "upstreams are reached through ports"),
    ("config/*", "app hands the settings in"),
]

# Outside libraries with one home each.
HOMES = [
    (r"boost/(asio|beast)\b.*", ["src/http/server.cpp", "src/http/edge/*"], "the async edge is one place"),
    (r"libpq-fe\.h", ["src/db/*"], "PostgreSQL is spoken in db/ alone"),
    (r"cjose/.*", ["src/integrations/oidc/signature*"], "signatures of tokens are checked in integrations/oidc alone"),
    (r"curl/.*", ["src/net/http_client*"], "HTTP is spoken in net/http_client alone"),
    (r"zlib\.h", ["src/integrations/cve_lists/gzip*"], "what is compressed is unpacked in integrations/cve_lists/gzip alone"),
    (r"pugixml\.hpp", ["src/net/xmlrpc*"], "XML is read in net/xmlrpc alone"),
    (r"CLI/.*", ["src/cli/*", "src/spmctl/run.cpp", "sandbox/main.cpp"], "command lines are read in cli/ and spmctl/"),
    (r"spdlog/.*", ["src/log/*"], "log lines are written in log/"),
    (r"prometheus/.*", ["src/metrics/*"], "metrics are kept in metrics/"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
SOURCES = (".cpp", ".hpp")


class Include(NamedTuple):
    file: str
    line: int
    target: str
    is_quoted: bool


def layer_members(layer):
    return SLICES if layer == ["SLICES"] else layer


def directories():
    return [name for layer in LAYERS for name in layer_members(layer)]


def lower_directories(name):
    """All that a directory of the layers may include besides itself."""
    below = []
    for layer in LAYERS:
        members = layer_members(layer)
        if name in members:
            left = SLICES[:SLICES.index(name)] if name in SLICES else []
            return below + left + EXTRA.get(name, [])
        below += members
    raise KeyError(name)


def home_of(file):
    """("src/queue/api.cpp") → "queue"; "src/main.cpp" → "main.cpp"."""
    parts = file.split("/")
    return parts[1] if parts[0] == "src" else parts[0]


def matches(target, allowed, own):
    for rule in allowed:
        rule = rule.replace("OWN", own)
        if rule == "SLICES":
            if target.split("/")[0] in SLICES:
                return True
        elif "/" in rule:
            if fnmatch.fnmatch(target, rule):
                return True
        elif target.split("/")[0] == rule:
            return True
    return False


def is_face(target):
    slice_name = target.split("/")[0]
    return any(target == face.replace("SLICE", slice_name) for face in FACES)


def complaints_about_directory(include):
    home, target = home_of(include.file), include.target
    top = target.split("/")[0]
    if home in ("main.cpp", *UNBOUND):
        return
    if home == "integrations":
        vendor = include.file.split("/")[2]
        if not matches(target, OUTSIDE[home] + [f"integrations/{vendor}/*"], home):
            yield "an integration includes base, net, ports and its own directory"
        return
    if home in OUTSIDE:
        if not matches(target, OUTSIDE[home] + [home], home):
            yield f"{home} includes only {', '.join(OUTSIDE[home])}"
        return
    if home not in directories():
        yield f"{home} has no row in LAYERS of tools/check_includes.py"
        return
    allowed = lower_directories(home)
    if top != home and top not in allowed:
        yield f"{home} may include {', '.join(allowed) or 'nothing'}"
    elif home in SLICES + SHARED_SLICES:
        yield from (why for pattern, why in FORBIDDEN_FOR_SLICES if fnmatch.fnmatch(target, pattern))
    is_wiring = home == "app" and target in WIRED_BY_APP
    if top in SLICES + SHARED_SLICES and top != home and not is_face(target) and not is_wiring:
        yield f"others see only the public face of a slice ({top}/{top}.hpp)"


def complaints_about_file(include):
    own = home_of(include.file)
    if own not in SLICES + SHARED_SLICES or include.file.endswith("_test.cpp"):
        return
    for pattern, allowed, why in STRICTER:
        if fnmatch.fnmatch(include.file, pattern.replace("SLICE", own)):
            if not matches(include.target, allowed, own):
                yield f"{os.path.basename(include.file)} may include {', '.join(allowed).replace('OWN', own)} ({why})"
            return


def complaints_about_library(include):
    if home_of(include.file) in UNBOUND:
        return
    for pattern, homes, why in HOMES:
        if re.fullmatch(pattern, include.target) and not any(fnmatch.fnmatch(include.file, home) for home in homes):
            yield f"allowed in {', '.join(homes)} ({why})"


def complaints(include):
    if include.is_quoted:
        yield from complaints_about_directory(include)
        yield from complaints_about_file(include)
    else:
        yield from complaints_about_library(include)


def includes_of(root):
    for top in ("src", "sandbox", "tests", "fuzz"):
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders.sort()
            for name in sorted(files):
                if name.endswith(SOURCES):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        for number, line in enumerate(file, 1):
                            match = INCLUDE.match(line)
                            if match:
                                quoted, angled = match.groups()
                                yield Include(os.path.relpath(path, root), number, quoted or angled, quoted is not None)


def library_edges(root):
    """(line, directory, directory it links) of every spm_module(NAME … DEPS …) in CMakeLists.txt."""
    with open(os.path.join(root, "CMakeLists.txt"), encoding="utf-8") as file:
        text = file.read()
    for match in re.finditer(r"spm_module\(([a-z_]+)\b([^)]*)\)", text):
        line = text.count("\n", 0, match.start()) + 1
        for linked in re.findall(r"\bspm_([a-z_]+)", match.group(2)):
            target = "integrations" if linked.startswith("integrations_") else linked
            yield line, match.group(1), target


def complaints_about_edge(name, linked):
    if name not in directories() and name not in OUTSIDE:
        yield f"{name} has no row in LAYERS of tools/check_includes.py"
        return
    allowed = OUTSIDE[name] if name in OUTSIDE else lower_directories(name)
    if linked not in allowed:
        yield f"{name} may link {', '.join(allowed) or 'nothing'}"


def violations(root):
    found = [f"{include.file}:{include.line}: includes {include.target}, {complaint}"
             for include in includes_of(root) for complaint in complaints(include)]
    found += [f"CMakeLists.txt:{line}: {name} links {linked}, {complaint}"
              for line, name, linked in library_edges(root) for complaint in complaints_about_edge(name, linked)]
    return found


def main():
    found = violations(sys.argv[1] if len(sys.argv) > 1 else ".")
    for line in found:
        print(line)
    if found:
        sys.exit(f"{len(found)} include{'s' if len(found) > 1 else ''} against the rules of ARCHITECTURE.md")


if __name__ == "__main__":
    main()
