"""The description of everything that programs may call, made of the very types and routes that answer them.

OpenAPI 3.1: the calls with a token under ``/api/v1``, those of a shop's front end, the kiosks' protocol, and the public
JSON of jackpots and draws. What is committed as ``docs/openapi.json`` is what this makes, byte for byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

import msgspec
from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from shared import wire
from syncserver import competitions, rest
from syncserver.auth import PUBLIC, access
from syncserver.rest.ground import (
    BODY_BYTES_MAX,
    KEY_HEADER,
    KEY_PATTERN,
    PROBLEM_TYPE,
    REPLAYED_HEADER,
    Operation,
)

blueprint = Blueprint("described", __name__)

COMMAND: Final = "tombola-server openapi > docs/openapi.json"
AGE_S: Final = 300
JSON: Final = "application/json"
_PART = re.compile(r"<(?:(?P<kind>[a-z]+):)?(?P<name>[a-z_]+)>")
_REF: Final = "#/components/schemas/"
_SHOP: Final = "Shop"
_DIGEST: Final = "Of the body, an empty one too (RFC 9530): `sha-256=:…:`."

_ABOUT: Final = """\
What a program may ask of this office and do in it.

Programs show a token (`Authorization: Bearer …`) that an administrator or event manager made in the office under
People › Programs. A token has one role, and what it does is on record under its maker's name. Whatever goes wrong is
answered as RFC 9457 describes (`application/problem+json`): `type` is the address of an explanation, `hint` says what
to do. A request that changes something bears an `Idempotency-Key`; sent again with the same body it does nothing
twice and gets the same answer for 24 hours. Lists come in parts: `next` is the `cursor` of the next part.

Amounts are integers in the currency's minor units, moments are RFC 3339 in UTC, ids are UUIDs. Readers ignore members
that they do not know: some are added in time, none is taken away within a version.
"""
_KIOSKS: Final = """\
Kiosks speak the protocol that stands in `shared/PROTOCOL.md`. Every request but `enrol` and `time` is signed by the
kiosk's Ed25519 key with HTTP Message Signatures (RFC 9421), and every one bears `Tombola-Protocol`.
"""
_TAGS: Final = {
    "Shop": "For a shop's front end; everybody may read what is public.",
    "Organisation": "Whoever holds the raffles.",
    "Events": "Raffles, and how they stand before their draws.",
    "Draws": "How winners were drawn; nothing of a result before it is official.",
    "Reports": "The office's reports, as JSON and CSV.",
    "Kiosks": "How kiosks are, and what is said to them.",
    "Orders": "What was sold, and taking it back.",
    "Claims": "What a ticket is, and paying its prizes once.",
    "Customers": "People with an account of their own.",
    "Records": "What changed and what happened.",
    "Public": "For everybody, without a token.",
    "Kiosk protocol": _KIOSKS,
}


@dataclass(frozen=True)
class _Wire:
    """One call of the kiosks' protocol."""

    method: str
    rule: str
    name: str
    summary: str
    body: type[msgspec.Struct] | None
    reply: type[msgspec.Struct] | None
    signed: bool = True
    binary: bool = False
    etag: bool = False
    statuses: tuple[int, ...] = ()


