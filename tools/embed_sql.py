#!/usr/bin/env python3
"""Turns a slice's named statements into a C++ header.

usage: embed_sql.py SLICE IN.sql OUT.hpp

A statement starts with a line `-- name: claim_due` and ends where the next one starts. Other comment lines stay with it for readers
but are left out of the text that is sent. The namespace is spm::SLICE::sql.
"""
import re
import sys


def statements(text):
    name, lines = None, []
    for line in text.splitlines():
        match = re.fullmatch(r"--\s*name:\s*([a-z_][a-z0-9_]*)\s*", line)
        if match:
            if name:
                yield name, "\n".join(lines)
            name, lines = match.group(1), []
        elif name and line.strip() and not line.lstrip().startswith("--"):
            lines.append(line.rstrip())
    if name:
        yield name, "\n".join(lines)


def main():
    slice_name, source, target = sys.argv[1:4]
    with open(source, encoding="utf-8") as file:
        found = list(statements(file.read()))
    names = [name for name, _ in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"{source}: defined twice: {', '.join(sorted(twice))}")
    out = [
        "#pragma once",
        f"// Generated from {slice_name}.sql by tools/embed_sql.py; do not edit.",
        '#include "db/db.hpp"',
        f"namespace spm::{slice_name}::sql {{",
    ]
    for name, body in found:
        body = body.strip().rstrip(";")
        out.append(f'inline constexpr db::Statement {name}{{"{slice_name}.{name}", R"sql({body})sql"}};')
    out.append(f"inline constexpr const db::Statement* kAll[] = {{{', '.join('&' + n for n in names)}}};" if names else "")
    out.append(f"}}  // namespace spm::{slice_name}::sql")
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
