"""Customers' own pages: registering, signing in, a new password, their data; and the way to providers and back.

Whoever comes here comes as a customer, whoever else they are. No answer tells whether an address has an account.
"""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from shared.errors import Refused
from syncserver import accounts, attempts, auth, factors, invitations, letters, notifications, providers
from syncserver.auth import CUSTOMER, PUBLIC, access
from syncserver.config import Provider

blueprint = Blueprint("account", __name__, url_prefix="/account")

REGISTERED: Final = "registered"
"""Where the cookie keeps what this browser registered with, so that it may confirm without typing the password."""
CAME_FOR: Final = "came-for"
"""Where the cookie keeps the page that whoever registers is led on to."""
CAME_FOR_CHARS_MAX: Final = 500
GOING: Final = "going"
BEGUN: Final = "my-factor"
"""Where the cookie keeps the mark of a second factor that is being set up."""
ASKED_MAX: Final = 30
"""Registrations and forgotten passwords from one address within an hour."""
ASKED_S: Final = 3600
GOING_FOR: Final = ("staff", "customers")


def _page(template: str, status: int = 200, **values: Any) -> Response:
    """A page about accounts, which no browser keeps."""
    answer = make_response(render_template(f"account/{template}.html", here="account", **values), status)
    answer.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers["Retry-After"] = str(g.wait_s)
    return answer


def _tell(kind: str, message: str, hint: str = "") -> None:
    flash((message, hint) if hint else message, kind)  # type: ignore[arg-type]  # a pair is a heading and its hint


def _site() -> Any:
    with auth.office().begin() as c:
        return accounts.site(c, request.values.get("o", ""))


def _local(address: str) -> str:
    """That page of the public's or the customer's; one's own first page where it is none: a trap otherwise."""
    inside = address.startswith("/") and not address.startswith(("//", "/admin")) and "\\" not in address
    return address if inside and address.isprintable() else url_for("account.home")


def _seldom(what: str) -> None:
    """``Refused`` (``often``) where one address asks for too many letters."""
    here = auth.office()
    counter, now = attempts.key(here, what, auth.network()), here.now()
    with here.begin() as c:
        if attempts.asked(c, counter, now, ASKED_MAX, ASKED_S):
            return
        g.wait_s = attempts.wait_s(c, counter, now, ASKED_S)
    raise Refused(
        "often",
        "Too many letters were asked for from the network that you are in; others may share its address.",
        f"Try again in {_minutes(g.wait_s)}, or from another network. Letters that have come stay good.",
    )


