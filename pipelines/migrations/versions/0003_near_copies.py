"""Bands of the texts' signatures, by which near copies are found."""

import sqlalchemy as sa
from alembic import op

from pipelines.similar import bands, sign

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHUNK = 500


def upgrade() -> None:
    op.create_table(
        "bands",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "revision_id", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    revisions = sa.table("revisions", sa.column("id"), sa.column("text"))
    table = sa.table("bands", sa.column("hash"), sa.column("revision_id"))
    query = sa.select(revisions).order_by(revisions.c.id).limit(_CHUNK)
    after = 0
    while found := connection.execute(query.where(revisions.c.id > after)).all():
        rows = [
            {"hash": band, "revision_id": row.id} for row in found for band in bands(sign(row.text))
        ]
        if rows:
            connection.execute(sa.insert(table), rows)
        after = found[-1].id
