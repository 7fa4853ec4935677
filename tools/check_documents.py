#!/usr/bin/env python3
"""Checks that the files and folders that ARCHITECTURE.md and docs/engine.md name exist, and that links between documents lead somewhere.

usage: check_documents.py ROOT
"""
import pathlib
import re
import sys

NAMED = re.compile(r"`([\w./*-]+\.(?:cpp|hpp|sql|py|yaml|json|md))`|`((?:src|tests|db|api|tools|sandbox|scripts|docs|bench)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
PLACEHOLDERS = {"SLICE.hpp", "SLICE.sql", "rules.*", "store.*"}


def missing_names(root, document):
    files = [str(path.relative_to(root)) for folder in ("src", "sandbox", "db", "api", "tests", "tools", "docs", "bench", "scripts")
             for path in (root / folder).rglob("*")]
    for number, line in enumerate((root / document).read_text().splitlines(), 1):
        for match in NAMED.finditer(line):
            name = (match.group(1) or match.group(2)).rstrip("/")
            if name in PLACEHOLDERS or "*" in name or (root / name).exists():
                continue
            if not any(file.endswith("/" + name) for file in files):
                yield f"{document}:{number}: there is no {name}"


def broken_links(root):
    for path in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for match in LINK.finditer(line):
                if not (path.parent / match.group(1)).exists():
                    yield f"{path.relative_to(root)}:{number}: {match.group(1)} leads nowhere"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    problems = [problem for document in ("ARCHITECTURE.md", "docs/engine.md") for problem in missing_names(root, document)]
    problems += broken_links(root)
    print("\n".join(problems) if problems else "documents: every file that is named exists")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
