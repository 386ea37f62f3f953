"""Stories of several records, what exports know of, and signatures of what was taken down."""

import sqlalchemy as sa
from alembic import op

from pipelines.similar import sign

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite cannot take a default off again without copying the table; none is ever used.
    op.add_column(
        "records", sa.Column("story", sa.String(length=16), server_default="", nullable=False)
    )
    op.add_column(
        "records", sa.Column("exported", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("UPDATE records SET story = coalesce(duplicate_of, id)")
    # What is published may have been exported.
    op.execute("UPDATE records SET exported = (1 = 1) WHERE status <> 'held'")
    op.create_index(op.f("ix_records_story"), "records", ["story"])
    op.create_index(op.f("ix_records_exported"), "records", ["exported"])
    _sign_tombstones()


def _sign_tombstones() -> None:
    """What was purged has no text any more: it stays known by address and content."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT v.text, r.id, max(t.at) AS at FROM records r"
            " JOIN revisions v ON v.record_id = r.id JOIN tombstones t ON t.record_id = r.id"
            " WHERE r.reason = 'taken_down' GROUP BY v.id, v.text, r.id"
        )
    ).all()
    signed = {sign(row.text).hex(): row for row in rows}
    signed.pop("", None)
    table = sa.table("tombstones", *map(sa.column, ("kind", "value", "record_id", "at")))
    for value, row in signed.items():
        values = {"kind": "signature", "value": value, "record_id": row.id, "at": row.at}
        connection.execute(sa.insert(table).values(values))
