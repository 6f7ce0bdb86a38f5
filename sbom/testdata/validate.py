"""Says of documents whether the official validators take them.

usage: validate.py (FORMAT VERSION FILE)...

One line each on stdout: "ok FILE" or "bad FILE: why". Needs cyclonedx-python-lib[validation] and spdx-tools.
"""

import sys


def cyclonedx_json(version, path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    with open(path, encoding="utf-8", errors="strict") as f:
        return JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(f.read())


def cyclonedx_xml(version, path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.xml import XmlValidator

    with open(path, encoding="utf-8", errors="strict", newline="") as f:
        return XmlValidator(SchemaVersion.from_version(version)).validate_str(f.read())


def spdx(version, path):
    from spdx_tools.spdx.parser.error import SPDXParsingError
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    try:
        document = parse_file(path)
    except SPDXParsingError as e:
        return e.get_messages()
    return [m.validation_message for m in validate_full_spdx_document(document, "SPDX-" + version)]


def uris(version, path):
    """One URI reference on each line."""
    from rfc3987_syntax import is_valid_syntax

    with open(path, encoding="utf-8", newline="\n") as f:
        return [line for line in f.read().split("\n") if not is_valid_syntax(version, line)]


VALIDATORS = {
    "uris": uris,
    "cyclonedx-json": cyclonedx_json,
    "cyclonedx-xml": cyclonedx_xml,
    "spdx-json": spdx,
    "spdx-tag-value": spdx,
}


def main(args):
    for name, version, path in zip(args[0::3], args[1::3], args[2::3]):
        try:
            errors = VALIDATORS[name](version, path)
        except Exception as e:  # an unreadable document is a bad one
            errors = "%s: %s" % (type(e).__name__, e)
        print("bad %s: %s" % (path, " ".join(str(errors).split())[:2000]) if errors else "ok %s" % path)


main(sys.argv[1:])
