"""What every call of the programming interface stands on: who asks, what they sent, how they are answered.

A call is a function and its types; ``call`` puts it on the blueprint and into ``OPERATIONS``, of which the interface's
description is made, so that the two cannot differ. Whatever goes wrong is answered as RFC 9457 describes, with a type
that stands on a page, and with what to do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, cast
from uuid import UUID

import msgspec
from flask import Blueprint, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, select

from shared import keys
from shared.errors import Fault, KnownError, Refused
from syncserver import auth, tokens
from syncserver import models as m

PUBLIC_AGE_S: Final = 10
"""How long anybody on the way may keep what is public."""
BODY_BYTES_MAX: Final = 64 * 1024
PAGE_ROWS: Final = 50
PAGE_ROWS_MAX: Final = 200
CURSOR_CHARS_MAX: Final = 400
KEY_CHARS_MAX: Final = 200
RETRY_AFTER_S: Final = 5
VERSION: Final = "/api/v1"
PROBLEM_TYPE: Final = "application/problem+json"
CSV_TYPE: Final = "text/csv"

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
KEY_PATTERN: Final = f"^[!-~]{{1,{KEY_CHARS_MAX}}}$"
PLAIN: Final = r"^[^\u0000]*$"
"""Text that a database keeps."""
SPOKEN: Final = r"^\s*[^\s\u0000-\u001f\u007f][^\u0000]*$"
"""Text that says something."""

Text = Annotated[str, msgspec.Meta(max_length=1_000, pattern=PLAIN)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=PAGE_ROWS_MAX, description="How many at most.")]
Cursor = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=CURSOR_CHARS_MAX,
        pattern=PLAIN,
        description="`next` of the page before; for the same call with the same filters alone.",
    ),
]
Reason = Annotated[
    str,
    msgspec.Meta(
        min_length=3,
        max_length=500,
        pattern=r"^\S[^\u0000]+\S$",
        description="Why, in a few words; it goes on record under the name of whoever made the token.",
    ),
]
View = TypeVar("View", bound=Callable[..., Any])
T = TypeVar("T")

blueprint = Blueprint("rest", __name__)


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A part of a list, and where the next begins; `next` is null behind the last."""

    items: list[T]
    next: str | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong (RFC 9457)."""

    type: str
    """Which kind of problem it is; the address is its explanation."""
    title: str
    status: int
    detail: str
    """What was wrong with this request, in a sentence."""
    hint: str
    """What to do."""
    code: str
    """Of what was refused, one word for programs; otherwise the last part of `type`."""


class Paged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every list may be asked for."""

    limit: Limit = PAGE_ROWS
    cursor: Cursor | None = None


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No further words are needed."""


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its status, its name, what it means, what to do."""

    status: int
    title: str
    means: str
    hint: str


