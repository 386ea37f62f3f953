"""Archive index, ledger, validators, frozen sources, typed differences, walks that go on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "captures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=100), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("revisit", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
    )
    op.create_index(op.f("ix_captures_sha256"), "captures", ["sha256"])
    op.create_index(op.f("ix_captures_file"), "captures", ["file"])
    op.create_table(
        "ledger",
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("spider", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("date_raw", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("listed_at", sa.String(length=32), nullable=False),
        sa.Column("visited_at", sa.String(length=32), nullable=True),
        sa.Column("due_at", sa.String(length=32), nullable=True),
        sa.Column("gone_since", sa.String(length=32), nullable=True),
        sa.Column("gone_sightings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("canonical_url", name=op.f("pk_ledger")),
    )
    op.create_index("ix_ledger_spider_due_at", "ledger", ["spider", "due_at"])
    op.create_table(
        "sources",
        sa.Column("spider", sa.String(length=100), nullable=False),
        sa.Column("frozen_at", sa.String(length=32), nullable=True),
        sa.Column("frozen_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("spider", name=op.f("pk_sources")),
    )
    op.create_table(
        "validators",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("capture_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_validators")),
    )
    op.create_table(
        "tombstones",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(length=16), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_tombstones_record_id")
        ),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_tombstones")),
    )
    op.create_index(op.f("ix_tombstones_record_id"), "tombstones", ["record_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    _make_append_only("audit")
    op.add_column("records", sa.Column("held_reason", sa.String(length=40), nullable=True))
    op.add_column("records", sa.Column("held_revision_id", sa.Integer(), nullable=True))
    op.add_column("records", sa.Column("released_by", sa.Text(), nullable=True))
    op.add_column("revisions", sa.Column("further_captures", sa.JSON(), nullable=True))
    op.add_column("changes", sa.Column("difference", sa.JSON(), nullable=True))
    # What it held is found out by the next walk.
    op.drop_table("walks")
    op.create_table(
        "walks",
        sa.Column("spider", sa.String(length=100), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("resume", sa.JSON(), nullable=True),
        sa.Column("walked_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("spider", "start", name=op.f("pk_walks")),
    )


def _make_append_only(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
