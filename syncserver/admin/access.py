"""One's own account: the second step of the log-in, coming by an invitation, password, second factor, sessions."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shared.errors import Refused
from syncserver import accounts, auth, factors, invitations, notifications, providers
from syncserver import models as m
from syncserver.admin import ground
from syncserver.admin.home import local_page
from syncserver.auth import PUBLIC, STAFF, access

BEGUN: Final = "factor"
"""Where the cookie keeps the mark of a second factor that is being set up."""
CODE_CHARS_MAX: Final = factors.CODE_CHARS_MAX


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    both = ["GET", "POST"]
    to.add_url_rule("/second-step", "second_step", second_step, methods=both)
    to.add_url_rule("/second-step/setup", "second_setup", second_setup, methods=both)
    to.add_url_rule("/invitation/<token>", "invitation", invitation, methods=both)
    to.add_url_rule("/account", "own_account", own)
    to.add_url_rule("/account/password", "own_password", password, methods=["POST"])
    to.add_url_rule("/account/name", "own_name", name, methods=["POST"])
    to.add_url_rule("/account/contact", "own_contact", contact, methods=["POST"])
    to.add_url_rule("/account/factor", "own_factor", factor, methods=both)
    to.add_url_rule("/account/factor/remove", "remove_factor", remove_factor, methods=["POST"])
    to.add_url_rule("/account/codes", "new_codes", codes, methods=["POST"])
    to.add_url_rule("/account/sessions/<uuid:session>/end", "end_session", end_one, methods=["POST"])
    to.add_url_rule("/account/sessions/end", "end_sessions", end_others, methods=["POST"])
    to.add_url_rule("/account/identities/<uuid:identity>/remove", "detach", detach, methods=["POST"])
    to.add_url_rule("/organisation", "switch", switch, methods=["POST"])


# The second step --------------------------------------------------------------------------------------


@access(PUBLIC)
def second_step() -> ResponseReturnValue:
    """The second step of a log-in: a code of the authenticator, or a recovery code."""
    came_for = request.values.get("next", "")
    taken = auth.half(auth.office())
    if taken is None:
        return redirect(url_for("admin.login"), 303)
    if taken.due == "setup":
        return redirect(url_for("admin.second_setup", next=came_for or None), 303)
    refused = None
    if request.method == "POST":
        with auth.office().begin(taken.user) as c:
            right = factors.passes(auth.office(), c, taken.user, request.form.get("code", ""))
        if right:
            auth.finish(auth.office(), taken)
            return redirect(local_page(came_for), 303)
        refused = Refused(
            "code",
            "That code is not right, was used already, or the account is waiting after wrong codes.",
            "Type the six digits that your authenticator shows now. After several wrong ones wait a few minutes.",
        )
    shown = ground.page("second_step", "", half=taken, next=came_for, refused=refused)
    return _never_kept(shown, 401 if refused else 200)


@access(PUBLIC)
def second_setup() -> ResponseReturnValue:
    """Setting up the second factor at the log-in, where the organisation asks for one."""
    came_for = request.values.get("next", "")
    taken = auth.half(auth.office())
    if taken is None or taken.due != "setup":
        return redirect(url_for("admin.second_step", next=came_for or None), 303)
    refused = None
    if request.method == "POST":
        try:
            with auth.office().begin(taken.user) as c:
                shown = factors.confirm(auth.office(), c, taken.user, request.form.get("code", ""))
        except Refused as e:
            refused = e
        else:
            auth.finish(auth.office(), taken)
            page = ground.page("codes", "", codes=shown, on=local_page(came_for), door=True)
            return _never_kept(page, 200)
    with auth.office().begin(taken.user) as c:
        secret, session[BEGUN] = factors.begin(auth.office(), c, taken.user, str(session.get(BEGUN, "")))
    text = factors.address(secret, taken.username, taken.organisation_name)
    shown_page = ground.page(
        "second_setup",
        "",
        half=taken,
        next=came_for,
        refused=refused,
        secret=secret,
        picture=factors.picture(text),
    )
    return _never_kept(shown_page, 422 if refused else 200)


def _never_kept(page: str, status: int) -> Response:
    """A page that holds a secret, or opens something, which no browser keeps."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# Coming by an invitation ------------------------------------------------------------------------------


