"""Where the records lie: the platform's data folder, unless the environment says otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """The folder for all that ropes keeps: `ROPES_HOME`, or the platform's data folder. It need not exist."""
    home = os.environ.get("ROPES_HOME")
    return Path(home).expanduser().absolute() if home else platformdirs.user_data_path("ropes", appauthor=False)


def database_url() -> str:
    """The SQLAlchemy URL of the records: `ROPES_DATABASE_URL`, or an SQLite file in the data folder."""
    if url := os.environ.get("ROPES_DATABASE_URL"):
        return url
    from sqlalchemy import URL

    return URL.create("sqlite", database=str(data_folder() / "records.sqlite3")).render_as_string()
