"""The office's pages, by noun: events, kiosks, findings, reports, draws, claims, champions, orders, audit, users,
house rules.

A page shows what belongs to the organisation of whoever is logged in and nothing else; what belongs to another
is answered as if it did not exist. A form that is refused leads back to its page with the reason on it.
"""

from __future__ import annotations

from flask import Blueprint

from syncserver.admin.access import register as _access
from syncserver.admin.beginning import register as _beginning
from syncserver.admin.blocks import register as _blocks
from syncserver.admin.champions import register as _champions
from syncserver.admin.claims import register as _claims
from syncserver.admin.counterfoils import register as _counterfoils
from syncserver.admin.customers import register as _customers
from syncserver.admin.drafts import register as _drafts
from syncserver.admin.draws import register as _draws
from syncserver.admin.events import register as _events
from syncserver.admin.exclusions import register as _exclusions
from syncserver.admin.findings import register as _findings
from syncserver.admin.ground import login_page, menu, tell
from syncserver.admin.ground import register as _ground
from syncserver.admin.home import register as _home
from syncserver.admin.kiosks import register as _kiosks
from syncserver.admin.ledger import register as _ledger
from syncserver.admin.live import register as _live
from syncserver.admin.notifications import register as _notifications
from syncserver.admin.offers import register as _offers
from syncserver.admin.orders import register as _orders
from syncserver.admin.organisation import register as _organisation
from syncserver.admin.programs import register as _programs
from syncserver.admin.questions import register as _questions
from syncserver.admin.reconcile import register as _reconcile
from syncserver.admin.records import register as _records
from syncserver.admin.refunds import register as _refunds
from syncserver.admin.reports import register as _reports
from syncserver.admin.rules import register as _rules
from syncserver.admin.shop import register as _shop
from syncserver.admin.templates import register as _templates
from syncserver.admin.users import register as _users
from syncserver.admin.venues import register as _venues

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

for _register in (
    _ground,
    _home,
    _beginning,
    _events,
    _drafts,
    _offers,
    _blocks,
    _templates,
    _venues,
    _organisation,
    _kiosks,
    _shop,
    _live,
    _findings,
    _reconcile,
    _exclusions,
    _reports,
    _draws,
    _counterfoils,
    _claims,
    _champions,
    _orders,
    _refunds,
    _customers,
    _questions,
    _ledger,
    _records,
    _users,
    _access,
    _programs,
    _rules,
    _notifications,
):
    _register(blueprint)

__all__ = ["blueprint", "login_page", "menu", "tell"]
