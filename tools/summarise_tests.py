#!/usr/bin/env python3
"""Adds up the reports of a test run.

usage: summarise_tests.py FOLDER

FOLDER holds ctest.xml (JUnit, one case a test program) and NAME_tests.json of every GoogleTest program NAME. A program without a report of
its own counts as one case; one that failed although its report knows no failure (it crashed, or leaked) counts as one failure more.
Prints what failed, then "N passed, N failed" as the last line, also into FOLDER/summary.txt. Exit status 1 when anything failed or nothing ran.
"""
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree


def gtest_cases(path):
    """(name, "passed" | "failed" | "skipped") of every case of a GoogleTest report."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{suite['name']}.{case['name']}"
            if case.get("failures"):
                yield name, "failed"
            elif case.get("result") == "SKIPPED":
                yield name, "skipped"
            elif case.get("result") == "COMPLETED":
                yield name, "passed"


def unittest_cases(output):
    """The number of cases that Python's unittest says it ran; None when this is not its output."""
    match = re.search(r"^Ran (\d+) tests? in ", output or "", re.MULTILINE)
    return int(match.group(1)) if match else None


def program_cases(folder, program):
    """The cases of one program of ctest.xml."""
    name = program.get("name")
    succeeded = program.get("status") == "run" and program.find("failure") is None
    report = os.path.join(folder, f"{name}_tests.json")
    if os.path.exists(report):
        cases = list(gtest_cases(report))
        if not succeeded and all(result != "failed" for _, result in cases):
            cases.append((f"{name} (crashed, leaked or timed out)", "failed"))
        return cases
    count = unittest_cases(program.findtext("system-out")) if succeeded else None
    return [(name, "passed" if succeeded else "failed")] * (count or 1)


def main():
    folder = sys.argv[1]
    programs = ElementTree.parse(os.path.join(folder, "ctest.xml")).getroot().findall("testcase")
    cases = [case for program in programs for case in program_cases(folder, program)]
    results = [result for _, result in cases]
    for name, result in cases:
        if result != "passed":
            print(f"{result}: {name}")
    summary = f"{results.count('passed')} passed, {results.count('failed')} failed"
    with open(os.path.join(folder, "summary.txt"), "w", encoding="utf-8") as file:
        file.write(summary + "\n")
    print(summary)
    if results.count("failed") or not results.count("passed"):
        sys.exit(1)


if __name__ == "__main__":
    main()
