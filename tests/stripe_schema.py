"""Stripe's OpenAPI description as a strict judge of what is sent to the stand-in and what it sends back.

`judge()` (once per process) checks requests decoded from index brackets, answers, and webhook events. Objects are
closed: a property or parameter the description does not know is a fault. What SDK 16.1.0 knows beyond the description
is let through, read from `sdk-16.1.0-vs-spec-delta.json`.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs

from tests import shared_data

_SPEC = "openapi.spec3.2026-05-27.dahlia.json.gz"
_DELTA = "sdk-16.1.0-vs-spec-delta.json"
_FIXTURES = "fixtures3.2026-07-29.dahlia.json"
_KEPT = ("type", "enum", "maxLength", "minLength", "pattern", "required", "minimum", "maximum")
_DESCRIPTION = "urn:stripe"
# In Stripe's samples, but not always there: what must be asked for, and the details of one kind of payment method.
_NOT_ALWAYS = {"charge": {"refunds"}, "payment_method": {"card"}}


@lru_cache(maxsize=1)
def judge() -> "Judge":
    """The judge on the shared data; skips the test where that is absent."""
    return Judge(shared_data.folder("stripe"))


class Judge:
    """Finds faults; an empty list means the thing is as Stripe describes it."""

    def __init__(self, folder: Path) -> None:
        spec = json.loads(gzip.decompress((folder / _SPEC).read_bytes()))
        delta = json.loads((folder / _DELTA).read_text())["delta"]
        fixtures = json.loads((folder / _FIXTURES).read_text())["resources"]
        self.schemas: dict[str, Any] = {name: closed(schema) for name, schema in spec["components"]["schemas"].items()}
        for name, difference in delta.items():
            for extra in difference["in_sdk_16_1_0_not_in_spec"]:
                self.schemas[name]["properties"].setdefault(extra, {})
        self.fixture_keys = {name: set(fixture) for name, fixture in fixtures.items()}
        self.paths = spec["paths"]
        self._routes = [
            (
                re.compile(
                    re.sub(r"\{[^}]+\}", "([^/]+)", re.escape(path).replace(r"\{", "{").replace(r"\}", "}")) + "$"
                ),
                path,
            )
            for path in sorted(self.paths, key=lambda path: ("{" in path, path))
        ]
        # All validators share what the description holds: each with a copy of its own takes 25 MB.
        everything = {"components": {"schemas": self.schemas}}
        self._described = jsonschema_rs.Registry([(_DESCRIPTION, everything)], draft=jsonschema_rs.Draft202012)
        self._validators: dict[str, Any] = {}

    def request(self, method: str, path: str, query: str, body: str) -> list[str]:
        """Faults of a request: unknown address, unknown or missing parameter, wrong type."""
        route = self._route(method, path)
        if route is None:
            return [f"{method} {path} is not in the description"]
        operation = self.paths[route][method.lower()]
        if method == "DELETE":
            # The SDK sends in the query what the description has in the body; Stripe takes both.
            query, body = "", "&".join(part for part in (query, body) if part)
        found = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
        taken = {
            "type": "object",
            "properties": {
                p["name"]: closed(p["schema"]) for p in operation.get("parameters", []) if p["in"] == "query"
            },
            "required": [
                p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")
            ],
            "additionalProperties": False,
        }
        faults = self._parameters(f"{method} {route} query", taken, query)
        return faults + self._parameters(
            f"{method} {route} body", closed(found.get("schema", {"type": "object"})), body
        )

    def answer(self, method: str, path: str, status: int, body: bytes) -> list[str]:
        """Faults of an answer: against the operation's own schema, or the error's."""
        said = json.loads(body)
        route = self._route(method, path)
        if status >= 400:
            return self.against("error", said)
        if route is None:
            return [f"{method} {path} is not in the description but was answered {status}"]
        schema = self.paths[route][method.lower()]["responses"]["200"]["content"]["application/json"]["schema"]
        faults = self._check(f"{method} {route} answer", closed(schema), said)
        return faults + [fault for thing in _things(said) for fault in self._whole(thing)]

    def event(self, body: bytes | str) -> list[str]:
        """Faults of a webhook event and of the object in it."""
        said = json.loads(body)
        thing = said.get("data", {}).get("object", {})
        faults = self.against("event", said) + self.against(str(thing.get("object")), thing)
        return faults + self._whole(said) + [fault for inner in _things(thing) for fault in self._whole(inner)]

    def against(self, name: str, said: Any) -> list[str]:
        """Faults of a thing against a named schema."""
        if name not in self.schemas:
            return [f"no schema is named {name!r}"]
        return self._check(name, {"$ref": f"{_DESCRIPTION}#/components/schemas/{name}"}, said)

    def _whole(self, thing: Mapping[str, Any]) -> list[str]:
        """The description makes most properties optional; Stripe sends all, so what its own sample has must be there."""
        kind = thing["object"]
        # Some samples are older than the description: what it does not know any more is not asked for.
        expected = self.fixture_keys.get(kind, set()) & set(self.schemas.get(kind, {}).get("properties", ()))
        lacking = expected - set(thing) - _NOT_ALWAYS.get(kind, set())
        if thing.get("deleted"):
            return []
        return [f"{kind}: lacks {name}, which Stripe's sample has" for name in sorted(lacking)]

    def _route(self, method: str, path: str) -> str | None:
        return next(
            (name for route, name in self._routes if route.match(path) and method.lower() in self.paths[name]), None
        )

    def _parameters(self, name: str, schema: dict[str, Any], encoded: str) -> list[str]:
        try:
            given = typed(bracketed(encoded), schema)
        except ValueError as error:
            return [f"{name}: {error}"]
        return self._check(name, schema, given)

    def _check(self, name: str, schema: dict[str, Any], said: Any) -> list[str]:
        if name not in self._validators:
            self._validators[name] = jsonschema_rs.Draft202012Validator(schema, registry=self._described)
        return [
            f"{name}: {'.'.join(str(step) for step in error.instance_path) or '(top)'}: {error.message[:600]}"
            for error in self._validators[name].iter_errors(said)
        ]


def closed(schema: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema: `nullable` spelled out, objects with known properties closed, references absolute."""
    if "$ref" in schema:
        made: dict[str, Any] = {"$ref": _DESCRIPTION + schema["$ref"]}
    else:
        made = {word: schema[word] for word in _KEPT if word in schema}
        if "properties" in schema:
            made["properties"] = {name: closed(inner) for name, inner in schema["properties"].items()}
            made["additionalProperties"] = False
        if "additionalProperties" in schema:
            more = schema["additionalProperties"]
            made["additionalProperties"] = closed(more) if isinstance(more, dict) else more
        if "items" in schema:
            made["items"] = closed(schema["items"])
        if "anyOf" in schema:
            made["anyOf"] = [closed(inner) for inner in schema["anyOf"]]
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


