"""The page behind the link in a message by which its receiver wants no more of the kind: signed, and without a log-in.

Opening it changes nothing, since mail programs open links to look at them; its button does, and so does the request
that a mail program sends when somebody presses its own button (RFC 8058).
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from syncserver import auth, letters, notifications
from syncserver import models as m
from syncserver.auth import PUBLIC, access
from syncserver.notifications import Wish

blueprint = Blueprint("stopping", __name__)
ENDPOINT: Final = "stopping.stop"
"""Its link is the proof: a mail program's request bears no form's token."""


@blueprint.route("/stop/<token>", methods=["GET", "POST"])
@access(PUBLIC)
def stop(token: str) -> ResponseReturnValue:
    """Asks first; then stops the topic for whoever got the link, or lets it come again."""
    here = auth.office()
    wish = notifications.read_stop_token(here, token)
    if wish is None:
        abort(404)
    with here.begin() as c:
        if request.method == "POST":
            notifications.heed(here, c, wish, resume=request.form.get("resume") == "yes")
        name = _organisation(c, wish)
        stopped = notifications.is_stopped(c, wish)
    return render_template(
        "public/stop.html",
        here="",
        organisation=name,
        topic=letters.TOPICS[wish.topic],
        stopped=stopped,
        done=request.method == "POST",
        token=token,
    )


def _organisation(c: Connection, wish: Wish) -> str:
    o = m.organizations
    name: str | None = c.execute(select(o.c.name).where(o.c.id == wish.organisation)).scalar_one_or_none()
    if name is None:
        abort(404)
    return name
