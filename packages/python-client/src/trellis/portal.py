"""The portal as a program or a notebook reaches it: over HTTP, with a personal access token.

The address and the token come from `TRELLIS_URL` and `TRELLIS_TOKEN`, else from what
`trellis login` keeps in `~/.config/trellis/credentials.json`.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Optional

TIMEOUT_SECONDS = 60.0


class TrellisError(Exception):
    """What the portal refuses, in words for people; `issues` names the fields at fault."""

    def __init__(self, message: str, code: str = "ERROR", issues: Optional[list[dict[str, Any]]] = None) -> None:
        """Keeps the portal's message, its error code and its list of faults."""
        super().__init__(message)
        self.code = code
        self.issues = issues or []


class Portal:
    """One portal and the person whose token is used."""

    def __init__(self, url: str, token: str) -> None:
        """Takes the portal's address, such as `http://localhost:3000`, and a token."""
        self.url = url.rstrip("/")
        self._token = token

    def call(self, method: str, path: str, body: Optional[Mapping[str, Any]] = None, **query: Any) -> dict[str, Any]:
        """Calls the REST API below `/api/v1` and returns its answer.

        Raises TrellisError for a refusal and when the portal cannot be reached.
        """
        given = {name: value for name, value in query.items() if value is not None}
        address = f"{self.url}/api/v1{path}" + (f"?{urllib.parse.urlencode(given)}" if given else "")
        data = None if body is None else json.dumps(body).encode()
        with self._open(method, address, data, TIMEOUT_SECONDS) as response:
            answer = json.load(response)
        return answer if isinstance(answer, dict) else {"value": answer}

    def changes(self, topic: str, silence_seconds: float = 30.0) -> Iterator[None]:
        """Yields whenever `topic` has changed, and once at the beginning.

        Ends when the stream ends or nothing at all came for `silence_seconds`; the caller
        reads what it needs and asks again.
        """
        address = f"{self.url}/api/events?topics={urllib.parse.quote(topic)}"
        with self._open("GET", address, None, silence_seconds) as response:
            try:
                for line in response:
                    if line.startswith(b"event:"):
                        yield
            except (TimeoutError, OSError):
                return

    def _open(self, method: str, address: str, data: Optional[bytes], timeout: float) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(address, data=data, method=method, headers=headers)
        try:
            return urllib.request.urlopen(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from None
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise TrellisError(f"The portal at {self.url} does not answer: {reason}", "UNAVAILABLE") from error


def connect(url: Optional[str] = None, token: Optional[str] = None) -> Portal:
    """Returns the portal to use: the arguments, else the environment, else the kept sign-in.

    Raises TrellisError when there is no address or no token.
    """
    kept = _kept_sign_in()
    url = url or os.environ.get("TRELLIS_URL") or kept.get("url")
    token = token or os.environ.get("TRELLIS_TOKEN") or kept.get("token")
    if not url or not token:
        raise TrellisError(
            "You are not signed in. Run `trellis login`, or set TRELLIS_URL and TRELLIS_TOKEN.", "UNAUTHENTICATED"
        )
    return Portal(url, token)


def _kept_sign_in() -> dict[str, str]:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    try:
        kept = json.loads((Path(base) / "trellis" / "credentials.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _refusal(error: urllib.error.HTTPError) -> TrellisError:
    try:
        told = json.loads(error.read())["error"]
        return TrellisError(str(told["message"]), str(told.get("code", "ERROR")), list(told.get("issues", [])))
    except (OSError, ValueError, KeyError, TypeError):
        return TrellisError(f"The portal answered {error.code} {error.reason}.", str(error.code))
