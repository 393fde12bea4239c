"""Signing out at the provider too (OpenID Connect RP-Initiated Logout 1.0)."""

from authlib.common.urls import add_params_to_uri

from parvis.integrations.login.discovery import Metadata


def url(metadata: Metadata, *, client_id: str, id_token: str, return_to: str) -> str | None:
    """Return the address that ends the person's session at the provider, None without one.

    `return_to` must be registered at the provider; `id_token` tells it whose session to end.
    """
    if metadata.end_session_endpoint is None:
        return None
    address: str = add_params_to_uri(
        metadata.end_session_endpoint,
        [
            ("id_token_hint", id_token),
            ("client_id", client_id),
            ("post_logout_redirect_uri", return_to),
        ],
    )
    return address
