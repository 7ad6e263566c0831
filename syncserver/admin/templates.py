"""Templates: packages, prizes and perks that come again, on one page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row

from shared import money
from shared.errors import Refused
from syncserver import auth, events, organisations
from syncserver.admin import drafts, ground
from syncserver.admin.offers import prize_terms, typed_terms
from syncserver.auth import access
from syncserver.events import templates


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/templates", "templates", show)
    to.add_url_rule("/templates/<any(package,prize,perk):kind>", "add_template", add, methods=["POST"])
    to.add_url_rule("/templates/<uuid:template>", "edit_template", edit, methods=["GET", "POST"])
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
            if kind == "perk":
                events.add_perk(c, me.organisation, ground.text("name", "Perk", events.PERK_CHARS_MAX), me.id)
            else:
                _keep(c, kind, organisations.get(c, me.organisation).primary_currency)
    except Refused as e:
        return _shown(kind, e), 422
    ground.tell("good", "It is there for every draft.")
    return redirect(url_for("admin.templates", _anchor=f"{kind}s"), 303)


def _keep(c: Connection, kind: str, currency: str, template: UUID | None = None) -> None:
    """The form's package or prize as a new template, or as another content of ``template``."""
    me = auth.account()
    if kind == "prize":
        terms = prize_terms(currency, placed=False)
        templates.add_prize_template(c, me.organisation, terms, currency, me.id, template)
        return
    templates.add_package_template(
        c,
        me.organisation,
        ground.text("name", "Name", 80),
        ground.whole("tickets", "Tickets", 1, events.TICKETS_PER_PACKAGE_MAX),
        drafts.amount("price", "Price", currency),
        currency,
        me.id,
        request.form.get("description", ""),
        template,
    )


@access(*ground.MANAGERS)
def edit(template: UUID) -> ResponseReturnValue:
    """The form of a template, and changing it; events keep what was copied into them."""
    me = auth.account()
    with ground.reading() as c:
        packages = [one for one in templates.package_templates(c, me.organisation) if one.id == template]
        held = packages or [
            one for one in templates.prize_templates(c, me.organisation) if one.id == template
        ]
        currency = organisations.get(c, me.organisation).primary_currency
    if not held:
        abort(404)
    kind, row = ("package" if packages else "prize"), held[0]
    currency = row.currency or currency
    refused: Refused | None = None
    if request.method == "POST":
        try:
            with ground.acting() as c:
                _keep(c, kind, currency, template)
        except Refused as e:
            refused = e
        else:
            ground.tell("good", f"{request.form['name'].strip()} is changed, for drafts from now on.")
            return redirect(url_for("admin.templates", _anchor=f"{kind}s"), 303)
    form: Any = request.form
    if refused is None:
        terms = typed_terms(templates.prize_terms(row, currency), currency) if kind == "prize" else None
        form = terms or _typed_package(row)
    page = ground.page("template", "templates", t=row, kind=kind, f=form, currency=currency, refused=refused)
    return page, 422 if refused else 200


def _typed_package(row: Row[Any]) -> dict[str, str]:
    """A package template as its form shows it."""
    return {
        "name": row.name,
        "tickets": str(row.ticket_count),
        "price": str(money.major(row.price, row.currency)),
        "description": row.description or "",
    }


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
