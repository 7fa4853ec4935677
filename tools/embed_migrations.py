#!/usr/bin/env python3
"""Turns db/migrations/NNNN_name.sql into a C++ header with each migration's number, name, text, SHA-256 and breaking mark.

usage: embed_migrations.py DIRECTORY OUT.hpp

Numbers must run 1, 2, 3 without a gap. A first line "-- breaking" marks a migration that older programs cannot work with.
"""
import hashlib
import pathlib
import re
import sys


def main():
    directory, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rows = []
    for expected, path in enumerate(sorted(directory.glob("*.sql")), start=1):
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", path.name)
        if not match or int(match.group(1)) != expected:
            sys.exit(f"{path}: must be named {expected:04}_<name>.sql: migrations are numbered without a gap")
        text = path.read_text(encoding="utf-8")
        if ')sql"' in text:
            sys.exit(f'{path}: must not contain )sql"')
        checksum = hashlib.sha256(text.encode()).hexdigest()
        breaking = "true" if text.splitlines()[:1] == ["-- breaking"] else "false"
        rows.append(f'    Migration{{{expected}, "{match.group(2)}", R"sql({text})sql", "{checksum}", {breaking}}},')
    if not rows:
        sys.exit(f"{directory}: no migrations")
    target.write_text(
        "\n".join(
            [
                "#pragma once",
                "// Generated from db/migrations by tools/embed_migrations.py; do not edit.",
                '#include "db/migration_plan.hpp"',
                "namespace spm::db {",
                "inline constexpr Migration kMigrations[] = {",
                *rows,
                "};",
                "}  // namespace spm::db",
            ]
        )
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