WIRE: Final = (
    _Wire("POST", "/rsu/v1/enrol", "enrol", "Enrol a kiosk by its one-time code", wire.EnrolRequest, wire.Enrolment, False),
    _Wire("GET", "/rsu/v1/time", "time", "The server's clock", None, wire.TimeReply, False),
    _Wire("GET", "/rsu/v1/catalog", "get_catalog", "All that the kiosk needs to sell alone, signed", None, wire.Catalog, etag=True),
    _Wire("POST", "/rsu/v1/journal", "post_journal", "Take in a batch of journal entries", None, wire.JournalReply, binary=True),
    _Wire("POST", "/rsu/v1/allocations", "post_allocations", "Hand out draw numbers; the same request gets the same again", wire.AllocationRequest, wire.AllocationReply),
    _Wire("POST", "/rsu/v1/tickets", "post_tickets", "Say what a ticket is that the kiosk was shown", wire.TicketRequest, wire.TicketReply),
    _Wire("POST", "/rsu/v1/claims", "post_claims", "Note a prize as paid at the kiosk, once", wire.ClaimRequest, wire.ClaimReply),
    _Wire("POST", "/rsu/v1/customers", "post_customers", "Take in what buyers told of themselves", wire.CustomersRequest, wire.CustomersReply),
    _Wire("POST", "/rsu/v1/health", "post_health", "Take in how the kiosk is", wire.Health, None),
)  # fmt: skip
"""The calls of ``shared/PROTOCOL.md``, with the types of ``shared.wire``."""


@dataclass(frozen=True)
class _Public:
    """Public JSON beside the pages for people."""

    rule: str
    name: str
    summary: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "object"})
    media: str = JSON


_HEX: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_ID: Final = {"type": "string", "format": "uuid"}

PUBLIC_JSON: Final = (
    _Public(
        "/events/<uuid:event>/jackpot.json",
        "get_jackpot",
        "An event's jackpot, minor units",
        {
            "type": "object",
            "properties": {
                "event": _ID,
                "name": {"type": "string"},
                "jackpot": {"type": "integer"},
                "currency": {"type": "string"},
                "state": {"type": "string"},
            },
            "required": ["event", "name", "jackpot", "currency", "state"],
        },
    ),
    _Public(
        "/draws/<uuid:draw>/manifest.json",
        "get_manifest",
        "A draw's manifest, from the moment it is published (format tombola-draw-1)",
        {
            "type": "object",
            "properties": {"format": {"const": "tombola-draw-1"}, "draw": _ID, "event": _ID},
            "required": ["format", "draw", "event"],
        },
    ),
    _Public(
        "/draws/<uuid:draw>/bundle.json",
        "get_bundle",
        "All that proves an official result; `tombola-verify` checks it",
        {
            "type": "object",
            "properties": {"bundle_sha256": _HEX, "manifest": {"type": "object"}, "manifest_sha256": _HEX},
            "required": ["bundle_sha256", "manifest", "manifest_sha256"],
        },
    ),
    _Public(
        "/draws/<uuid:draw>/proof/<pool>/<int:number>.json",
        "get_proof",
        "The proof that a draw number is in a pool (format tombola-proof-1)",
    ),
    _Public(
        "/draws/<uuid:draw>/pools/<pool>.bin",
        "get_pool",
        "A frozen pool: its numbers in ascending order, four bytes each, big-endian",
        {"type": "string", "format": "binary"},
        "application/octet-stream",
    ),
    _Public(
        "/healthz",
        "get_health",
        "Whether this process answers; it asks no database",
    ),
)

SHOP_DRAWS: Final = Operation(
    name="get_competition_draws",
    method="GET",
    rule="/draws/<uuid:competition_id>",
    roles=(),
    tag=_SHOP,
    summary="The official draws of a raffle and their winners",
    about="The official draws of a raffle and their winners. With the id of a draw in its place a browser sees that "
    "draw's page.",
    query=None,
    body=None,
    reply=competitions.Draws,
)
"""Answered where people find a draw's page: the id of a competition gets JSON."""


# The document ---------------------------------------------------------------------------------------


def path_of(rule: str, *, camel: bool = False) -> str:
    """A route as OpenAPI writes it."""
    return _PART.sub(lambda found: "{" + _name(found["name"], camel=camel) + "}", rule)


def _name(name: str, *, camel: bool) -> str:
    head, *rest_ = name.split("_")
    return head + "".join(part.title() for part in rest_) if camel else name


