"""Writes expressions.jsonl: what packaging 26.3 says of licence expressions.

    python gen_expressions.py > expressions.jsonl

One [input, valid, canonical form] a line: cases chosen by hand, then random
ones from a fixed seed.
"""

import json
import random

import packaging
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.licenses._spdx import EXCEPTIONS, LICENSES

assert packaging.__version__ == "26.3", packaging.__version__

BY_HAND = """
MIT|mit|mIt oR aPACHE-2.0|(MIT)|((mit))|( MIT )|(MIT|MIT)|()|MIT ()|()MIT|(MIT)(ISC)|MIT (ISC)|(MIT) ISC
MIT and isc or zlib|MIT AND (ISC OR Zlib)|(MIT AND ISC) OR Zlib|(MIT)AND(ISC)|MIT AND|AND MIT|AND|OR|WITH|MIT AND OR ISC
MIT ISC|MIT, ISC|MIT/ISC|MIT;ISC|MIT & ISC|not MIT|MIT AND NOT ISC|MIT if ISC else Zlib|lambda|False|True|None|1
MIT+|MIT++|mit +|+|GPL-2.0|GPL-2.0+|gpl-2.0+|GPL-2.0++|GPL-2.0+++|LGPL-3.0+|GPL-3.0-or-later+|AGPL-3.0+|GPL-1.0
GPL-2.0-only with classpath-exception-2.0|GPL-2.0+ WITH Classpath-exception-2.0|MIT WITH MIT|MIT WITH|MIT WITH AND ISC
GPL-2.0-only WITH (Classpath-exception-2.0)|(GPL-2.0-only) WITH Classpath-exception-2.0|Classpath-exception-2.0
GPL-2.0-only WITH Classpath-exception-2.0 WITH GCC-exception-3.1|GPL-2.0-only WITH Classpath-exception-2.0+
(GPL-3.0-only WITH GCC-exception-3.1) AND MIT|LicenseRef-x WITH GCC-exception-3.1|MIT WITH Nokia-Qt-exception-1.1
GPL-2.0-only WITH LicenseRef-x|GPL-2.0-only WITH AdditionRef-x|AND WITH MIT|MIT OR WITH ISC|GPL-2.0-with-GCC-exception
LicenseRef-A|licenseref-a|LICENSEREF-aB.c-1|LicenseRef-|LicenseRef|LicenseRef-a_b|LicenseRef-a+|LicenseRef-é|LicenseRef--|LicenseRef-.
LicenseRef-A OR LicenseRef-a|LicenseRef-a OR LicenseRef-A AND licenseref-Ab|(licenseref-X)OR(LICENSEREF-x)|LicenseRef-MIT
DocumentRef-d:LicenseRef-a|LicenseRef-a:b|NONE|NOASSERTION|UNKNOWN|BSD|GPL|Apache|Apache 2.0|BSD License|MIT License|Public Domain
Python-2.0.1|0BSD|3D-Slicer-1.0|zlib-acknowledgement|XLOCK|any-OSI|MIT-0|mit-cmu|psf-2.0|CC-BY-NC-SA-4.0|cc0-1.0|blueoak-1.0.0
""".strip().replace("\n", "|").split("|") + [
    "", " ", "\n", " MIT ", "\tMIT\r\n", "MIT\nOR\nISC", "MIT\x0bOR\x0cISC", "MIT\x1cOR\x1fISC", "MIT\x85OR\xa0ISC",
    "MIT\u1680OR\u2003ISC", "MIT\u2028OR\u2029ISC", "MIT\u202fOR\u205fISC\u3000", "MIT\u200bOR ISC", "MIT\u180eOR ISC",
    "\ufeffMIT", "MIT\x00", "MIT\x00OR ISC", "MIT #", "M\u0130T", "M\u0131T", "A\u017fL", "\u212aazlib", "BEER\u212aWARE",
    "MIT \u212a OR ISC", "MIT|ISC", "MIT\\", '"MIT"', "'MIT'", "MIT\n(", "\uff08MIT\uff09", "MIT " * 3, "MIT OR " * 50 + "ISC",
    "(" * 199 + "MIT" + ")" * 199, "(" * 200 + "MIT" + ")" * 200, "(" * 201 + "MIT" + ")" * 201,
]
TOKENS = ["(", ")", "AND", "or", "WITH", "MIT", "mit+", "LicenseRef-x", "Licenseref-X", "GPL-2.0-only", "gcc-exception-3.1", "nope"]
rnd = random.Random(639)
ids = [v["id"] for v in LICENSES.values()]
exceptions = [v["id"] for v in EXCEPTIONS.values()]


def recase(s):
    return rnd.choice([s, s.lower(), s.upper(), s.swapcase()])


def expression(depth):
    if depth and rnd.random() < 0.4:
        s = f"({expression(depth - 1)})"
    else:
        s = recase(rnd.choice([rnd.choice(ids), rnd.choice(ids), "LicenseRef-" + rnd.choice("aAbB")])) + rnd.choice(["", "", "", "", "", "+"])
        if rnd.random() < 0.2:
            s += recase(" with ") + recase(rnd.choice(exceptions))
    if rnd.random() < 0.5:
        s += recase(rnd.choice([" and ", " or "])) + expression(depth)
    return s


def answer(s):
    try:
        return [s, True, canonicalize_license_expression(s)]
    except InvalidLicenseExpression:
        return [s, False, ""]


cases = BY_HAND + [expression(2) for _ in range(200)] + [" ".join(rnd.choices(TOKENS, k=rnd.randint(2, 6))) for _ in range(200)]
for case in dict.fromkeys(cases):
    print(json.dumps(answer(case)))
