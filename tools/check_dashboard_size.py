#!/usr/bin/env python3
"""Fails when the JavaScript that the first page needs has grown beyond its limit.

usage: check_dashboard_size.py FOLDER     of the built dashboard
"""
import os
import re
import sys

LIMIT = 250 * 1024  # bytes, compressed with gzip


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "index.html"), encoding="utf-8") as file:
        scripts = sorted(set(re.findall(r'(?:src|href)="/([^"]+\.js)"', file.read())))
    size = 0
    for script in scripts:
        path = os.path.join(folder, script)
        size += os.path.getsize(path + ".gz" if os.path.exists(path + ".gz") else path)
    print(f"initial JavaScript: {size / 1024:.1f} KB compressed in {len(scripts)} files, at most {LIMIT // 1024} KB")
    sys.exit(size > LIMIT)


if __name__ == "__main__":
    main()
