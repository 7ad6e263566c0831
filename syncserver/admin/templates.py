"""Templates: packages, prizes and perks that come again, on one page."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from shared.errors import Refused
from syncserver import auth, events, organisations
from syncserver.admin import drafts, ground
from syncserver.admin.offers import prize_terms
from syncserver.auth import access
from syncserver.events import templates


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/templates", "templates", show)
    to.add_url_rule("/templates/<any(package,prize,perk):kind>", "add_template", add, methods=["POST"])
    to.add_url_rule("/templates/<uuid:template>/remove", "remove_template", remove, methods=["POST"])
    to.add_url_rule("/perks/<uuid:perk>/end", "end_perk", end_perk, methods=["POST"])


@access(*ground.MANAGERS)
def show() -> ResponseReturnValue:
    """All templates of the organisation, and its perks."""
    return _shown()


def _shown(failed: str = "", refused: Refused | None = None) -> str:
    me = auth.account()
    with ground.reading() as c:
        return ground.page(
            "templates",
            "templates",
            packages=templates.package_templates(c, me.organisation),
            prizes=[(one, templates.extras(one)) for one in templates.prize_templates(c, me.organisation)],
            perks=events.perks(c, me.organisation),
            currency=organisations.get(c, me.organisation).primary_currency,
            typed={failed: request.form},
            refused=refused,
        )


@access(*ground.MANAGERS)
def add(kind: str) -> ResponseReturnValue:
    """Adds a template, or a perk."""
    me = auth.account()
    try:
        with ground.acting() as c:
            currency = organisations.get(c, me.organisation).primary_currency
            if kind == "perk":
                events.add_perk(c, me.organisation, ground.text("name", "Perk", events.PERK_CHARS_MAX), me.id)
            elif kind == "package":
                templates.add_package_template(
                    c,
                    me.organisation,
                    ground.text("name", "Name", 80),
                    ground.whole("tickets", "Tickets", 1, events.TICKETS_PER_PACKAGE_MAX),
                    drafts.amount("price", "Price", currency),
                    currency,
                    me.id,
                    request.form.get("description", ""),
                )
            else:
                templates.add_prize_template(
                    c, me.organisation, prize_terms(currency, placed=False), currency, me.id
                )
    except Refused as e:
        return _shown(kind, e), 422
    ground.tell("good", "It is there for every draft.")
    return redirect(url_for("admin.templates", _anchor=f"{kind}s"), 303)


@access(*ground.MANAGERS)
def remove(template: UUID) -> ResponseReturnValue:
    """Deletes a template; events keep what was copied into them."""
    page = ground.back_to("admin.templates")
    me = auth.account()
    with ground.acting() as c:
        templates.remove(c, me.organisation, template, me.id)
    ground.tell("good", "The template is deleted. Events keep what was copied into them.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def end_perk(perk: UUID) -> ResponseReturnValue:
    """Offers a perk no longer; packages that come with it keep it."""
    page = ground.back_to("admin.templates", _anchor="perks")
    me = auth.account()
    with ground.acting() as c:
        events.end_perk(c, me.organisation, perk, me.id)
    return redirect(page, 303)
