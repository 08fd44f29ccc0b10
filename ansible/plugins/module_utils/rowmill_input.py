"""What a person gave with -e, judged against the argument specification of the role that documents it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Spec = Mapping[str, Mapping[str, Any]]

# What an argument specification can't say. Names are without the role's prefix.
LEAST = {
    "rows": 0, "rows_from": 0, "rows_to": 1, "chunks": 1, "records_per_chunk": 1, "file_rows": 1, "row_group_rows": 1,
    "processes": 1, "limit": 0, "older_than": 0,
}  # fmt: skip
EXCLUSIVE = {
    ("rows", "chunks"): "give rows, or chunks with records_per_chunk",
    ("rows", "records_per_chunk"): "give rows, or chunks with records_per_chunk",
    ("file_rows", "file_bytes"): "give one of them",
    ("output", "path"): "they are the same; give one",
    ("ddl", "schema"): "ddl becomes YAML, schema becomes DDL; give one of them",
    ("ddl", "to"): "to goes with schema; the dialect of the DDL is dialect=...",
    ("schema", "dialect"): "the dialect to write is to=...",
    ("schema", "keep_going"): "it goes with ddl",
}
TOGETHER = {
    ("chunks", "records_per_chunk"): "rows = chunks x records_per_chunk",
    ("schema", "to"): "schema=FILE.yaml to=DIALECT writes DDL",
}
FILES = ("schema", "slices", "ca_bundle", "s3_ca_bundle")
FILES_OR_FOLDERS = ("ddl",)
LOCAL_PATHS = (
    "output", "path", "parents", "temp", "report", "page", "warehouse", "metastore", "ddl", "out", "slices", "schemas",
    "schema", "ca_bundle", "s3_ca_bundle",
)  # fmt: skip
# Of these, and of all that a specification calls a path, S3 is allowed, too.
REMOTE_PATHS = ("output", "path")
REMOTE = re.compile(r"(?i)s3[an]?://[^/]+")
# What goes with which operation of s3.yml; op, path and how S3 is reached go with all.
READING = {"format", "columns", "header", "delimiter", "infer", "compression", "bad_lines", "quarantine"}
OPERATIONS = {
    "read": READING | {"limit"},
    "write": READING | {"to", "mode", "partition_by"},
    "copy": {"to", "overwrite"},
    "ls": set[str](),
    "rm": {"recursive"},
    "clean": {"older_than"},
}
OPERATION_NEEDS = {"write": "to", "copy": "to"}
SECRET_NAMES = re.compile(r"(?i)key|secret|token|passw|credential")
NAMES = {"table": "an empty name in the list; give a table's name, a comma list, all, or namespace.all"}
# What a word must look like, and how that is said.
FORMS = {
    "expect_fingerprint": (r"[0-9a-fA-F]{16}", "must be 16 hexadecimal digits"),
    "compression": (r"snappy|zstd|lz4|gzip|none", "must be one of snappy, zstd, lz4, gzip, none"),
    "file_bytes": (r"[0-9]{1,15}(\.[0-9]{1,3})? *([KMGkmg]i?)?[Bb]?", "must be a size such as 128MiB"),
    "memory": (r"[0-9]{1,9} *([KMGTkmgt]i?)?[Bb]?", "must be a size such as 512MiB or 2GiB"),
}
URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
TRUE, FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


class InputError(ValueError):
    """The input is wrong; one line for each fault."""


@cache
def role_specs(roles: Path) -> dict[str, Spec]:
    """Role name -> its options, for all roles of the project."""
    specs = {}
    for path in sorted(roles.glob("*/meta/argument_specs.yml")):
        document = yaml.safe_load(path.read_text())
        specs[path.parents[1].name] = document["argument_specs"]["main"].get("options", {})
    return specs


def check(
    given: Mapping[str, Any], role: str, required: Iterable[str], specs: Mapping[str, Spec], one_of: Iterable[str] = ()
) -> dict[str, Any]:
    """The given values by the role's variable names, with their right types.

    required: names that must be given; one_of: of these, one must
    Raises InputError, which names every fault: what, the value, what is allowed.
    """
    prefix = f"{role}_"
    options = {name.removeprefix(prefix): spec for name, spec in specs[role].items()}
    prefixed = {name for spec in specs.values() for name in spec}
    faults: list[str] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        public = name.removeprefix(prefix) if name in specs[role] else name
        if public in options:
            if public in values:
                faults.append(f"{public} and {prefix}{public} are the same variable: give one of them")
                continue
            try:
                values[public] = _convert(public, value, options[public])
            except InputError as error:
                faults.append(f"{name}={_shown(value)}: {error}")
        elif name not in prefixed and not name.startswith("ansible_"):
            faults.append(_unknown(name, value, sorted(options), sorted(prefixed)))
    if not any(fault.startswith("unknown variable") for fault in faults):
        faults += [
            f"{name} is missing: {_missing(name, options)}"
            for name in required
            if name not in given and prefix + name not in given
        ]
        choice = list(one_of)
        if choice and not any(name in given or prefix + name in given for name in choice):
            faults.append(f"{' or '.join(choice)} is missing: {', or '.join(_missing(n, options) for n in choice)}")
    faults += _combined(values, set(options))
    if faults:
        raise InputError("\n".join(faults))
    return {prefix + name: value for name, value in values.items()}


def _unknown(name: str, value: Any, public: list[str], prefixed: list[str]) -> str:
    if SECRET_NAMES.search(name):
        return f"unknown variable {name}: keys are taken from the environment only: ACCESS_KEY and SECRET_KEY"
    if name == "_raw_params":
        return f"-e {_shown(value)} can't be read: write -e name=value"
    near = difflib.get_close_matches(name, public, 1, 0.5) or difflib.get_close_matches(name, prefixed, 1, 0.7)
    fix = f"did you mean {near[0]}?" if near else f"known: {', '.join(public)}"
    return f"unknown variable {name}={_shown(value)}: {fix}"


def _missing(name: str, options: Spec) -> str:
    description = str(options[name].get("description", "")).rstrip(".")
    return f"give -e {name}=... ({description})"


def _shown(value: Any) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _convert(name: str, value: Any, spec: Mapping[str, Any]) -> Any:
    kind = spec.get("type", "str")
    if kind == "int":
        return _whole_number(value, LEAST.get(name))
    if kind == "bool":
        word = str(value).strip().lower()
        if word not in TRUE | FALSE:
            raise InputError("must be true or false")
        return word in TRUE
    if kind == "list":
        return _name_list(name, value)
    if isinstance(value, (list, dict)) or value is None:
        raise InputError("must be one word or path")
    text = str(value)
    choices = [str(choice) for choice in spec.get("choices", ())]
    if choices and text not in choices:
        if (name, text) == ("target", "fleet"):
            raise InputError("the fleet is not available in this version; use target=embedded, this machine")
        raise InputError(f"must be {' or '.join(filter(None, choices))}")
    if name in REMOTE_PATHS or kind == "path":
        _any_path(name, text)
    elif name in LOCAL_PATHS:
        _local_path(name, text)
    if name.endswith("proxy") and "@" in text:
        raise InputError("a user or password is taken from the environment only: S3_PROXY")
    if name in FORMS and not choices and not re.fullmatch(FORMS[name][0], text):
        raise InputError(FORMS[name][1])
    return text


def _any_path(name: str, text: str) -> None:
    if REMOTE.match(text):
        return
    if re.match(r"(?i)s3[an]?://", text):
        raise InputError("a bucket must follow, such as s3a://bucket/path")
    if URI.match(text):
        raise InputError("only paths of this machine and s3a:// can be used here")
    _local_path(name, text)


def _local_path(name: str, text: str) -> None:
    if not text.strip():
        raise InputError("the path is empty; give one, or leave the variable out")
    if URI.match(text):
        raise InputError("only local paths can be used here; give a path of this machine")
    if name in FILES_OR_FOLDERS and not Path(text).expanduser().exists():
        raise InputError(f"there is no such file or folder, seen from {os.getcwd()}")
    if name in FILES and not Path(text).expanduser().is_file():
        raise InputError(f"there is no such file, seen from {os.getcwd()}")


def _whole_number(value: Any, least: int | None) -> int:
    wanted = "must be a whole number" + (f", {least} or more" if least is not None else "")
    if isinstance(value, bool) or not re.fullmatch(r"\s*[+-]?[0-9]+\s*", str(value)):
        raise InputError(wanted)
    number = int(str(value))
    if not -(2**63) <= number < 2**63:
        raise InputError(wanted + ", in 64 bits")
    if least is not None and number < least:
        raise InputError(wanted)
    return number


def _name_list(name: str, value: Any) -> list[str]:
    if isinstance(value, dict) or value is None:
        raise InputError("must be a comma list of names")
    parts = [str(part).strip() for part in (value if isinstance(value, list) else str(value).split(","))]
    if not parts or not all(parts):
        raise InputError(NAMES.get(name, "an empty name in the list"))
    return parts


def _combined(values: Mapping[str, Any], known: set[str]) -> list[str]:
    """known: the names that the role takes at all."""
    faults = [
        f"{one}={values[one]} and {other}={values[other]} exclude each other: {fix}"
        for (one, other), fix in EXCLUSIVE.items()
        if one in values and other in values
    ]
    for pair, why in TOGETHER.items():
        if not known.issuperset(pair):
            continue
        for one, other in (pair, pair[::-1]):
            if one in values and other not in values and not {"rows", "ddl"} & set(values):
                faults.append(f"{one}={values[one]} needs {other}: {why}")
    return faults + _out_faults(values) + _operation_faults(values, known)


def _operation_faults(values: Mapping[str, Any], known: set[str]) -> list[str]:
    """What an operation does not take, and what it needs."""
    operation = values.get("op")
    if operation not in OPERATIONS:
        return []
    taken = OPERATIONS[operation]
    others = set().union(*OPERATIONS.values()) & known - taken
    faults = [
        f"{name}={_shown(values[name])} does not go with op={operation}"
        + (f", which takes {', '.join(sorted(taken))}" if taken else ", which takes path alone")
        for name in sorted(others & set(values))
    ]
    needed = OPERATION_NEEDS.get(operation)
    if needed and needed not in values:
        faults.append(f"op={operation} needs {needed}: give -e {needed}=...")
    if (values.get("bad_lines") == "quarantine") != ("quarantine" in values):
        faults.append("bad_lines=quarantine and quarantine=PATH go together")
    return faults


def _out_faults(values: Mapping[str, Any]) -> list[str]:
    """What is converted goes into what can hold it."""
    out = str(values.get("out", ""))
    is_yaml, is_sql = out.endswith((".yaml", ".yml")), out.endswith((".sql", ".ddl"))
    if "ddl" in values and Path(values["ddl"]).expanduser().is_dir():
        is_file = is_yaml or is_sql or (out and Path(out).expanduser().is_file())
        return [f"out={out}: ddl is a folder, so out must be one, too"] if is_file else []
    if "ddl" in values and is_sql:
        return [f"out={out}: must be a .yaml file or a folder"]
    if "schema" in values and is_yaml:
        return [f"out={out}: must be a .sql file or a folder"]
    return []
