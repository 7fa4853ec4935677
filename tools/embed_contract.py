#!/usr/bin/env python3
"""Turns the OpenAPI document into a C++ header that holds it as JSON text.

usage: embed_contract.py api/openapi.yaml OUT.hpp

The text stands in several raw strings, because compilers bound the length of one; kContractChunks joined is the document.
"""
import json
import sys

import yaml

CHUNK = 12000  # characters; a compiler need only take 65,536 bytes, and one character is at most 4


class StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping: the later one would silently win. Dates stay text."""


def strict_mapping(loader, node):
    seen = set()
    for key, _ in node.value:
        name = loader.construct_object(key)
        if name in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {name!r} stands twice", key.start_mark)
        seen.add(name)
    return loader.construct_mapping(node, deep=True)


StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, strict_mapping)
StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def with_text_keys(node):
    """Status codes are numbers in YAML and text in JSON."""
    if isinstance(node, dict):
        return {str(key): with_text_keys(value) for key, value in node.items()}
    if isinstance(node, list):
        return [with_text_keys(item) for item in node]
    return node


def main():
    source, target = sys.argv[1:3]
    with open(source, encoding="utf-8") as file:
        try:
            document = yaml.load(file, StrictLoader)
        except yaml.YAMLError as error:
            sys.exit(f"{source}: {error}")
    if not isinstance(document, dict) or "paths" not in document:
        sys.exit(f"{source}: not an OpenAPI document")
    text = json.dumps(with_text_keys(document), ensure_ascii=False, separators=(",", ":"))
    chunks = [text[i:i + CHUNK] for i in range(0, len(text), CHUNK)]
    out = [
        "#pragma once",
        "// Generated from api/openapi.yaml by tools/embed_contract.py; do not edit.",
        "#include <string_view>",
        "namespace spm::http {",
        "inline constexpr std::string_view kContractChunks[] = {",
        *(f'    R"oas({chunk})oas",' for chunk in chunks),
        "};",
        "}  // namespace spm::http",
    ]
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