PROBLEMS: Final = {
    "malformed": Kind(
        400,
        "Not understood",
        "The address, a header or the body is not as the description says. Nothing was done.",
        "Compare the request with the description at /api/openapi.json.",
    ),
    "key-missing": Kind(
        400,
        "An idempotency key is needed",
        "A request that changes something bears the header Idempotency-Key. Nothing was done.",
        "Make a random key for what you want done, keep it, and send the same one when you ask again.",
    ),
    "unauthorized": Kind(
        401,
        "A token is needed",
        "The request bears no token, or one that is unknown, expired or revoked.",
        "Send “Authorization: Bearer …” with a token that an administrator or event manager made under Programs.",
    ),
    "forbidden": Kind(
        403,
        "Not for this role",
        "The token is good, but its role does not reach this call.",
        "Ask for a token of another role; the description names the roles of each call.",
    ),
    "not-found": Kind(
        404,
        "Nothing here",
        "There is no such thing, or it belongs to another organisation.",
        "Check the address and the id.",
    ),
    "method": Kind(
        405,
        "Not like this",
        "The address exists, but not for this method. The header Allow names those that it has.",
        "Use one of the methods in Allow.",
    ),
    "conflict": Kind(
        409,
        "Not as things stand",
        "Something stands in the way: what was asked for was done before, or cannot be done any more. Nothing was done. "
        "`code` says which.",
        "Read the thing anew, and decide.",
    ),
    "in-flight": Kind(
        409,
        "The same request is under way",
        "A request with this idempotency key is being worked on at this moment.",
        "Wait a few seconds and send the same again.",
    ),
    "too-large": Kind(
        413,
        "Too large",
        f"A request's body has at most {BODY_BYTES_MAX // 1024} kB here.",
        "Send less.",
    ),
    "media-type": Kind(
        415,
        "JSON is needed",
        "The body is not JSON in UTF-8, or its Content-Type does not say so.",
        "Send “Content-Type: application/json”.",
    ),
    "unfit": Kind(
        422,
        "That will not do",
        "The request is well formed, but a value of it cannot be. Nothing was done. `code` says which.",
        "Change the value and send it under another idempotency key.",
    ),
    "key-reused": Kind(
        422,
        "This idempotency key was used for something else",
        "Another request of this token bore the same key, with another method, address or body. Nothing was done.",
        "Make a new key for each thing that you want done.",
    ),
    "too-many": Kind(
        429,
        "Too many requests",
        "This token asks too often; or, without one that is good, the network's address that it is asked from.",
        "Wait as many seconds as the header Retry-After says.",
    ),
    "fault": Kind(
        500,
        "A fault of ours",
        "Something went wrong in the server, and it has been written down.",
        "Send the same again with the same idempotency key; if it stays so, tell the office.",
    ),
    "unavailable": Kind(
        503,
        "Not now",
        "The server has its hands full, or what it depends on does not answer.",
        "Wait as many seconds as the header Retry-After says, and send the same again with the same idempotency key.",
    ),
}
"""Every kind of problem there is, by the last part of its type."""

_BY_STATUS: Final = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method",
    409: "conflict",
    413: "too-large",
    415: "media-type",
    422: "unfit",
    429: "too-many",
    503: "unavailable",
}
_UNFIT: Final = {
    "field",
    "reason",
    "cursor",
    "winner",
    "desk",
    "note",
    "unknown_table",
    "identity",
    "method",
    "text",
}
"""Codes of refusals that are about a value; the rest are about how things stand."""


@dataclass(frozen=True)
class Operation:
    """One call as it is described: where, for whom, with what, answered by what."""

    name: str
    """The view's endpoint, and the description's operationId."""
    method: str
    rule: str
    """As Flask writes it."""
    roles: tuple[str, ...]
    """Of tokens; empty: everybody."""
    tag: str
    summary: str
    about: str
    query: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None
    reply: Any
    status: int = 200
    keyed: bool = False
    """It changes something, and bears an idempotency key."""
    customers: bool = False
    """A signed-in customer may use it too."""
    media: str = "application/json"


OPERATIONS: Final[list[Operation]] = []
"""Every call, in the order in which they are described."""


# Answers --------------------------------------------------------------------------------------------


def problem(kind: str, detail: str = "", *, hint: str = "", code: str = "", status: int = 0) -> Response:
    """A problem as the answer; what is not said here its kind says."""
    what = PROBLEMS[kind]
    said = Problem(
        type=f"/api/problems/{kind}",
        title=what.title,
        status=status or what.status,
        detail=detail or what.means,
        hint=hint or what.hint,
        code=code or kind,
    )
    answer = Response(msgspec.json.encode(said), said.status, content_type=PROBLEM_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def problem_of(status: int, detail: str, hint: str = "") -> Response:
    """The problem that a status stands for."""
    kind = _BY_STATUS.get(status) or ("fault" if status >= 500 else "malformed")
    return problem(kind, detail, hint=hint, status=status)


def refused(error: KnownError) -> Response:
    """What was refused, or what the environment failed at, as a problem."""
    if isinstance(error, Fault):
        answer = problem("unavailable", error.message, hint=error.hint, code=error.code)
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    if error.code == "tls":
        return problem("forbidden", error.message, hint=error.hint, code=error.code)
    if error.code.startswith("unknown"):
        return problem("not-found", error.message, hint=error.hint, code=error.code)
    kind = "unfit" if error.code in _UNFIT else "conflict"
    return problem(kind, error.message, hint=error.hint, code=error.code)


def not_allowed(status: int) -> Response:
    """Nobody, or not for this role; told apart as RFC 6750 has it."""
    shown = "Authorization" in request.headers
    if status == 403:
        answer = problem("forbidden")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="tombola", error="insufficient_scope"'
        return answer
    answer = problem("unauthorized")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="tombola"' + (
        ', error="invalid_token"' if shown else ""
    )
    return answer


