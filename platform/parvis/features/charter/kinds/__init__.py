"""Every kind of rule, by the name charter files give it."""

from parvis.features.charter.kinds.acceptance import AcceptanceKind
from parvis.features.charter.kinds.attachments import AttachmentsKind
from parvis.features.charter.kinds.instruments import InstrumentsKind
from parvis.features.charter.kinds.links import LinksKind
from parvis.features.charter.kinds.pace import PaceKind
from parvis.features.charter.kinds.permission import ForbidKind, PermitKind
from parvis.features.charter.kinds.personal_data import PersonalDataKind
from parvis.features.charter.kinds.premoderate import PremoderateKind
from parvis.features.charter.kinds.real_name import RealNameKind
from parvis.features.charter.kinds.retention import RetentionKind
from parvis.features.charter.kinds.terms import TermsKind
from parvis.features.charter.kinds.window import WindowKind
from parvis.features.charter.rule import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        AcceptanceKind(),
        RealNameKind(),
        PermitKind(),
        ForbidKind(),
        PremoderateKind(),
        TermsKind(),
        LinksKind(),
        PersonalDataKind(),
        InstrumentsKind(),
        AttachmentsKind(),
        PaceKind(),
        WindowKind(),
        RetentionKind(),
    )
}