def document() -> dict[str, Any]:
    """The whole description, with the same members in the same order every time."""
    shop = [one for one in rest.OPERATIONS if one.tag == _SHOP] + [SHOP_DRAWS]
    office = [one for one in rest.OPERATIONS if one.tag != _SHOP]
    schemas: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for group, prefix in ((shop, _SHOP), (office, "")):
        bodies = _components(
            [kind for one in group for kind in (one.query, one.body, one.reply) if kind not in (None, str)],
            prefix,
            schemas,
        )
        for one in group:
            place = path_of(one.rule, camel=prefix == _SHOP)
            paths.setdefault(place, {})[one.method.lower()] = _operation(one, bodies, prefix)
    said = _components([rest.Problem], "", schemas)
    kiosks = _components(
        [kind for one in WIRE for kind in (one.body, one.reply) if kind is not None]
        + [wire.ErrorReply, wire.BatchHeader],
        "Rsu",
        schemas,
    )
    for call in WIRE:
        paths.setdefault(call.rule, {})[call.method.lower()] = _of_wire(call, kiosks)
    for public in PUBLIC_JSON:
        paths.setdefault(path_of(public.rule), {})["get"] = _of_public(public)
    used = {name for name in schemas if not name.endswith("Query") and name not in {"Paged", "Nothing"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tombola",
            "version": version("tombola"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "paths": {place: paths[place] for place in sorted(paths)},
        "components": {
            "schemas": {name: schemas[name] for name in sorted(used)},
            "responses": _problems(said[rest.Problem]),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "tmb_ and 64 hexadecimal digits",
                    "description": "A program's token, made under People › Programs and shown there once.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "tombola",
                    "description": "A customer who is signed in.",
                },
                "rsu": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature",
                    "description": "HTTP Message Signature (RFC 9421) of a kiosk: label `rsu`, tag `tombola-rsu-1`, "
                    '`alg="ed25519"`, `keyid="<rsu>/<epoch>"`, covering `@method`, `@path`, `@query` and '
                    "`content-digest`; the header `Signature-Input` names what is covered.",
                },
            },
        },
    }


def encoded() -> bytes:
    """The description as it is committed and served."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=1) + b"\n"


def _components(kinds: list[Any], prefix: str, into: dict[str, Any]) -> dict[Any, dict[str, Any]]:
    """The schema of each type; what they name goes ``into`` the components, each behind ``prefix``."""
    wanted = list(dict.fromkeys(kinds))
    made, named = msgspec.json.schema_components(wanted, ref_template=f"{_REF}{prefix}{{name}}")
    for name, schema in named.items():
        plain = f"{prefix}{name}"
        assert into.get(plain, schema) == schema, plain
        into[plain] = _said(schema)
    return dict(zip(wanted, made, strict=True))


def _said(schema: Any) -> Any:
    """A schema whose descriptions are on one line; Python's notes on fields do not reach it."""
    if isinstance(schema, dict):
        return {
            key: " ".join(value.split()) if key == "description" and isinstance(value, str) else _said(value)
            for key, value in schema.items()
        }
    return [_said(one) for one in schema] if isinstance(schema, list) else schema


def _answer(about: str, schema: dict[str, Any], media: str = JSON) -> dict[str, Any]:
    return {"description": about, "content": {media: {"schema": schema}}}


