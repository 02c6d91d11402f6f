"""Where things are: the checkout's own files, and the folders of a home."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
REFERENCE = PROJECT / "data" / "reference"
SQL = PROJECT / "sql"


@dataclass(frozen=True)
class Home:
    """The folder of an installation: private warehouse, publication for readers, reports, quarantine, runs."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The private DuckDB file."""
        return self.root / "warehouse" / "energy.duckdb"

    @property
    def publication(self) -> Path:
        """The DuckDB file that readers open."""
        return self.root / "publication" / "energy.duckdb"

    @property
    def reports(self) -> Path:
        """Folder of the reports: `<month>/<operation>/`."""
        return self.root / "reports"

    @property
    def quarantine(self) -> Path:
        """Folder that holds a copy of each refused file, with its reason beside."""
        return self.root / "quarantine"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME: runs, events, schedules."""
        return self.root / "dagster"

    def create(self) -> "Home":
        """Make the folders: publication and reports readable by the group, the rest by the owner only.

        Whatever the umask; a folder that exists keeps the permissions that its owner gave it.
        """
        self.root.parent.mkdir(parents=True, exist_ok=True)
        private = (self.warehouse.parent, self.quarantine, self.dagster)
        for folder in (self.root, self.publication.parent, self.reports, *private):
            if not folder.exists():
                folder.mkdir(mode=0o700)
                folder.chmod(0o700 if folder in private else 0o750)
        return self
