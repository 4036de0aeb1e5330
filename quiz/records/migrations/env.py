"""alembic runs this for every command: it migrates the connection it was handed, in its transaction."""

from __future__ import annotations

from alembic import context

from quiz.records.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