@access(PUBLIC)
def invitation(token: str) -> ResponseReturnValue:
    """An invitation: choosing a user name and a password, or adding the organisation to those one works for."""
    here = auth.office()
    me = auth.who(here)
    try:
        with here.begin() as c:
            row = invitations.read(c, token, here.now())
    except Refused as e:
        return _never_kept(ground.page("invitation", "", asked=None, refused=e), 404)
    refused = None
    if request.method == "POST":
        try:
            if "mine" in request.form:
                return _join(token, me)
            return _begin(token, row.role)
        except Refused as e:
            refused = e
    page = ground.page(
        "invitation",
        "",
        asked=row,
        token=token,
        me=me,
        refused=refused,
        typed=request.form,
        providers=providers.offered(here.config, "staff"),
    )
    return _never_kept(page, 422 if refused else 200)


def _join(token: str, me: auth.Account | None) -> ResponseReturnValue:
    here = auth.office()
    if me is None:
        raise Refused("log_in", "You are not logged in any more.", "Log in, and open the link again.")
    with here.begin(me.id, me.organisation) as c:
        organisation = invitations.accept(here, c, token, me.id, new=False)
        due = auth.enter(here, c, me.id, organisation, going_on=me)
    return redirect(url_for("admin.second_step" if due else "admin.home"), 303)


def _begin(token: str, role: str) -> ResponseReturnValue:
    here = auth.office()
    hashed = auth.hashed_password(auth.twice(request.form))
    name = ground.text("name", "Name", auth.NAME_CHARS_MAX)
    username = ground.text("username", "User name", auth.NAME_CHARS_MAX)
    with here.begin() as c:
        organisation = invitations.read(c, token, here.now()).organization_id
        user = auth.create_user(c, organisation, username, name, None, role)
        auth.keep_password(c, user, hashed, here.now())
        invitations.accept(here, c, token, user, new=True)
        due = auth.enter(here, c, user, organisation)
    if not due:
        ground.tell("good", f"Welcome, {name}.")
    return redirect(url_for("admin.second_step" if due else "admin.home"), 303)


# Your account -----------------------------------------------------------------------------------------


@access(*STAFF)
def own() -> ResponseReturnValue:
    """What one decides for oneself."""
    me, here = auth.account(), auth.office()
    with ground.reading() as c:
        return ground.page(
            "account",
            "account",
            has_password=auth.has_password(c, me.id),
            has_factor=factors.has(c, me.id),
            required=auth.factor_required(c, me.id, me.organisation),
            codes_left=factors.codes_left(c, me.id),
            sessions=auth.sessions(c, me.id, here.now()),
            words=auth.browser_words,
            memberships=auth.memberships(c, me.id),
            contact=notifications.contact(c, me.id),
            languages=accounts.LANGUAGES,
            identities=accounts.identities(c, me.id),
            providers=providers.offered(here.config, "staff"),
        )


@access(*STAFF)
def password() -> ResponseReturnValue:
    """Another password of one's own; all other sessions end with it."""
    page, me, here = ground.back_to("admin.own_account"), auth.account(), auth.office()
    new = auth.twice(request.form)
    auth.ask_who(auth.account())
    hashed = auth.hashed_password(new)
    with ground.acting() as c:
        if c.scalar(select(m.local_accounts.c.user_id).where(m.local_accounts.c.user_id == me.id)) is None:
            raise Refused("password", "You have no user name here.", "Ask an administrator for one.")
        auth.keep_password(c, me.id, hashed, here.now())
        auth.enter(here, c, me.id, me.organisation, second=True)
    ground.tell("good", "Your password is changed. You are logged out everywhere else.")
    return redirect(page, 303)


@access(*STAFF)
def name() -> ResponseReturnValue:
    """Another name of one's own: what was done before keeps its doer, under whatever name."""
    page, me = ground.back_to("admin.own_account", _anchor="you"), auth.account()
    with ground.acting() as c:
        auth.rename(c, me.id, request.form.get("name", ""))
    ground.tell("good", "That is your name from now on. Kiosks know it from their next contact.")
    return redirect(page, 303)


@access(*STAFF)
def contact() -> ResponseReturnValue:
    """Where one is written to."""
    page = ground.back_to("admin.own_account")
    # Results, links and alarms go there: a browser that somebody left open must not lead them elsewhere.
    auth.ask_who(auth.account())
    with ground.acting() as c:
        notifications.set_contact(
            auth.office(),
            c,
            auth.account().id,
            ground.text("email", "E-mail address", accounts.EMAIL_CHARS_MAX),
            request.form.get("language", "en"),
        )
    ground.tell("good", "We write to you there.")
    return redirect(page, 303)


