"""A form that goes no further for now: read as it was typed, given back, sent later."""

import msgspec
from litestar.types import Empty, Scope
from litestar.utils.scope.state import ScopeState

from parvis.core import http, i18n
from parvis.core.http import Req
from parvis.core.i18n import N_

Form = tuple[tuple[str, str], ...]
# Files cannot be kept for somebody: only what they were called, by field.
Files = tuple[tuple[str, str], ...]
# What a page calls the fields a member typed; others are kept out of sight.
FIELD_LABELS = {
    "title": N_("Title"), "body": N_("Text"), "headline": N_("In one line"),
    "topics": N_("Topics"), "email": N_("E-mail"), "phone": N_("Telephone"),
    "website": N_("Website"), "office": N_("Office"),
}  # fmt: skip


class KeptField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form given back; `label` is empty for what stays hidden.

    A file has to be chosen again: `value` is what it was called.
    """

    name: str
    value: str
    label: str
    is_file: bool = False


class KeptPage(msgspec.Struct, frozen=True, kw_only=True):
    """A form that waited for something to come first, ready to be sent: kept_page.html."""

    path: str
    fields: tuple[KeptField, ...]


def settle_body(scope: Scope) -> None:
    """Make the body readable by everyone after the form token was looked for in it.

    Litestar's check streams a multipart body away without keeping its bytes: whoever then asks
    for them waits for a message that never comes. Its form is kept, so the bytes are not needed.
    """
    state = ScopeState.from_scope(scope)
    if state.form is not Empty and state.body is Empty:
        state.body = b""


async def text_fields(request: Req) -> list[tuple[str, str]]:
    """Return the fields that are text, stripped as handlers get them; files are left out."""
    form = await http.read_form(request)
    return [
        (name, value.strip())
        for name in dict.fromkeys(form)
        for value in form.getall(name)
        if isinstance(value, str)
    ]


async def files(request: Req) -> Files:
    """Return what the files of a form are called, by field; none for a field left empty."""
    form = await http.read_form(request)
    return tuple(
        (name, value.filename)
        for name in dict.fromkeys(form)
        for value in form.getall(name)
        if not isinstance(value, str) and value.filename
    )


def without_own(fields: list[tuple[str, str]]) -> Form:
    """Return what the person typed: the form token and its like are made anew."""
    return tuple((name, value) for name, value in fields if not name.startswith("_"))


def encode(form: Form) -> str:
    """Return a form as text, "" for none."""
    return msgspec.json.encode(form).decode() if form else ""


def decode(text: str | bytes) -> Form:
    """Return the form that `encode` was given; what is not one is no form."""
    try:
        return msgspec.json.decode(text or b"[]", type=Form)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return ()


def kept_fields(form: Form, locale: str) -> tuple[KeptField, ...]:
    """Return a form's fields ready to be shown again."""
    return tuple(
        KeptField(name=name, value=value, label=_label(name, locale)) for name, value in form
    )


def kept_files(files: Files) -> tuple[KeptField, ...]:
    """Return a form's files ready to be chosen again."""
    return tuple(
        KeptField(name=name, value=called, label=called, is_file=True) for name, called in files
    )


def _label(name: str, locale: str) -> str:
    label = FIELD_LABELS.get(name)
    return i18n.translate(locale, label) if label else ""