def _problems(schema: dict[str, Any]) -> dict[str, Any]:
    """An answer of each status, with the kinds of problem that bear it."""
    by_status: dict[int, list[str]] = {}
    for name, kind in rest.PROBLEMS.items():
        by_status.setdefault(kind.status, []).append(f"`{name}`: {kind.means}")
    answers = {
        str(status): _answer(" ".join(words), schema, PROBLEM_TYPE)
        for status, words in sorted(by_status.items())
    }
    later = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}
    for status in ("429", "503"):
        answers[status]["headers"] = later
    answers["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    answers["405"]["headers"] = {"Allow": {"schema": {"type": "string"}}}
    return {f"Problem{status}": answer for status, answer in answers.items()}


def _refused(*statuses: int) -> dict[str, Any]:
    return {str(one): {"$ref": f"#/components/responses/Problem{one}"} for one in sorted(set(statuses))}


def _parts(rule: str, *, camel: bool = False) -> list[dict[str, Any]]:
    kinds: dict[str | None, dict[str, Any]] = {
        "uuid": _ID,
        "int": {"type": "integer", "minimum": 0},
        None: {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[a-z0-9_-]+$"},
    }
    return [
        {
            "name": _name(found["name"], camel=camel),
            "in": "path",
            "required": True,
            "schema": kinds[found["kind"]],
        }
        for found in _PART.finditer(rule)
    ]


def _asked(one: Operation, prefix: str) -> list[dict[str, Any]]:
    """The query's parameters; that one is left out is said by leaving it out, never by null."""
    if one.query is None:
        return []
    named: dict[str, Any] = {}
    _components([one.query], prefix, named)
    (schema,) = [value for name, value in named.items() if name == f"{prefix}{one.query.__name__}"]
    found = []
    for name, plain in schema["properties"].items():
        kept = {key: value for key, value in plain.items() if not (key == "default" and value is None)}
        kinds = [kind for kind in kept.pop("anyOf", []) if kind != {"type": "null"}]
        if len(kinds) == 1:
            kept |= kinds[0]
        elif kinds:
            kept["anyOf"] = kinds
        if "enum" in kept:
            kept["enum"] = [value for value in kept["enum"] if value is not None]
        about = kept.pop("description", "")
        parameter = {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": kept,
        }
        found.append(parameter | ({"description": about} if about else {}))
    return found


def _operation(one: Operation, schemas: dict[Any, dict[str, Any]], prefix: str) -> dict[str, Any]:
    parameters = _parts(one.rule, camel=prefix == _SHOP) + _asked(one, prefix)
    statuses = [400, 500, 503]
    if one is not SHOP_DRAWS:
        statuses.append(429)  # a browser's page has no limit of its own
    if one.roles:
        statuses += [401, 403]
    if _PART.search(one.rule) or one.keyed:
        statuses.append(404)
    if one.query is not None and "cursor" in one.query.__struct_fields__:
        statuses.append(422)
    headers: dict[str, Any] = {}
    made: dict[str, Any] = {}
    if one.body is not None:
        statuses += [413, 415]
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas[one.body]}}}
    if one.keyed:
        statuses += [409, 422]
        parameters.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": True,
                "description": "Made by the program, new for each thing that it wants done.",
                "schema": {"type": "string", "pattern": KEY_PATTERN},
            }
        )
        headers[REPLAYED_HEADER] = {
            "description": "`true` where this request was answered before, and this is that answer.",
            "schema": {"type": "string", "const": "true"},
        }
    schema = {"type": "string"} if one.reply is str else schemas[one.reply]
    good = _answer(one.summary + ".", schema, one.media)
    answers = {str(one.status): good}
    if one.method == "GET" and one.media == JSON:
        headers["ETag"] = {"schema": {"type": "string"}}
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "The ETag of the answer that is held; 304 where nothing has changed.",
                "schema": {"type": "string"},
            }
        )
        answers["304"] = {"description": "Nothing has changed."}
    if headers:
        good["headers"] = headers
    said = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "description": one.about + (f" Roles: {', '.join(one.roles)}." if one.roles else ""),
        "security": [{"token": []}] + ([{"session": []}] if one.customers else []) if one.roles else [],
    }
    if one.roles:
        said["x-roles"] = list(one.roles)
    if parameters:
        said["parameters"] = parameters
    return said | made | {"responses": answers | _refused(*statuses)}