@access(*STAFF)
def factor() -> ResponseReturnValue:
    """Setting up one's second factor."""
    me, here, refused = auth.account(), auth.office(), None
    ground.back_to("admin.own_account")
    if request.method == "POST":
        try:
            auth.ask_who(auth.account())
            with ground.acting() as c:
                codes = factors.confirm(here, c, me.id, request.form.get("code", ""))
                auth.end_sessions(c, me.id, here.now(), but=me.session)
                auth.enter(here, c, me.id, me.organisation, second=True, going_on=me)
        except Refused as e:
            if e.code not in {"code", "password", "fresh"}:
                raise
            refused = e
        else:
            session.pop(BEGUN, None)
            return ground.page("codes", "account", codes=codes, on=url_for("admin.own_account"), door=False)
    with ground.acting() as c:
        secret, session[BEGUN] = factors.begin(here, c, me.id, str(session.get(BEGUN, "")))
    text = factors.address(secret, me.username or me.name, me.organisation_name)
    with ground.reading() as c:
        knows = auth.has_password(c, me.id)
    page = ground.page(
        "factor",
        "account",
        secret=secret,
        picture=factors.picture(text),
        refused=refused,
        has_password=knows,
    )
    return page, 422 if refused else 200


@access(*STAFF)
def remove_factor() -> ResponseReturnValue:
    """Does without a second factor again, where the organisation does not ask for one."""
    page, me = ground.back_to("admin.own_account"), auth.account()
    auth.ask_who(auth.account())
    with ground.acting() as c:
        if any(auth.factor_required(c, me.id, one.organisation) for one in auth.memberships(c, me.id)):
            raise Refused("factor", "Your organisation asks for a second factor.", "Set it up anew instead.")
        factors.remove(c, me.id)
    ground.tell("good", "You log in without a second factor now.")
    return redirect(page, 303)


@access(*STAFF)
def codes() -> ResponseReturnValue:
    """Ten new recovery codes in place of those of before."""
    ground.back_to("admin.own_account")
    me = auth.account()
    auth.ask_who(auth.account())
    with ground.acting() as c:
        if not factors.has(c, me.id):
            raise Refused("factor", "You have no second factor.", "Set it up first.")
        made = factors.new_codes(auth.office(), c, me.id)
    return ground.page("codes", "account", codes=made, on=url_for("admin.own_account"), door=False)


@access(*STAFF)
def end_one(session: UUID) -> ResponseReturnValue:
    """Ends one of one's own sessions."""
    page = ground.back_to("admin.own_account")
    with ground.acting() as c:
        ended = auth.end_sessions(c, auth.account().id, auth.office().now(), only=session)
    ground.tell("good" if ended else "warn", "That session is ended." if ended else "It had ended already.")
    return redirect(page, 303)


@access(*STAFF)
def end_others() -> ResponseReturnValue:
    """Ends all of one's sessions but this one."""
    page, me = ground.back_to("admin.own_account"), auth.account()
    with ground.acting() as c:
        auth.end_sessions(c, me.id, auth.office().now(), but=me.session)
    ground.tell("good", "You are logged out everywhere but here.")
    return redirect(page, 303)


@access(*STAFF)
def detach(identity: UUID) -> ResponseReturnValue:
    """Comes in by an account at a provider no more."""
    page = ground.back_to("admin.own_account")
    with ground.acting() as c:
        accounts.detach(c, auth.account().id, identity)
    ground.tell("good", "That account opens nothing here any more.")
    return redirect(page, 303)


@access(*STAFF)
def switch() -> ResponseReturnValue:
    """Goes on in another organisation that one works for; ``default`` lets the log-in open there from now on."""
    page, me = ground.back_to("admin.own_account"), auth.account()
    wanted = ground.identifier("organisation", "Organisation")
    if "default" in request.form:
        with ground.acting() as c:
            auth.set_default(c, me.id, wanted)
        ground.tell("good", "Your log-in opens there from now on.")
        return redirect(page, 303)
    auth.switch(auth.office(), wanted)
    return redirect(url_for("admin.home"), 303)
