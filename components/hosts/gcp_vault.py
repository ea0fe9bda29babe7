"""Secrets' values and first-start permissions in Google Cloud, put by its interface (REST, with google-auth)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import quote

import google.auth
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from requests import RequestException

from components.hosts.gcp_identity import secret_id
from components.hosts.gcp_scope import Scope
from components.hosts.gcp_store import bucket_name
from components.hosts.store_paths import first_start_path, first_start_signature_path
from schemas.errors import BackendError, UsageError
from schemas.plan import HostPlan

SECRETS = "https://secretmanager.googleapis.com/v1"
STORAGE = "https://storage.googleapis.com"
TIMEOUT_S = 30


class GcpVault:
    """One stack's secrets and stores in one project; credentials are the application default ones."""

    def __init__(self, scope: Scope, session: Any = None) -> None:
        """Remember whose they are.

        Args:
            scope: The stack and its project.
            session: What sends requests (as `requests.Session`); None: one with the application default credentials.
        """
        self._scope, self._known_session = scope, session

    def put_secret(self, host: HostPlan, *, file_name: str, value: str, fingerprint: str) -> bool:
        """Put a secret's value; one that is there must be the same, which takes the right to read it."""
        name = secret_id(self._scope.plan.stack, host.host, file_name)
        path = f"{SECRETS}/projects/{self._scope.project}/secrets/{name}"
        held = self._ask("GET", f"{path}/versions/latest:access", what=f"secret '{name}'", missing=True)
        if held is not None:
            same = (
                hashlib.sha256(base64.b64decode(held["payload"]["data"])).digest()
                == hashlib.sha256(value.encode()).digest()
            )
            if same:
                return False
            raise UsageError(
                f"secret '{name}' in {self._scope.project} holds another key than {fingerprint}",
                remedy="Find out which is right before anything starts: two keys for one name must not run. "
                "Restore the local store from its back-up, or disable the secret's version by hand.",
            )
        body = {"payload": {"data": base64.b64encode(value.encode()).decode()}}
        self._ask("POST", f"{path}:addVersion", what=f"secret '{name}'", json=body)
        return True

    def put_first_start(self, host: HostPlan, *, document: str, signature: str) -> None:
        """Publish a permission in the store of the host's region: the signature first, so that none is ever unsigned."""
        texts = {first_start_signature_path(host.host): signature, first_start_path(host.host): document}
        for name, text in texts.items():
            self._ask(
                "POST", f"{STORAGE}/upload/storage/v1/b/{self._bucket(host)}/o", what=f"permission of {host.host}",
                params={"uploadType": "media", "name": name}, data=text.encode(),
            )  # fmt: skip

    def withdraw_first_start(self, host: HostPlan) -> None:
        """Take a permission back: the document first."""
        for name in (first_start_path(host.host), first_start_signature_path(host.host)):
            path = f"{STORAGE}/storage/v1/b/{self._bucket(host)}/o/{quote(name, safe='')}"
            self._ask("DELETE", path, what=f"permission of {host.host}", missing=True)

    def _bucket(self, host: HostPlan) -> str:
        return bucket_name(self._scope.project, self._scope, host.region)

    def _ask(self, method: str, url: str, *, what: str, missing: bool = False, **more: Any) -> dict[str, Any] | None:
        """Send one request; None when `missing` is allowed and there is no such thing.

        Raises:
            BackendError: Google refuses, or cannot be reached; the message never has the request's body.
        """
        try:
            answer = self._session().request(method, url, timeout=TIMEOUT_S, **more)
        except (GoogleAuthError, RequestException) as error:
            raise BackendError(
                f"{what} cannot be put: {type(error).__name__}", remedy="gcloud auth application-default login"
            ) from error
        if answer.status_code == 404 and missing:
            return None
        if not answer.ok:
            raise BackendError(
                f"{what} cannot be put: Google answers {answer.status_code} {answer.reason}",
                remedy="Look at the deployer's rights; then run it again: it goes on from here.",
            )
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def _session(self) -> Any:
        if self._known_session is None:
            credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
            self._known_session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]  # google-auth has no types here
        return self._known_session