def speaks() -> bool:
    """Whether whoever sent this request is answered as programs are."""
    path = request.path
    if path in {"/api", "/api/"} or path.startswith("/api/problems/"):
        return False
    if path.startswith("/draws/") and path.count("/") == 2:
        # A competition's draws, where people find the page of a draw; browsers say that they take pages.
        return "text/html" not in request.headers.get("Accept", "")
    return path.startswith(("/api/", "/competitions")) or path == "/tickets/user"


# Who asks -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rates:
    """How often who may ask, and the counts of this process."""

    counts: tokens.Rates
    token: int = tokens.REQUESTS_PER_MINUTE
    stranger: int = tokens.STRANGERS_PER_MINUTE
    public: int = tokens.PUBLIC_PER_MINUTE


class TooMany(Exception):  # noqa: N818 - says what it is
    """Whoever asks has to wait so many seconds; ``words`` say who that is, and what the limit is."""

    def __init__(self, words: str, wait_s: int) -> None:
        super().__init__(words)
        self.words, self.wait_s = words, wait_s


def too_many(error: TooMany) -> Response:
    """Not so often, and from when on again."""
    seconds = "1 second" if error.wait_s == 1 else f"{error.wait_s} seconds"
    answer = problem("too-many", error.words, hint=f"Ask again in {seconds}.")
    answer.headers["Retry-After"] = str(error.wait_s)
    return answer


def _let_in() -> None:
    """Counts a request that needs no token; ``TooMany`` where its address asks too often."""
    rates: Rates = current_app.extensions["tombola_rates"]
    if wait := rates.counts.wait_s(f"public {auth.network()}", rates.public):
        words = (
            "Too much is asked from your network's address: without a token "
            f"{rates.public} requests a minute are answered."
        )
        raise TooMany(words, wait)


def enter(mark: frozenset[str]) -> None:
    """Finds out for whom the request speaks; ``NotAllowed`` or ``TooMany`` where it may not pass."""
    request.max_content_length = BODY_BYTES_MAX
    g.account = g.holder = None
    here, address = auth.office(), auth.network()
    rates: Rates = current_app.extensions["tombola_rates"]
    said = request.headers.get("Authorization")
    if said is None and auth.CUSTOMER in mark:
        g.account = auth.who(here, auth.CUSTOMER_SLOT)
        if g.account is None:
            raise auth.NotAllowed(401)
        return
    scheme, _, secret = (said or "").partition(" ")
    holder = tokens.holder(here, secret.strip(), address) if scheme.lower() == "bearer" else None
    if holder is None:
        if wait := rates.counts.wait_s(f"address {address}", rates.stranger):
            words = (
                "Too many requests without a good token came from your network's address: "
                f"{rates.stranger} a minute are answered."
            )
            raise TooMany(words, wait)
        raise auth.NotAllowed(401)
    if wait := rates.counts.wait_s(f"token {holder.token}", rates.token):
        words = f"This token asks too often: {rates.token} requests a minute are answered."
        raise TooMany(words, wait)
    g.holder = holder
    g.account = auth.Account(
        id=holder.user,
        name=f"{holder.user_name} ({holder.name})",
        username=holder.name,
        organisation=holder.organisation,
        organisation_name=holder.organisation_name,
        currency=holder.currency,
        role=holder.role,
    )
    if holder.role not in mark:
        raise auth.NotAllowed(403)


# What they sent -------------------------------------------------------------------------------------