def _minutes(wait_s: int) -> str:
    minutes = -(-wait_s // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _status(refused: Refused | None) -> int:
    """Of a page whose form was refused, or was not sent yet."""
    return 200 if refused is None else 429 if refused.code == "often" else 422


# Coming -----------------------------------------------------------------------------------------------


@blueprint.route("/register", methods=["GET", "POST"])
@access(PUBLIC)
def register() -> ResponseReturnValue:
    """Registering, always as a customer."""
    here, site, refused = auth.office(), _site(), None
    if request.method == "POST":
        try:
            hashed = auth.hashed_password(request.form.get("password", ""))
            _seldom("register")
            with here.begin() as c:
                token = accounts.register(
                    here,
                    c,
                    site.id,
                    request.form.get("email", ""),
                    request.form.get("name", ""),
                    hashed,
                    request.form.get("language", "en"),
                    auth.network(),
                )
        except Refused as e:
            refused = e
        else:
            session[REGISTERED] = hashlib.sha256(token).hexdigest()
            # Followed only once the letter's link is opened in this browser.
            session[CAME_FOR] = request.form.get("next", "")[:CAME_FOR_CHARS_MAX]
            return _page("sent", email=request.form.get("email", "").strip(), what="register", site=site)
    return _page(
        "register",
        _status(refused),
        site=site,
        refused=refused,
        typed=request.form,
        languages=accounts.LANGUAGES,
        language=letters.language(str(request.accept_languages.best or "en")),
        providers=providers.offered(here.config, "customers"),
        next=request.values.get("next", ""),
    )


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@access(PUBLIC)
def confirm(token: str) -> ResponseReturnValue:
    """The letter's link: opening the account, in the browser that registered, or with a password chosen now."""
    here, refused = auth.office(), None
    same = _registered(token)
    try:
        with here.begin() as c:
            row = accounts.link(c, token, here.now(), "verify")
    except Refused as e:
        return _page("link", 404, refused=e)
    if request.method == "POST":
        came_for = str(session.get(CAME_FOR) or "") if same else ""
        try:
            hashed = None if same else auth.hashed_password(request.form.get("password", ""))
            with here.begin() as c:
                user = accounts.confirm(here, c, token, hashed)
                auth.enter_customer(here, c, user, row.organization_id)
        except Refused as e:
            refused = e
        else:
            _tell("good", "Your address is confirmed. Welcome!")
            return redirect(_local(came_for), 303)
    return _page("confirm", 422 if refused else 200, email=row.email, same=same, refused=refused)


def _registered(token: str) -> bool:
    """Whether this browser registered with the token of this letter."""
    try:
        raw = bytes.fromhex(token)
    except ValueError:
        return False
    return session.get(REGISTERED) == hashlib.sha256(raw).hexdigest()


@blueprint.route("/sign-in", methods=["GET", "POST"])
@access(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Signing in with address and password, or by a provider."""
    here, site, refused = auth.office(), _site(), None
    came_for = request.values.get("next", "")
    if request.method == "POST":
        try:
            user = auth.sign_in(
                here, site.id, request.form.get("email", ""), request.form.get("password", "")
            )
            with here.begin() as c:
                # Told only to whoever knows the password.
                accounts.let_in(c, user)
                due = auth.enter_customer(here, c, user, site.id)
            return _on(due, came_for)
        except Refused as e:
            refused = e
    return _page(
        "sign_in",
        401 if refused else 200,
        site=site,
        refused=refused,
        email=request.form.get("email", ""),
        next=came_for,
        providers=providers.offered(here.config, "customers"),
    )


def sign_in_page(came_for: str) -> ResponseReturnValue:
    """The page for signing in, which leads on to what was asked for."""
    try:
        site = _site()
    except Refused:
        return redirect(url_for("public.home"), 303)
    return _page(
        "sign_in",
        401,
        site=site,
        refused=None,
        email="",
        next=came_for,
        providers=providers.offered(auth.office().config, "customers"),
    )


def _on(due: str, came_for: str) -> ResponseReturnValue:
    """On to what was asked for, by the second step where that is due."""
    if due:
        return redirect(url_for("account.second_step", next=came_for or None), 303)
    return redirect(_local(came_for), 303)


@blueprint.route("/second-step", methods=["GET", "POST"])
@access(PUBLIC)
def second_step() -> ResponseReturnValue:
    """The second step of signing in, of those who have set one up: a code of the authenticator, or a recovery code."""
    here, came_for, refused = auth.office(), request.values.get("next", ""), None
    taken = auth.half(here, auth.CUSTOMER_SLOT)
    if taken is None:
        return redirect(url_for("account.sign_in", next=came_for or None), 303)
    if request.method == "POST":
        with here.begin(taken.user) as c:
            right = factors.passes(here, c, taken.user, request.form.get("code", ""))
        if right:
            with here.begin(taken.user) as c:
                # Who was shut out since has no session that could come here.
                auth.enter_customer(here, c, taken.user, taken.organisation, second=True)
            return redirect(_local(came_for), 303)
        refused = Refused(
            "code",
            "That code is not right, was used already, or the account is waiting after wrong codes.",
            "Type the six digits that your authenticator shows now. After several wrong ones wait a few minutes.",
        )
    status = 401 if refused else 200
    return _page("second_step", status, house=taken.organisation_name, next=came_for, refused=refused)


@blueprint.route("/forgotten", methods=["GET", "POST"])
@access(PUBLIC)
def forgotten() -> ResponseReturnValue:
    """A letter with a way to a new password."""
    here, site, refused = auth.office(), _site(), None
    if request.method == "POST":
        try:
            _seldom("forgotten")
            with here.begin() as c:
                accounts.forgotten(here, c, site.id, request.form.get("email", ""), auth.network())
        except Refused as e:
            refused = e
        else:
            return _page("sent", email=request.form.get("email", "").strip(), what="forgotten", site=site)
    return _page("forgotten", _status(refused), site=site, refused=refused)


@blueprint.route("/new-password/<token>", methods=["GET", "POST"])
@access(PUBLIC)
def new_password(token: str) -> ResponseReturnValue:
    """A new password by a letter's link."""
    here, refused = auth.office(), None
    try:
        with here.begin() as c:
            row = accounts.link(c, token, here.now(), "reset")
    except Refused as e:
        return _page("link", 404, refused=e)
    if request.method == "POST":
        try:
            hashed = auth.hashed_password(auth.twice(request.form))
            with here.begin() as c:
                user = accounts.reset(here, c, token, hashed)
                due = auth.enter_customer(here, c, user, row.organization_id)
        except Refused as e:
            refused = e
        else:
            _tell(
                "good",
                "Your password is changed." if due else "Your password is changed, and you are signed in.",
            )
            return _on(due, url_for("account.home"))
    return _page("new_password", 422 if refused else 200, email=row.email, refused=refused)


@blueprint.route("/new-address/<token>", methods=["GET", "POST"])
@access(PUBLIC)
def new_address(token: str) -> ResponseReturnValue:
    """The new address says that it is theirs."""
    here = auth.office()
    try:
        with here.begin() as c:
            row = accounts.link(c, token, here.now(), "move")
            if request.method == "POST":
                accounts.moved(here, c, token)
    except Refused as e:
        return _page("link", 404, refused=e)
    if request.method == "POST":
        _tell("good", "From now on we write to you there, and you sign in with it.")
        return redirect(url_for("account.home" if auth.visitor() else "account.sign_in"), 303)
    return _page("new_address", email=row.email)


# Providers --------------------------------------------------------------------------------------------


def _back(name: str) -> str:
    """Where a provider sends people back to: registered there to the letter."""
    base = auth.office().config.url or request.host_url.rstrip("/")
    return base + url_for("account.come_back", name=name)


@blueprint.get("/with/<name>")
@access(PUBLIC)
def begin_provider(name: str) -> ResponseReturnValue:
    """Goes to a provider. A link and no form, since the pages' policy lets forms lead nowhere else."""
    here, whom = auth.office(), request.args.get("for", "customers")
    provider = providers.find(here.config, name, whom if whom in GOING_FOR else "")
    auth.check_token(request.args.get("t", ""))
    site = _site() if whom == "customers" else None
    me = auth.who(here) if whom == "staff" else auth.visitor()
    if me is not None and "link" in request.args and not auth.proved(me):
        return _prove_page(me, provider, whom)
    address, going = providers.begin(here, provider, _back(name))
    session[GOING] = {
        "going": going.kept(),
        "for": whom,
        "site": None if site is None else str(site.id),
        "next": request.args.get("next", "")[:CAME_FOR_CHARS_MAX],
        "invitation": request.args.get("invitation", "")[:100],
        "link": str(me.id) if me is not None and "link" in request.args else None,
    }
    return redirect(address, 302)


@blueprint.post("/prove/<name>")
@access(PUBLIC)
def prove(name: str) -> ResponseReturnValue:
    """Says who it is once more, before an account at a provider is linked: it opens the account for good."""
    here, whom, refused = auth.office(), request.form.get("for", "customers"), None
    provider = providers.find(here.config, name, whom if whom in GOING_FOR else "")
    me = auth.who(here) if whom == "staff" else auth.visitor()
    if me is None:
        return redirect(url_for("admin.login" if whom == "staff" else "account.sign_in"), 303)
    try:
        auth.ask_who(me)
    except Refused as e:
        refused = e
    return _prove_page(me, provider, whom, refused)


def _prove_page(
    me: auth.Account, provider: Provider, whom: str, refused: Refused | None = None
) -> ResponseReturnValue:
    if whom == "staff":
        g.account = me  # the office's frame says who is logged in
    proved = auth.proved(me)
    with auth.office().begin() as c:
        knows = auth.has_password(c, me.id)
    status = 200 if proved else 422 if refused else 403
    return _page(
        "prove", status, refused=refused, name=provider.name, whom=whom, label=provider.label,
        proved=proved, has_password=knows,
    )  # fmt: skip


@blueprint.get("/back/<name>")
@access(PUBLIC)
def come_back(name: str) -> ResponseReturnValue:
    """Comes back from a provider; each way back is gone once."""
    here = auth.office()
    kept: dict[str, Any] = session.pop(GOING, None) or {}
    whom = kept.get("for", "customers")
    going = providers.read(kept.get("going"))
    provider = providers.find(here.config, name, whom)
    try:
        somebody = providers.finish(here, provider, going, request.args, _back(name))
        if whom == "staff":
            return _staff(kept, provider.name, somebody)
        return _customer(kept, provider.name, somebody)
    except Refused as e:
        if kept.get("link"):
            _tell("bad", e.message, e.hint)
            return redirect(url_for("admin.own_account" if whom == "staff" else "account.home"), 303)
        return _page("not_let_in", 401, refused=e, staff=whom == "staff")


def _staff(kept: dict[str, Any], name: str, somebody: providers.Somebody) -> ResponseReturnValue:
    here = auth.office()
    me = auth.who(here)
    if kept.get("link"):
        if me is None or str(me.id) != kept["link"]:
            raise Refused("state", "You are not logged in any more.", "Log in, and begin again.")
        with here.begin(me.id, me.organisation) as c:
            accounts.attach(c, me.id, None, name, somebody.issuer, somebody.subject)
        _tell("good", "From now on you can log in with it.")
        return redirect(url_for("admin.own_account"), 303)
    with here.begin() as c:
        user = accounts.by_identity(c, somebody.issuer, somebody.subject, None)
        if token := str(kept.get("invitation") or ""):
            asked = invitations.read(c, token, here.now())
            new = user is None
            if user is None:
                user = auth.create_by_provider(
                    c, asked.organization_id, somebody.name or asked.email, asked.role
                )
                accounts.attach(c, user, None, name, somebody.issuer, somebody.subject)
            organisation = invitations.accept(here, c, token, user, new=new)
        else:
            home = None if user is None else auth.default_membership(c, user)
            if user is None or home is None:
                raise Refused(
                    "unknown",
                    "Nobody here comes by that account.",
                    "Log in with your password and link it under “Your account”, or ask for an invitation.",
                )
            organisation = home.organisation
        due = auth.enter(here, c, user, organisation)
    came_for = str(kept.get("next") or "")
    if due:
        return redirect(url_for("admin.second_step", next=came_for or None), 303)
    inside = came_for.startswith("/admin/") and "\\" not in came_for and came_for.isprintable()
    return redirect(came_for if inside else url_for("admin.home"), 303)


def _customer(kept: dict[str, Any], name: str, somebody: providers.Somebody) -> ResponseReturnValue:
    here, me = auth.office(), auth.visitor()
    if kept.get("link"):
        if me is None or str(me.id) != kept["link"]:
            raise Refused("state", "You are not signed in any more.", "Sign in, and begin again.")
        with here.begin(me.id, me.organisation) as c:
            accounts.attach(c, me.id, me.organisation, name, somebody.issuer, somebody.subject)
        _tell("good", "From now on you can sign in with it.")
        return redirect(url_for("account.home"), 303)
    with here.begin() as c:
        organisation = accounts.site(c, str(kept.get("site") or "")).id
        user = accounts.from_provider(
            here, c, organisation, name, somebody.claims(), email_verified=somebody.email_verified
        )
        due = auth.enter_customer(here, c, user, organisation)
    return _on(due, str(kept.get("next") or ""))


# Staying ----------------------------------------------------------------------------------------------


@blueprint.get("")
@access(CUSTOMER)
def home() -> ResponseReturnValue:
    """What one has told, and what one decides."""
    me, here = auth.account(), auth.office()
    with here.begin(me.id, me.organisation) as c:
        mine = accounts.customer(c, me.id)
        assert mine is not None
        told: dict[str, Any] = {
            "has_password": auth.has_password(c, me.id),
            "has_factor": factors.has(c, me.id),
            "codes_left": factors.codes_left(c, me.id),
            "sessions": auth.sessions(c, me.id, here.now()),
            "identities": accounts.identities(c, me.id),
            "stopped": notifications.stops(
                here, c, me.organisation, [one for one in (mine.email, mine.phone) if one]
            ),
        }
    return _page(
        "home",
        mine=mine,
        languages=accounts.LANGUAGES,
        words=auth.browser_words,
        providers=providers.offered(here.config, "customers"),
        topics=letters.TOPICS,
        **told,
    )


def _home(kind: str = "", message: str = "", hint: str = "") -> ResponseReturnValue:
    if message:
        _tell(kind, message, hint)
    return redirect(url_for("account.home"), 303)


@blueprint.post("/details")
@access(CUSTOMER)
def details() -> ResponseReturnValue:
    """Name, telephone number and language."""
    form = request.form
    try:
        with auth.office().begin(auth.account().id) as c:
            accounts.change(
                c,
                auth.account().id,
                form.get("name", ""),
                form.get("phone", ""),
                form.get("language", "en"),
            )
    except Refused as e:
        return _home("bad", e.message, e.hint)
    return _home("good", "Kept.")


@blueprint.post("/address")
@access(CUSTOMER)
def address() -> ResponseReturnValue:
    """Another e-mail address, once it has said so itself."""
    here, me = auth.office(), auth.account()
    try:
        auth.ask_who(me)
        with here.begin(me.id, me.organisation) as c:
            accounts.move(here, c, me.id, request.form.get("email", ""), auth.network())
    except Refused as e:
        return _home("bad", e.message, e.hint)
    return _home("good", "We have written to the new address.", "Open the link in that letter.")


@blueprint.post("/password")
@access(CUSTOMER)
def password() -> ResponseReturnValue:
    """Another password; one is signed out everywhere else."""
    here, me = auth.office(), auth.account()
    try:
        new = auth.twice(request.form)
        auth.ask_who(me)
        hashed = auth.hashed_password(new)
        with here.begin(me.id, me.organisation) as c:
            auth.keep_password(c, me.id, hashed, here.now())
            auth.enter_customer(here, c, me.id, me.organisation, second=True)
    except Refused as e:
        return _home("bad", e.message, e.hint)
    return _home("good", "Your password is changed. You are signed out everywhere else.")


@blueprint.route("/factor", methods=["GET", "POST"])
@access(CUSTOMER)
def factor() -> ResponseReturnValue:
    """Setting up a second factor, of one's own free will."""
    me, here, refused = auth.account(), auth.office(), None
    with here.begin() as c:
        if factors.has(c, me.id):
            return _home("warn", "You have a second factor already.", "Remove it first.")
        knows = auth.has_password(c, me.id)
    if request.method == "POST":
        try:
            auth.ask_who(me)
            with here.begin(me.id, me.organisation) as c:
                made = factors.confirm(here, c, me.id, request.form.get("code", ""))
                auth.end_sessions(c, me.id, here.now(), but=me.session)
        except Refused as e:
            refused = e
        else:
            session.pop(BEGUN, None)
            return _page("codes", codes=made)
    with here.begin(me.id, me.organisation) as c:
        secret, session[BEGUN] = factors.begin(here, c, me.id, str(session.get(BEGUN, "")))
    text = factors.address(secret, me.username or me.name, me.organisation_name)
    return _page(
        "factor",
        422 if refused else 200,
        secret=secret,
        picture=factors.picture(text),
        refused=refused,
        has_password=knows,
    )


@blueprint.post("/factor/remove")
@access(CUSTOMER)
def remove_factor() -> ResponseReturnValue:
    """Does without it again."""
    me = auth.account()
    try:
        auth.ask_who(me)
        with auth.office().begin(me.id, me.organisation) as c:
            factors.remove(c, me.id)
    except Refused as e:
        return _home("bad", e.message, e.hint)
    return _home("good", "You sign in without a second factor now.")


@blueprint.post("/codes")
@access(CUSTOMER)
def new_codes() -> ResponseReturnValue:
    """Ten new recovery codes in place of those of before."""
    me, here = auth.account(), auth.office()
    try:
        auth.ask_who(me)
        with here.begin(me.id, me.organisation) as c:
            made = factors.new_codes(here, c, me.id) if factors.has(c, me.id) else None
    except Refused as e:
        return _home("bad", e.message, e.hint)
    if made is None:
        return _home("bad", "You have no second factor.", "Set it up first.")
    return _page("codes", codes=made)


@blueprint.post("/messages")
@access(CUSTOMER)
def messages() -> ResponseReturnValue:
    """Which messages one wants."""
    here, me = auth.office(), auth.account()
    with here.begin(me.id, me.organisation) as c:
        mine = accounts.customer(c, me.id)
        assert mine is not None
        wanted = set(request.form.getlist("topic"))
        addresses = [one for one in (mine.email, mine.phone) if one]
        notifications.stop(here, c, me.organisation, addresses, set(letters.TOPICS) - wanted)
    return _home("good", "Kept. What you bought, and prizes, we tell you in any case.")


@blueprint.post("/sessions/end")
@access(CUSTOMER)
def end_sessions() -> ResponseReturnValue:
    """Signs out everywhere but here."""
    me, here = auth.account(), auth.office()
    with here.begin(me.id, me.organisation) as c:
        auth.end_sessions(c, me.id, here.now(), but=me.session)
    return _home("good", "You are signed out everywhere but here.")


@blueprint.post("/identities/<uuid:identity>/remove")
@access(CUSTOMER)
def detach(identity: UUID) -> ResponseReturnValue:
    """Comes in by an account at a provider no more."""
    me = auth.account()
    try:
        with auth.office().begin(me.id) as c:
            accounts.detach(c, me.id, identity)
    except Refused as e:
        return _home("bad", e.message, e.hint)
    return _home("good", "That account opens nothing here any more.")


@blueprint.get("/data.json")
@access(CUSTOMER)
def data() -> ResponseReturnValue:
    """Everything that is kept of oneself, to take along."""
    with auth.office().begin(auth.account().id) as c:
        kept = accounts.taken_along(c, auth.account().id)
    answer = Response(
        json.dumps(kept, indent=2, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@blueprint.post("/delete")
@access(CUSTOMER)
def delete() -> ResponseReturnValue:
    """Goes for good."""
    here, me = auth.office(), auth.account()
    if "sure" not in request.form:
        return _home("bad", "Tick that you are sure.", "Nothing was deleted.")
    try:
        auth.ask_who(me)
        with here.begin(me.id, me.organisation) as c:
            accounts.leave(here, c, me.id)
    except Refused as e:
        return _home("bad", e.message, e.hint)
    auth.log_out(here, auth.CUSTOMER_SLOT)
    return _page("gone")


@blueprint.post("/sign-out")
@access(CUSTOMER)
def sign_out() -> ResponseReturnValue:
    """Signs out."""
    auth.log_out(auth.office(), auth.CUSTOMER_SLOT)
    return redirect(url_for("public.home"), 303)
