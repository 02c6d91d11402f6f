"""What assets need from outside: the folders of the installation and the warehouse."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
from dagster_duckdb import DuckDBResource

from energy_pipeline import tables, warehouse
from energy_pipeline.settings import Home


class Installation(dg.ConfigurableResource):
    """The inbox that files are dropped into, and the home that everything is written to."""

    inbox: str
    home: str

    def inbox_path(self) -> Path:
        """Return the folder of the inbox."""
        return Path(self.inbox)

    def home_folders(self) -> Home:
        """Return the folders of the home, made if needed."""
        return Home(Path(self.home)).create()


class Warehouse(DuckDBResource):
    """dagster-duckdb's resource, always closed, in the time zone of the meters, its tables in place.

    The stock resource leaves the file locked after an exception and retries a locked file for minutes.
    """

    @contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the private warehouse for writing; one writer at a time."""
        path = Path(self.database)
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        with warehouse.connect(path, holds_arrays=True) as connection:
            warehouse.create(connection, tables.PRIVATE_TABLES)
            warehouse.create_staging(connection)
            yield connection
