"""Secrets' values and first-start permissions in Google Cloud, put by its interfaces: the engine never sees them."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import google.auth
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession

from components.hosts.gcp_identity import secret_id
from components.hosts.gcp_store import store_name
from components.hosts.store_paths import first_start_path, first_start_signature_path
from schemas.errors import BackendError, UsageError
from schemas.plan import HostPlan

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
SECRETS_URL = "https://secretmanager.googleapis.com"
STORAGE_URL = "https://storage.googleapis.com"
FINGERPRINT = "geofleet-key"
"""Annotation of a secret: the fingerprint of the key that it holds. Nobody needs to read a value to compare it."""
SECONDS_MAX = 30
NOT_FOUND = 404


class GcpVault:
    """One stack's secrets and stores in one project; credentials are the application default ones."""

    def __init__(
        self, *, stack: str, project: str, session: requests.Session | None = None, endpoint_url: str = ""
    ) -> None:
        """Remember whose they are.

        Args:
            stack: The stack.
            project: ID of the project.
            session: Who asks; None: who `gcloud auth application-default login` or the CI's identity says.
            endpoint_url: Another place than Google; for tests.
        """
        self._stack, self._project, self._session = stack, project, session
        self._secrets_url, self._storage_url = endpoint_url or SECRETS_URL, endpoint_url or STORAGE_URL

    def put_secret(self, host: HostPlan, *, file_name: str, value: str, fingerprint: str) -> bool:
        """Put a secret's value; returns whether it was not there yet.

        The fingerprint is noted before the value is put: a run that is killed between the two is finished by the next.

        Raises:
            UsageError: The secret holds another key, or a value that nobody noted.
            BackendError: Google refuses, or the secret does not exist.
        """
        name = secret_id(self._stack, host.host, file_name)
        what = f"secret '{name}' in project {self._project} cannot be put"
        url = f"{self._secrets_url}/v1/projects/{self._project}/secrets/{name}"
        secret = self._ask("GET", url, what).json()
        enabled = {"filter": "state:ENABLED", "pageSize": 1}
        has_value = bool(self._ask("GET", f"{url}/versions", what, params=enabled).json().get("versions"))
        noted = secret.get("annotations", {}).get(FINGERPRINT, "")
        if noted != fingerprint and (noted or has_value):
            raise UsageError(
                f"secret '{name}' in project {self._project} holds {noted or 'a key that nobody noted'}, "
                f"the ledger says {fingerprint}",
                remedy="Find out which is right before anything starts: two keys for one name must not run. "
                "Restore the local store from its back-up, or destroy the secret's versions and its annotation by hand.",
            )
        if noted == fingerprint and has_value:
            return False
        if not noted:
            annotations = {**secret.get("annotations", {}), FINGERPRINT: fingerprint}
            body = {"annotations": annotations, "etag": secret.get("etag", "")}
            self._ask("PATCH", url, what, params={"updateMask": "annotations"}, json=body)
        data = base64.b64encode(value.encode()).decode()
        self._ask("POST", f"{url}:addVersion", what, json={"payload": {"data": data}})
        return True

    def put_first_start(self, host: HostPlan, *, document: str, signature: str) -> None:
        """Publish a permission in the store of the host's region: the signature first, so that none is ever unsigned.

        Raises:
            BackendError: Google refuses.
        """
        what = f"the first-start permission of {host.host} cannot be published"
        url = f"{self._storage_url}/upload/storage/v1/b/{self._bucket(host)}/o"
        for path, text in (
            (first_start_signature_path(host.host), signature),
            (first_start_path(host.host), document),
        ):
            parameters = {"uploadType": "media", "name": path}
            headers = {"Content-Type": "text/plain; charset=utf-8"}
            self._ask("POST", url, what, params=parameters, data=text.encode(), headers=headers)

    def withdraw_first_start(self, host: HostPlan) -> None:
        """Take a permission back, the document first; nothing happens where there is none.

        Raises:
            BackendError: Google refuses.
        """
        what = f"the first-start permission of {host.host} cannot be taken back"
        for path in (first_start_path(host.host), first_start_signature_path(host.host)):
            url = f"{self._storage_url}/storage/v1/b/{self._bucket(host)}/o/{quote(path, safe='')}"
            self._ask("DELETE", url, what, may_be_missing=True)

    def _bucket(self, host: HostPlan) -> str:
        return store_name(self._stack, self._project, host.region)

    def _ask(self, method: str, url: str, what: str, *, may_be_missing: bool = False, **request: Any) -> Any:
        """Return Google's answer. Messages never have the request: it may hold a secret."""
        try:
            answer = self._identity().request(method, url, timeout=SECONDS_MAX, **request)
        except (GoogleAuthError, requests.RequestException) as error:
            raise BackendError(
                f"{what} ({type(error).__name__})",
                remedy="Look whether this machine reaches Google and has credentials: "
                "gcloud auth application-default login.",
            ) from error
        if answer.ok or (may_be_missing and answer.status_code == NOT_FOUND):
            return answer
        raise BackendError(
            f"{what} ({_told(answer)})",
            remedy="Look at the deployer's rights; then run it again: it goes on from here.",
        )

    def _identity(self) -> requests.Session:
        if self._session is None:
            credentials, _ = google.auth.default(scopes=[SCOPE])
            self._session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]  # google-auth has no types
        return self._session


def _told(answer: requests.Response) -> str:
    """Return what Google says of a refusal, in its own words."""
    try:
        error = answer.json()["error"]
        return f"{answer.status_code} {error.get('status', '')}: {error.get('message', '')}".replace(" :", ":")
    except (ValueError, KeyError, TypeError, AttributeError):
        return str(answer.status_code)
