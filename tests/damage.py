"""Damaged files, by the hundred: what disks, mails, spreadsheets and hostile hands do to a file, from a seed."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

NUMBERS = (
    b"1e309", b"-1e309", b"1E+99", b"9" * 40, b"9" * 400, b"-1", b"0,000000000000000001", b"NaN", b"inf",
    b"1.234.567,89", b"99999999999999999,99", b"2147483648", "\u0663\u0664".encode(), "²".encode(), b"1e5000", b"0x10",
    b"1_000", b"--", b"3.0E+13",
)  # fmt: skip
DATES = (b"31/02/2025", b"00/00/0000", b"01/01/0001", b"31/12/9999", b"01/01/1899", b"2025-13-01", b"45931", b"1e9")
TEXTS = (
    b"=HYPERLINK(\"http://example.org\";\"x\")", b"@SUM(A1)", b"<script>alert(1)</script>", b"'; DROP TABLE x; --",
    b"\"", b"../../etc/passwd", b"\x00", b"\xff\xfe", "é\u202e\u0000".encode(), "😀".encode(), b"", b" ", b"\r",
    b"a" * 70_000, b"{}" * 50, b"30001000000101", b"00000000000000", b"ACC00000009", b"ACC99999999999",
)  # fmt: skip
CELLS = (*NUMBERS, *DATES, *TEXTS)

Mutation = Callable[[bytes, random.Random], bytes]


def _flip(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 64))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _truncate(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _remove(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randrange(1, 200) :]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start : start + 500] * chance.choice((2, 5, 50)) + content[start:]


def _insert(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + chance.choice(CELLS) + content[start:]


def _lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    match chance.randrange(4):
        case 0:
            chance.shuffle(lines)
        case 1:
            lines *= 2
        case 2:
            lines = [line for line in lines if chance.random() < 0.8]
        case _:
            lines.reverse()
    return b"\n".join(lines)


def _cells(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    for _ in range(chance.choice((1, 1, 1, 3, 20))):
        place = chance.randrange(len(lines))
        cells = lines[place].split(b";")
        cells[chance.randrange(len(cells))] = chance.choice(CELLS)
        lines[place] = b";".join(cells)
    return b"\n".join(lines)


def _separators(content: bytes, chance: random.Random) -> bytes:
    old, new = chance.sample((b";", b",", b"\t", b"\n", b"\r\n", b"\r", b"/", b":", b" "), 2)
    return content.replace(old, new, chance.choice((1, -1)))


def _encoding(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "utf-8-sig", "cp037")), "replace")


TEXT_MUTATIONS: tuple[Mutation, ...] = (
    _flip, _truncate, _remove, _repeat, _insert, _lines, _cells, _cells, _cells, _cells, _separators, _encoding,
)  # fmt: skip
BYTE_MUTATIONS: tuple[Mutation, ...] = (_flip, _truncate, _remove, _repeat, _insert)


def _xml_values(content: bytes, chance: random.Random) -> bytes:
    """Replace the content of some elements or attributes of an XML part: cells, formats, references, sizes."""
    for _ in range(chance.choice((1, 3, 20))):
        opening, closing = chance.choice(((b">", b"<"), (b'="', b'"')))
        starts = content.count(opening)
        if not starts:
            continue
        place = -1
        for _ in range(chance.randrange(min(starts, 400)) + 1):
            place = content.find(opening, place + 1)
        end = content.find(closing, place + len(opening))
        value = chance.choice(CELLS).replace(b"<", b"&lt;").replace(b'"', b"&quot;")
        if end > 0 and len(value) < 1000:
            content = content[: place + len(opening)] + value + content[end:]
    return content


def _repacked(content: bytes, chance: random.Random) -> bytes:
    """Damage a part of a workbook, whose zip stays right."""
    damaged = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(damaged, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = chance.choice([name for name in names if "sheet" in name or "shared" in name] + names)
        for name in names:
            part = old.read(name)
            if name == chosen:
                kind = chance.randrange(8)
                if kind == 0:
                    continue
                part = chance.choice(BYTE_MUTATIONS)(part, chance) if kind < 3 and part else _xml_values(part, chance)
            new.writestr(name, part)
    return damaged.getvalue()


def damage(content: bytes, chance: random.Random) -> bytes:
    """Return the content damaged one to three times."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if not content:
            break
        if content.startswith(b"PK"):
            try:
                content = (
                    _repacked(content, chance)
                    if chance.random() < 0.8
                    else chance.choice(BYTE_MUTATIONS)(content, chance)
                )
            except Exception:
                content = chance.choice(BYTE_MUTATIONS)(content, chance)
        else:
            content = chance.choice(TEXT_MUTATIONS)(content, chance)
    return content


def files_under(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


ENTITIES = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a0 "%s">%s]>
""" % (b"ha" * 50, b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)))


def billion_laughs(workbook: bytes, part: str) -> bytes:
    """Return the workbook, one part of which declares entities that expand a billion times, and uses them."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                body = content.split(b"?>", 1)[1]
                at = body.index(b"<t>") + 3 if b"<t>" in body else body.index(b">") + 1
                content = ENTITIES + body[:at] + b"&a9;" + body[at:]
            new.writestr(name, content)
    return made.getvalue()
