"""The command `export`: the marts under pseudonyms, for who must not know whose they are."""

from pathlib import Path
from typing import Annotated

import typer

from energy_pipeline.cli.console import HomeOption, clear_errors, console, fail
from energy_pipeline.settings import Home


def export(
    home: HomeOption,
    out: Annotated[Path, typer.Option(help="Dossier où écrire, vide ou nouveau.", file_okay=False)],
    pseudonymised: Annotated[
        bool, typer.Option("--pseudonymised", help="Confirmer : points, personnes et adresses sous pseudonyme.")
    ] = False,
) -> None:
    """Write the marts as Parquet under stable pseudonyms; the key stays in the home (pseudonyms.key)."""
    from energy_pipeline import privacy

    if not pseudonymised:
        raise fail(
            f"Les tables telles quelles sont déjà dans {Home(home).publication.parent} ; pour les remettre à un tiers, "
            "ajouter --pseudonymised."
        )
    if out.exists() and any(out.iterdir()):
        raise fail(f"Le dossier {out} n'est pas vide : choisir un autre dossier, ou l'effacer.")
    with clear_errors(privacy.PrivacyError):
        rows = privacy.export(Home(home).publication, out, privacy.read_key(home))
    console.print(f"{len(rows)} tables, {sum(rows.values())} lignes sous pseudonymes : {out}", soft_wrap=True)
    console.print("Une courbe de charge reste une donnée personnelle : ne la remettre qu'à qui s'y est engagé.")
