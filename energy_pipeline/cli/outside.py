"""What no command can help, in French: rights, a path that is something else, a full disk, an older publication."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from energy_pipeline.cli.console import fail

_OF_A_PATH = {
    errno.EACCES: "droits insuffisants",
    errno.EPERM: "droits insuffisants",
    errno.EROFS: "ce disque est en lecture seule",
    errno.ENOENT: "n'existe pas",
    errno.EEXIST: "existe déjà",
    errno.ENOTDIR: "n'est pas un dossier, ou est sous un fichier",
    errno.EISDIR: "est un dossier, non un fichier",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ENOTEMPTY: "n'est pas vide",
}
_OF_A_DISK = {errno.ENOSPC: "Plus de place sur le disque", errno.EDQUOT: "Quota de disque atteint"}


@contextmanager
def clear_outside_errors() -> Iterator[None]:
    """Turn what comes from outside into a message and exit code 1; a broken pipe is left to Typer."""
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise fail(
            f"La publication n'a pas ce que cette commande lit ({str(error).splitlines()[0]}). Si elle date d'une "
            "autre version du programme, « energy-pipeline run » la refait."
        ) from error
    except OSError as error:
        where = f" : {error.filename}" if error.filename is not None else ""
        if (said := _OF_A_DISK.get(error.errno or 0)) is not None:
            raise fail(f"{said}{where}.") from error
        if where:
            raise fail(f"{error.filename} : {_OF_A_PATH.get(error.errno or 0, error.strerror)}.") from error
        raise