def bracketed(encoded: str) -> dict[str, Any]:
    """`a[0][b]=c` as nested objects; arrays stay objects with the keys "0", "1", … until their schema is known."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True, strict_parsing=bool(encoded)):
        first, *rest = re.findall(r"^[^\[\]]+|\[[^\[\]]*\]", name)
        inner = tree
        for step, following in pairwise([first, *rest, ""]):
            # `a[]` is the next index of the array.
            here = step.strip("[]") or str(len(inner))
            if following:
                inner = inner.setdefault(here, {})
                if not isinstance(inner, dict):
                    raise ValueError(f"{name} is both a value and an object")
            elif here in inner:
                raise ValueError(f"{name} is given twice")
            else:
                inner[here] = value
    return tree


def typed(given: Any, schema: Mapping[str, Any]) -> Any:
    """Form text in the types of its schema; what does not fit stays text, for the validator to refuse."""
    if "anyOf" in schema:
        for choice in schema["anyOf"]:
            made = typed(given, choice)
            if jsonschema_rs.is_valid({key: value for key, value in choice.items() if key != "$ref"}, made):
                return made
        return given
    kind = schema.get("type")
    if isinstance(given, dict):
        if kind == "array":
            if sorted(given, key=int) != [str(at) for at in range(len(given))]:
                raise ValueError(f"array with the indexes {sorted(given)}")
            return [typed(given[str(at)], schema.get("items", {})) for at in range(len(given))]
        more = schema.get("additionalProperties")
        inner = schema.get("properties", {})
        return {
            name: typed(value, inner.get(name, more if isinstance(more, dict) else {})) for name, value in given.items()
        }
    if kind == "integer" and re.fullmatch(r"-?\d+", given):
        return int(given)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", given):
        return float(given)
    if kind == "boolean" and given in ("true", "false"):
        return given == "true"
    return given


def _things(said: Any) -> Iterator[dict[str, Any]]:
    """Every object of Stripe's in an answer, at any depth."""
    if isinstance(said, dict):
        if isinstance(said.get("object"), str) and said["object"] != "list":
            yield said
        for value in said.values():
            yield from _things(value)
    elif isinstance(said, list):
        for value in said:
            yield from _things(value)
