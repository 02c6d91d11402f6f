"""The quarantine folder: a copy of each refused file, with its reason in French beside."""

from pathlib import Path

from energy_pipeline.landing.deliveries import Landed, Refused
from energy_pipeline.landing.walk import containers

SUFFIX = ".motif.txt"


def _place(folder: Path, path: str) -> Path:
    """Return where the file of inbox path `path` goes; names that lead outside are flattened."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return folder.joinpath(*parts)


def reason_text(refused: Refused) -> str:
    """Return the text of the reason: what, where, and what to do."""
    refusal = refused.refusal
    lines = [f"Fichier refusé : {refused.path}", "", f"Motif   : {refusal.reason}"]
    lines += [f"Ligne   : {refusal.line}"] if refusal.line is not None else []
    lines += [f"Colonne : {refusal.column}"] if refusal.column is not None else []
    lines += [f"Valeur  : {refusal.value}"] if refusal.value is not None else []
    lines += ["", "Rien de ce fichier n'a été chargé. Corrigé puis déposé de nouveau au même endroit, il le sera.", ""]
    return "\n".join(lines)


def keep_refused(landed: Landed, folder: Path) -> None:
    """Copy the refused files of a batch with their reasons; remove those that load, can be entered or are gone."""
    for refused in landed.refused:
        copy = _place(folder, refused.path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(refused.content)
        copy.with_name(copy.name + SUFFIX).write_text(reason_text(refused), encoding="utf-8")
    held = set(folder.rglob("*"))
    free = {*landed.withdrawn, *(way for loaded in landed.loaded_paths for way in (loaded, *containers(loaded)))}
    for path in free if held else ():
        copy = _place(folder, path)
        for left in {copy, copy.with_name(copy.name + SUFFIX)} & held:
            left.unlink(missing_ok=True)
            _remove_empty(copy.parent, folder)


def _remove_empty(child: Path, folder: Path) -> None:
    """Remove the folders left empty, up to the quarantine itself."""
    while child != folder and child.is_dir() and not any(child.iterdir()):
        child.rmdir()
        child = child.parent
