"""A PEP 517 and PEP 660 build backend in one file: packs what lies beside it,
with PKG-INFO as METADATA, and needs nothing but the standard library."""

import base64
import csv
import hashlib
import io
import os
import tarfile
import zipfile
from email.parser import HeaderParser

OWN = {"backend.py", "pyproject.toml", "PKG-INFO"}


def stem():
    with open("PKG-INFO", encoding="utf-8") as f:
        headers = HeaderParser().parse(f)
    return f"{headers['Name'].replace('-', '_').replace('.', '_').lower()}-{headers['Version']}"


def sources():
    for parent, dirs, names in os.walk("."):
        dirs[:] = sorted(d for d in dirs if not d.startswith((".", "__")) and not d.endswith(".egg-info"))
        for name in sorted(names):
            path = os.path.relpath(os.path.join(parent, name), ".").replace(os.sep, "/")
            if not name.startswith("."):
                yield path


def pack(directory, files):
    """Writes a wheel of files, {path: bytes}, and its .dist-info."""
    info = f"{stem()}.dist-info"
    with open("PKG-INFO", "rb") as f:
        files[f"{info}/METADATA"] = f.read()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    for path, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.writerow([path, f"sha256={digest}", len(data)])
    rows.writerow([f"{info}/RECORD", "", ""])
    files[f"{info}/RECORD"] = record.getvalue().encode()
    name = f"{stem()}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        for path, data in files.items():
            wheel.writestr(zipfile.ZipInfo(path), data)
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {}
    for path in sources():
        if path not in OWN:
            with open(path, "rb") as f:
                files[path] = f.read()
    return pack(wheel_directory, files)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return pack(wheel_directory, {f"__editable__.{stem()}.pth": os.getcwd().encode() + b"\n"})


def build_sdist(sdist_directory, config_settings=None):
    name = f"{stem()}.tar.gz"
    with tarfile.open(os.path.join(sdist_directory, name), "w:gz") as sdist:
        for path in sources():
            sdist.add(path, f"{stem()}/{path}")
    return name
