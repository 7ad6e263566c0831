"""The office's pages over a scene with real chains, and a browser for each role."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from syncserver import auth
from syncserver.app import create_app
from tests.chains import Scene
from tests.server import PASSWORD, log_in, post


@dataclass
class Desk:
    """A scene's office with its pages, and a browser for each role."""

    scene: Scene
    app: Flask
    people: dict[str, UUID]
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"/admin/events/{self.scene.event}/reconcile"

    def browser(self, role: str) -> FlaskClient:
        if role not in self.browsers:
            self.browsers[role] = self.app.test_client()
            assert log_in(self.browsers[role], role).status_code == 303
        return self.browsers[role]

    def page(self, url: str = "", role: str = "manager") -> str:
        answer = self.browser(role).get(url or self.url)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def follow(self, url: str, role: str = "manager", /, **form: object) -> str:
        answer = post(self.browser(role), url, **form)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self.page(answer.location, role)


def at_desk(scene: Scene) -> Desk:
    """The pages of a scene's office, with somebody of each role."""
    with scene.office.begin() as c:
        people = {
            role: auth.create_user(c, scene.organisation, role, f"Per {role}", PASSWORD, role)
            for role in auth.STAFF
        }
    app = create_app(scene.office)
    app.testing = False
    return Desk(scene, app, people)
