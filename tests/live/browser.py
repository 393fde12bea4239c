"""A browser on real sockets: cookies kept for each origin, redirects taken one at a time."""

import html
import re
from http.cookies import SimpleCookie
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

_FIELD = re.compile(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
MAX_STEPS = 12


class LiveBrowser:
    """Chromium's rules where they matter: `Secure` cookies go to loopback, `303` becomes GET."""

    def __init__(self) -> None:
        self._client = httpx.Client(trust_env=False, timeout=30, headers={"accept-language": "en"})
        self._cookies: dict[str, dict[str, str]] = {}
        self.visited: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self._send("GET", url, **more)

    def post(self, url: str, data: dict[str, Any], **more: Any) -> httpx.Response:
        return self._send("POST", url, data=data, **more)

    def send_form(self, url: str, fields: dict[str, Any]) -> httpx.Response:
        """Post a form of ours, with the token that its page would carry."""
        origin = self._origin(url)
        if "__Host-csrf" not in self.cookies(url):
            self.get(f"{origin}/charter")
        token = {"_csrf_token": self.cookies(url)["__Host-csrf"]}
        return self.post(url, fields | token, headers={"origin": origin})

    def cookies(self, url: str) -> dict[str, str]:
        """The cookies of an address's origin, by name."""
        return self._cookies.setdefault(self._origin(url), {})

    def follow(self, answer: httpx.Response, *, until: str) -> httpx.Response:
        """Go where answers lead until one stands at an address that begins with `until`."""
        for _ in range(MAX_STEPS):
            target = onward(answer)
            if str(answer.url).startswith(until) or target is None:
                break
            answer = self.get(target)
        assert str(answer.url).startswith(until), f"{answer.url}: {answer.text[:2000]}"
        return answer

    def _send(self, method: str, url: str, **more: Any) -> httpx.Response:
        headers = more.pop("headers", {})
        kept = self.cookies(url)
        if kept:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
        answer = self._client.request(method, url, headers=headers, **more)
        self.visited.append(str(answer.url))
        # The client's own jar would hold back `Secure` cookies: this machine has no certificate.
        self._client.cookies.clear()
        for line in answer.headers.get_list("set-cookie"):
            self._keep(kept, SimpleCookie(line))
        return answer

    @staticmethod
    def _keep(kept: dict[str, str], given: SimpleCookie) -> None:
        for name, morsel in given.items():
            is_over = morsel["max-age"] == "0" or "1970" in morsel["expires"]
            if is_over or not morsel.value:
                kept.pop(name, None)
            else:
                kept[name] = morsel.value

    @staticmethod
    def _origin(url: str) -> str:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}"


def onward(answer: httpx.Response) -> str | None:
    """Return where an answer sends the browser by itself, None when it stays."""
    target = answer.headers.get("location")
    _, _, refresh = answer.headers.get("refresh", "").partition("url=")
    return urljoin(str(answer.url), target or refresh) if target or refresh else None


def form_fields(page: httpx.Response) -> dict[str, str]:
    """Return the hidden and prefilled fields of a page with one form."""
    return {name: html.unescape(value) for name, value in _FIELD.findall(page.text)}
