#!/usr/bin/env python3
"""The commands of the README: a test runs each of them, and the translation holds the same ones.

usage: readme_commands.py ROOT          checks that
       readme_commands.py ROOT TEXT     prints the block of commands whose first line is TEXT, for the test that runs it

What is run by whom stands in RUN_BY; a command that is not in it, or that its test does not name, is a problem.
"""
import pathlib
import re
import sys

README, TRANSLATION = "README.md", "README.it.md"
# By the first line.
RUN_BY = {"scripts/demo": "scripts/test-install", "scripts/demo --check": "tests/install/demo.sh", "api=http://127.0.0.1:5001/api/v1": "scripts/test-install",
          "scripts/install.sh --yes": "scripts/test-install", "--uninstall": "tests/install/inside.sh", "scripts/test": ".ci/run"}
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:scripts/|--)[^`]+)`")


def blocks(document):
    return BLOCK.findall(document.read_text())


def without_comments(block):
    return [line for line in (re.sub(r"(^|\s)\s*#.*", "", line).rstrip() for line in block.splitlines()) if line]


def commands(document):
    """Every block, and every command within a sentence."""
    return blocks(document) + INLINE.findall(BLOCK.sub("", document.read_text()))


def problems(root):
    ours, theirs = commands(root / README), commands(root / TRANSLATION)
    if [without_comments(one) for one in ours] != [without_comments(one) for one in theirs]:
        yield f"{README} and {TRANSLATION} hold different commands"
    first_lines = {command.splitlines()[0] for command in ours}
    for line in sorted(first_lines - RUN_BY.keys()):
        yield f"{README}: no test runs {line!r}"
    for line, runner in RUN_BY.items():
        if line not in first_lines:
            yield f"{README} does not hold {line!r} any more"
        if not re.search(rf"(^|[\s'\"]){re.escape(line)}($|[\s'\"])", (root / runner).read_text(), re.MULTILINE):
            yield f"{runner} does not run {line!r}"


def main():
    root = pathlib.Path(sys.argv[1])
    if len(sys.argv) > 2:
        found = [block for block in blocks(root / README) if block.splitlines()[0] == sys.argv[2]]
        if len(found) != 1:
            sys.exit(f"readme_commands: {len(found)} blocks of {README} have the first line {sys.argv[2]!r}")
        print(found[0], end="")
        return
    found = list(problems(root))
    print("\n".join(found) if found else f"{README}: a test runs every command")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