def _of_wire(one: _Wire, schemas: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """A call of the kiosks' protocol."""
    parameters: list[dict[str, Any]] = [
        {
            "name": wire.PROTOCOL_HEADER,
            "in": "header",
            "required": True,
            "schema": {"type": "string", "enum": [str(v) for v in wire.PROTOCOLS_ACCEPTED]},
        }
    ]
    if one.signed:
        for name, about, needed in (
            ("Signature-Input", "What is signed, and by whom (RFC 9421).", True),
            ("Content-Digest", _DIGEST, True),
            (
                "Tombola-Certificate",
                "The kiosk's certificate and its signature, for a server that was restored.",
                False,
            ),
        ):
            parameters.append(
                {
                    "name": name,
                    "in": "header",
                    "required": needed,
                    "description": about,
                    "schema": {"type": "string", "pattern": "^[!-~]([ -~]*[!-~])?$"},
                }
            )
    wrong = _answer(
        "Refused: `error` says which, `message` and `hint` say it to a person.", schemas[wire.ErrorReply]
    )
    later = wrong | {
        "description": "Later.",
        "headers": {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}},
    }
    answers: dict[str, Any] = {
        "204" if one.reply is None else "200": {"description": "Taken in."}
        if one.reply is None
        else _answer(one.summary + ".", schemas[one.reply])
    }
    if one.etag:
        answers["304"] = {"description": "Nothing has changed."}
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "schema": {"type": "string"},
            }
        )
    statuses = [400, 413, 422, 426, 500]
    statuses += [401, 403, 404, 409] if one.signed else [403, 404, 409]
    answers |= {str(status): wrong for status in sorted(statuses)} | {"429": later, "503": later}
    said: dict[str, Any] = {
        "operationId": f"rsu_{one.name}",
        "tags": ["Kiosk protocol"],
        "summary": one.summary,
        "security": [{"rsu": []}] if one.signed else [],
        "parameters": parameters,
    }
    if one.body is not None:
        said["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas[one.body]}}}
    elif one.binary:
        said["requestBody"] = {
            "required": True,
            "description": f"In gzip: the canonical JSON of `RsuBatchHeader`, LF, and each entry behind its length in "
            f"four bytes, big-endian; at most {wire.BATCH_ENTRIES_MAX} entries.",
            "content": {wire.JOURNAL_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    return said | {"responses": answers}


def _of_public(one: _Public) -> dict[str, Any]:
    page = {
        "description": "A page for people that says why.",
        "content": {"text/html": {"schema": {"type": "string"}}},
    }
    answers: dict[str, Any] = {"200": _answer(one.summary + ".", one.schema, one.media)}
    said: dict[str, Any] = {
        "operationId": one.name,
        "tags": ["Public"],
        "summary": one.summary,
        "security": [],
    }
    if parts := _parts(one.rule):
        said["parameters"] = parts
        answers |= {"400": page, "404": page}
    return said | {"responses": answers | {"500": page, "503": page}}


# Where it is read -----------------------------------------------------------------------------------


@blueprint.get("/api/openapi.json")
@access(PUBLIC)
def openapi_json() -> Response:
    """The description, for programs."""
    answer = Response(encoded(), content_type=JSON)
    answer.headers["Cache-Control"] = f"public, max-age={AGE_S}"
    answer.add_etag()
    return answer


@blueprint.get("/api/")
@access(PUBLIC)
def index() -> ResponseReturnValue:
    """The description, for people."""
    described = document()
    calls: dict[str, list[dict[str, Any]]] = {name: [] for name in _TAGS}
    for place, methods in described["paths"].items():
        for method, said in methods.items():
            calls[said["tags"][0]].append({"path": place, "method": method.upper(), **said})
    return render_template(
        "public/api.html",
        here="api",
        calls={tag: held for tag, held in calls.items() if held},
        about=_TAGS,
        problems=rest.PROBLEMS,
        body_kb=BODY_BYTES_MAX // 1024,
    )


@blueprint.get("/api/problems/<problem>")
@access(PUBLIC)
def explained(problem: str) -> ResponseReturnValue:
    """What a problem's type means, and what to do."""
    kind = rest.PROBLEMS.get(problem)
    if kind is None:
        abort(404)
    return render_template("public/api_problem.html", here="api", name=problem, kind=kind)
