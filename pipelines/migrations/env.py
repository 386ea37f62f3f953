"""Run by alembic: migrations work on the connection that pipelines.database hands over."""

from alembic import context

from pipelines.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
