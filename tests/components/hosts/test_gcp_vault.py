"""Secrets' values and permissions against requests as Google's interfaces take them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import pytest

from components.hosts.gcp_scope import Scope
from components.hosts.gcp_settings import GcpSettings
from components.hosts.gcp_vault import GcpVault
from schemas.errors import BackendError, UsageError
from tests.components.hosts.plans import TWO_CLOUDS

HOST = next(host for host in TWO_CLOUDS.hosts if host.host == "validators-3")
CANARY = "canary-7c1f"


@dataclass
class Answer:
    status_code: int
    body: dict[str, Any] = field(default_factory=dict)
    reason: str = "Forbidden"

    @property
    def ok(self) -> bool:
        return self.status_code < 400

    @property
    def content(self) -> bytes:
        return b"x" if self.body else b""

    def json(self) -> dict[str, Any]:
        return self.body


@dataclass
class Google:
    answers: list[Answer]
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def request(self, method: str, url: str, *, timeout: float, **more: Any) -> Answer:
        self.asked.append((method, url, more))
        return self.answers.pop(0)


def put(*answers: Answer, value: str = CANARY) -> tuple[bool, Google]:
    google = Google(list(answers))
    vault = GcpVault(Scope(settings=GcpSettings(project="perps-prod"), plan=TWO_CLOUDS), google)
    return vault.put_secret(HOST, file_name="consensus.json", value=value, fingerprint="SHA256:one"), google


def held(value: str) -> Answer:
    return Answer(200, {"payload": {"data": base64.b64encode(value.encode()).decode()}})


def test_a_value_is_put_into_the_secret_that_the_engine_made() -> None:
    made, google = put(Answer(404), Answer(200, {"name": "1"}))
    assert made
    method, url, more = google.asked[1]
    assert (method, url) == (
        "POST",
        "https://secretmanager.googleapis.com/v1/projects/perps-prod/secrets/perps-validators-3-consensus-json:addVersion",
    )
    assert base64.b64decode(more["json"]["payload"]["data"]).decode() == CANARY


def test_the_same_value_is_not_put_again() -> None:
    made, google = put(held(CANARY))
    assert not made
    assert len(google.asked) == 1


def test_another_key_under_the_same_name_is_refused() -> None:
    with pytest.raises(UsageError, match="secret 'perps-validators-3-consensus-json' in perps-prod holds another key"):
        put(held("other"))


def test_a_refusal_tells_what_google_says_and_never_the_value() -> None:
    with pytest.raises(BackendError) as caught:
        put(Answer(404), Answer(403))
    assert str(caught.value) == "secret 'perps-validators-3-consensus-json' cannot be put: Google answers 403 Forbidden"


def test_a_permission_is_published_signature_first() -> None:
    google = Google([Answer(200), Answer(200)])
    vault = GcpVault(Scope(settings=GcpSettings(project="perps-prod"), plan=TWO_CLOUDS), google)
    vault.put_first_start(HOST, document="{}", signature="c2ln")
    assert [more["params"]["name"] for _, _, more in google.asked] == [
        "first-start/validators-3.sig", "first-start/validators-3.json",
    ]  # fmt: skip
