"""The command `shell`: statements one after another on the publication, read-only."""

import cmd
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from energy_pipeline import warehouse
from energy_pipeline.cli import rows
from energy_pipeline.cli.console import HomeOption, clear_errors, console
from energy_pipeline.cli.query import AtOption, open_publication, publication_at

if TYPE_CHECKING:
    import duckdb

HELP = """\
Une requête SQL se termine par un point-virgule ; elle peut tenir sur plusieurs lignes.
.tables            les tables, et ce qu'elles contiennent
.schema TABLE      les colonnes d'une table, leur unité et leur sens
.help              cette aide
.quit              quitter (ou Ctrl-D)"""


def shell(home: HomeOption, at: AtOption = None) -> None:
    """Open an interactive shell on the publication, read-only: SQL, .tables, .schema TABLE, .quit."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # arrows, history of the lines and completion, where the system has it
    path = publication_at(home, at)
    with clear_errors(), open_publication(path) as connection:
        Shell(connection, path).cmdloop()


class Shell(cmd.Cmd):
    """The loop: reads lines until a statement is whole, runs it, prints its rows or its error."""

    prompt = "energy> "

    def __init__(self, connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
        super().__init__()
        self._connection = connection
        self._path = path
        self._opened = path.stat().st_ino
        self._pending: list[str] = []
        names = "SELECT DISTINCT unnest([table_name, column_name]) FROM duckdb_columns() WHERE NOT internal"
        self._words = [name for (name,) in connection.sql(names).fetchall()]
        self.intro = f"{path}, en lecture seule. Aide : .help ; quitter : .quit"

    def onecmd(self, line: str) -> bool:
        """Run a line; return whether the shell is to end."""
        if line == "EOF":
            console.print()
            return True
        if not self._pending and line.strip().startswith("."):
            return self._command(*line.split())
        if line.strip() or self._pending:
            self._pending.append(line)
        if line.rstrip().endswith(";"):
            self._run("\n".join(self._pending))
            self._pending.clear()
        self.prompt = "   ...> " if self._pending else "energy> "
        return False

    def completenames(self, text: str, *_: object) -> list[str]:
        """Complete the first word of a line."""
        return self._complete(text)

    def completedefault(self, text: str, *_: object) -> list[str]:
        """Complete the other words: tables and columns."""
        return self._complete(text)

    def _complete(self, text: str) -> list[str]:
        return sorted(name for name in self._words if name.startswith(text.lower()))

    def _command(self, name: str, *words: str) -> bool:
        match name:
            case ".quit" | ".exit":
                return True
            case ".tables":
                self._run(warehouse.statement("shell/tables"))
            case ".schema" if len(words) == 1:
                self._run(warehouse.statement("shell/schema"), {"table": words[0].removeprefix("marts.")})
            case _:
                console.print(HELP, markup=False)
        return False

    def _run(self, statement: str, parameters: dict[str, str] | None = None) -> None:
        import duckdb

        try:
            result = self._connection.sql(statement, params=parameters)
            if result is not None:
                rows.show(result, console)
        except duckdb.Error as error:
            console.print(f"Refusé : {error}", markup=False, soft_wrap=True)
        except KeyboardInterrupt:
            console.print("Interrompu.")
        if self._path.stat().st_ino != self._opened:
            console.print("Une nouvelle publication est en place : quitter et rouvrir pour la lire.")
            self._opened = self._path.stat().st_ino
