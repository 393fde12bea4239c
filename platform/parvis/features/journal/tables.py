"""The journal and its seal. `parvis_app` may insert and select, and nothing else."""

from piccolo.columns import JSONB, UUID, BigInt, Bytea, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class JournalEntry(TenantTable):
    """One thing that happened. No actor: Parvis itself, named in `data["by"]`."""

    actor_id = UUID(null=True, default=None)
    act = Text()
    subject_kind = Text(null=True, default=None)
    subject_id = UUID(null=True, default=None)
    data = JSONB()
    at = Timestamptz()


class JournalUnsealed(TenantTable):
    """An entry, by its own id, that no leaf stands for yet. The seal takes it out."""

    since = Timestamptz()


class JournalLeaf(TenantTable):
    """The place of one entry in the tenant's tree, and its hash (RFC 6962)."""

    entry_id = UUID()
    position = BigInt()
    hash = Bytea()


class JournalTile(TenantTable):
    """256 hashes of one level of the tree, complete, and the one they make together.

    It never changes again.
    """

    level = Integer()
    index = BigInt()
    hashes = Bytea()
    root = Bytea()


class JournalKey(TenantTable):
    """A key that signs checkpoints (Ed25519), its private half sealed for the tenant."""

    name = Text()
    public_key = Bytea()
    private_sealed = Bytea()
    created_at = Timestamptz()
    retired_at = Timestamptz(null=True, default=None)


class JournalCheckpoint(TenantTable):
    """The tree's size and root at one moment, signed, and chained to the checkpoint before."""

    number = BigInt()
    size = BigInt()
    root = Bytea()
    previous = Bytea(null=True, default=None)
    note = Text()
    key_id = UUID()
    at = Timestamptz()


class JournalAnchor(TenantTable):
    """Where a checkpoint stands outside the database: an object, or a time-stamp.

    The object may be locked until a day; the time-stamp's token was checked with `chain` (PEM).
    """

    checkpoint_id = UUID()
    kind = Text()
    reference = Text()
    token = Bytea(null=True, default=None)
    chain = Text(null=True, default=None)
    locked_until = Timestamptz(null=True, default=None)
    at = Timestamptz()