class Malformed(Exception):  # noqa: N818 - says what it is
    """The request is not as it is described."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(detail or kind)
        self.kind, self.detail = kind, detail


def malformed(error: Malformed) -> Response:
    """The request is not as it is described."""
    return problem(error.kind, error.detail)


def _query(kind: type[msgspec.Struct] | None) -> Any:
    given = request.args
    for name, values in given.lists():
        if len(values) > 1:
            raise Malformed("malformed", f"The parameter {name!r} stands in the address more than once.")
    try:
        asked = msgspec.convert(given.to_dict(), kind or Nothing, strict=False)
    except (msgspec.ValidationError, ValueError) as e:
        raise Malformed("malformed", f"The address cannot be read: {e}") from e
    for one in msgspec.structs.fields(asked):
        # What is not asked for is left out; the word null asks for nothing that there is.
        if one.encode_name in given and getattr(asked, one.name) is None:
            raise Malformed("malformed", f"The parameter {one.encode_name!r} is null: leave it out.")
        if isinstance(getattr(asked, one.name), datetime) and ":" not in given.get(one.encode_name, ":"):
            raise Malformed(
                "malformed", f"The parameter {one.encode_name!r} is no moment as RFC 3339 writes it."
            )
    return asked


def _body(kind: type[msgspec.Struct]) -> Any:
    if request.mimetype != "application/json":
        raise Malformed("media-type")
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in {"utf-8", "utf8"}:
        raise Malformed("media-type")
    try:
        return msgspec.json.decode(request.get_data(cache=True), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as e:
        raise Malformed("malformed", f"The body cannot be read: {e}") from e


def _key() -> str:
    key = request.headers.get(KEY_HEADER, "")
    if not 1 <= len(key) <= KEY_CHARS_MAX or not all("!" <= one <= "~" for one in key):
        raise Malformed(
            "key-missing" if not key else "malformed",
            ""
            if not key
            else f"An {KEY_HEADER} has 1 to {KEY_CHARS_MAX} printable ASCII characters and no blank.",
        )
    return key


# Calls ----------------------------------------------------------------------------------------------


def call(
    method: Literal["GET", "POST"],
    rule: str,
    *roles: str,
    tag: str,
    reply: Any,
    query: type[msgspec.Struct] | None = None,
    body: type[msgspec.Struct] | None = None,
    status: int = 200,
    keyed: bool | None = None,
    customers: bool = False,
    media: str = "application/json",
) -> Callable[[View], View]:
    """Puts a function on the blueprint as a call for tokens of these roles; none: for everybody.

    The function takes the connection, the parts of the address by name, ``asked`` (the query) and ``given`` (the body)
    where it has them, and returns what ``reply`` says. One whose ``media`` is not JSON makes its own response and gets
    no connection, since what it sends outlives the transaction.
    """

    def put(function: View) -> View:
        about = (function.__doc__ or "").strip()
        changes = method == "POST" if keyed is None else keyed
        operation = Operation(
            name=function.__name__,
            method=method,
            rule=rule,
            roles=roles,
            tag=tag,
            summary=about.partition("\n")[0].rstrip("."),
            about=" ".join(about.split()),
            query=query,
            body=body,
            reply=reply,
            status=status,
            keyed=changes,
            customers=customers,
            media=media,
        )

        who = (*roles, *((auth.CUSTOMER,) if customers else ()))

        def view(**parts: Any) -> ResponseReturnValue:
            given = dict(parts)
            if not who:
                _let_in()
            asked = _query(query)
            if query is not None:
                given["asked"] = asked
            if media != "application/json":
                return cast("Response", function(**given))
            key = _key() if changes else ""
            if body is not None:
                given["given"] = _body(body)
            if changes:
                return _once(operation, function, given, key)
            here, me = auth.office(), g.get("account")
            with here.begin(None if me is None else me.id, None if me is None else me.organisation) as c:
                made = function(c, **given)
            return _told(made, operation)

        marked = auth.access(auth.TOKEN, *who)(view) if who else auth.access(auth.PUBLIC)(view)
        blueprint.add_url_rule(rule, function.__name__, marked, methods=[method])
        OPERATIONS.append(operation)
        return function

    return put


def _told(made: Any, operation: Operation) -> Response:
    """What a call found, with a mark by which a program need not read the same twice."""
    data = msgspec.json.encode(made)
    answer = Response(data, operation.status, content_type="application/json")
    if operation.method == "GET":
        answer.set_etag(hashlib.sha256(data).hexdigest()[:32])
        answer.headers["Cache-Control"] = (
            "private, no-cache"
            if operation.roles or operation.customers
            else f"public, max-age={PUBLIC_AGE_S}"
        )
        answer.make_conditional(request.environ)
    else:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _once(operation: Operation, function: Callable[..., Any], given: dict[str, Any], key: str) -> Response:
    """Does what is asked for once under this key, and answers the same again with the same."""
    here, me, holder = auth.office(), auth.account(), cast("tokens.Holder", g.holder)
    bound = tokens.fingerprint(request.method, request.full_path.rstrip("?"), request.get_data(cache=True))
    with here.begin(me.id, me.organisation) as c:
        free, kept = tokens.take_key(here, c, holder.token, key)
        if not free:
            answer = problem("in-flight")
            answer.headers["Retry-After"] = "1"
            return answer
        if kept is not None:
            if not hmac.compare_digest(kept.fingerprint, bound):
                return problem("key-reused")
            answer = Response(kept.reply, kept.status, content_type=kept.content_type)
            answer.headers[REPLAYED_HEADER] = "true"
            answer.headers["Cache-Control"] = "no-store"
            return answer
        try:
            # What is refused is undone to here, and its answer kept as well as any.
            with c.begin_nested():
                answer = _told(function(c, **given), operation)
        except Refused as error:
            answer = refused(error)
        tokens.keep(
            here,
            c,
            holder.token,
            key,
            tokens.Kept(bound, answer.status_code, str(answer.content_type), answer.get_data()),
        )
    return answer


# Pages of lists -------------------------------------------------------------------------------------


def _mac(data: bytes) -> bytes:
    here = auth.office()
    bound = f"{request.endpoint} {sorted(_filters())} {request.path} ".encode()
    return hmac.digest(keys.derive(here.secret, "api-cursor"), bound + data, "sha256")[:12]


def _filters() -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.args.items() if k not in {"cursor", "limit"}]


def cursor(*key: object) -> str:
    """Where a list goes on behind this key; worth something for the same list alone."""
    data = msgspec.json.encode(key)
    return base64.urlsafe_b64encode(_mac(data) + data).decode().rstrip("=")


def behind(text: str | None, kinds: type[T]) -> T | None:
    """The key that a cursor holds, a tuple of these ``kinds``; ``Refused`` (``cursor``) where it is none of ours."""
    if text is None:
        return None
    wrong = Refused("cursor", "This cursor is of another list.", "Begin without one.")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except ValueError:
        raise wrong from None
    if not hmac.compare_digest(raw[:12], _mac(raw[12:])):
        raise wrong
    try:
        return msgspec.json.decode(raw[12:], type=kinds)
    except msgspec.MsgspecError:
        raise wrong from None


def page(
    rows: list[Row[Any]],
    limit: int,
    make: Callable[[Row[Any]], T],
    key: Callable[[Row[Any]], tuple[object, ...]],
) -> Page[T]:
    """The first ``limit`` of rows that were asked for with one more."""
    more = len(rows) > limit
    return Page(
        items=[make(row) for row in rows[:limit]], next=cursor(*key(rows[limit - 1])) if more else None
    )


# One's own things -----------------------------------------------------------------------------------


def own_event(c: Connection, event: UUID) -> Row[Any]:
    """An event of the token's organisation, with ``venue_name`` and ``timezone``; 404 otherwise."""
    e = m.raffle_events
    row = c.execute(
        select(e, m.venues.c.name.label("venue_name"), m.venues.c.timezone)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .where(e.c.id == event, e.c.organization_id == auth.account().organisation)
    ).one_or_none()
    if row is None:
        abort(404)
    return row
