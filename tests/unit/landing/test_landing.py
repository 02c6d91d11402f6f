"""From an inbox to the registry: whose each file is, what is refused and why, and that nothing is read twice."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePosixPath

import polars as pl
import pytest

from energy_pipeline import landing
from energy_pipeline.landing import archives
from energy_pipeline.landing.walk import Inbox
from energy_pipeline.tables import landing as t
from tests.unit.landing.deliveries import (
    ACC,
    CURVE,
    OTHER,
    PERIMETER,
    PRM,
    PRODUCER,
    SUBJECT,
    House,
    curve,
    drop,
    encrypted,
    energy_of_operation,
    mail,
    perimeter,
    zipped,
)


@pytest.fixture
def house(tmp_path):
    (tmp_path / "inbox").mkdir()
    return House(tmp_path / "inbox", tmp_path / "quarantine")


def put(house, path, content, at="2024-11-08T12:00:00+01:00"):
    return drop(house.inbox, path, content, at)


SIBLING = energy_of_operation()
PERIMETER_NAMED = f"{ACC}_{PERIMETER}"


@pytest.mark.parametrize(
    "files",
    [
        {f"{ACC}/sous-dossier/{CURVE}": curve()},
        {f"{ACC}_novembre.zip": zipped({CURVE: curve()})},
        {f"{SUBJECT}/export.zip": zipped({CURVE: curve()})},
        {"reçu.eml": mail(SUBJECT, {"export.zip": zipped({CURVE: curve()})})},
        {"livraison.zip": zipped({"export.zip": zipped({f"{ACC}/{CURVE}": curve()})})},
        {f"dossier/{CURVE}": curve(), f"dossier/{SIBLING[0]}": SIBLING[1]},
        {f"dossier/courbes/{CURVE}": curve(), f"dossier/{SIBLING[0]}": SIBLING[1]},
        {"export.zip": zipped({CURVE: curve(), SIBLING[0]: SIBLING[1]})},
        {f"vrac/{CURVE}": curve(), f"{ACC}/{PERIMETER}": perimeter(PRM)},
        {f"aa/{CURVE}": curve(), f"zz_{ACC}/participants.txt": perimeter(PRM)},
        {CURVE: curve(), SIBLING[0]: SIBLING[1], PERIMETER_NAMED: perimeter(PRM)},
        {f"lot/{CURVE}": curve(), f"lot/{OTHER}_cassé.zip": b"PK", f"lot/{SIBLING[0]}": SIBLING[1]},
        {f"lot/{CURVE}": curve(), f"lot/{OTHER}_Energie.csv": b"?", f"lot/{SIBLING[0]}": SIBLING[1]},
        {f"lot/{CURVE}": curve(), f"lot/{OTHER}_Energie.toml": f"[{OTHER}]".encode(),
         f"{OTHER}/{PERIMETER}": perimeter(PRODUCER), f"{ACC}/{PERIMETER}": perimeter(PRM)},
    ],
    ids=["folder", "zip", "subject folder", "mail", "zip in zip", "sibling", "sibling above", "sibling in zip",
         "known PRM", "PRM known later", "loose with its list", "beside a broken archive", "beside a refused file",
         "beside an operation that has not its PRM"],
)  # fmt: skip
def test_operation_is_known_from(house, files):
    for path, content in files.items():
        put(house, path, content)
    house.land()
    assert house.table("curve")["operation_id"].to_list() == [ACC]
    assert CURVE not in {row["name"] for row in house.files.filter(status="quarantined").to_dicts()}
    assert house.land() == 0


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({f"vrac/{CURVE}": curve()}, "Opération inconnue"),
        ({f"{ACC}_{OTHER}/{CURVE}": curve()}, "Opération inconnue"),
        ({CURVE: curve(), SIBLING[0]: SIBLING[1]}, "Opération inconnue"),
        ({f"vrac/{CURVE}": curve(), f"{ACC}/{PERIMETER}": perimeter(PRM), f"{OTHER}/{PERIMETER}": perimeter(PRM)},
         "ambiguë"),
        ({f"vrac/{CURVE}": curve(), f"vrac/{ACC}/{PERIMETER}": perimeter(PRODUCER),
          f"vrac/{OTHER}/{PERIMETER}": perimeter(PRODUCER)}, "Opération inconnue"),
    ],
)  # fmt: skip
def test_operation_is_never_guessed(house, files, words):
    for path, content in files.items():
        put(house, path, content)
    house.land()
    refused = house.files.filter(status="quarantined").row(0, named=True)
    assert words in refused["reason"]
    assert "déposer" in refused["reason"]
    assert "curve" not in house.rows
    assert house.land() == 0


def test_a_file_waiting_for_its_operation_loads_when_it_is_known(house):
    put(house, f"vrac/{CURVE}", curve())
    house.land()
    assert house.status() == {f"vrac/{CURVE}": "quarantined"}
    put(house, f"{ACC}/{PERIMETER}", perimeter(PRM))
    assert house.land() == 2
    assert set(house.status().values()) == {"loaded"}
    assert house.table("curve").height == 1


def test_a_bad_value_quarantines_the_whole_file_and_nothing_else(house):
    bad = curve().replace(b"05:00;7;", b"05:00;7O;")
    put(house, f"{ACC}/{CURVE}", bad)
    put(house, f"{ACC}/30001000000202_01112024_01112024_Conso_CDC.csv", curve())
    house.land()
    row = house.file(f"{ACC}/{CURVE}")
    assert (row["status"], row["reason_line"], row["reason_column"], row["reason_value"]) == (
        "quarantined", 6, "valeur 1", "7O",
    )  # fmt: skip
    assert (row["operation_id"], row["prm"], row["period_end"]) == (ACC, PRM, date(2024, 11, 1))
    assert house.table("curve")["prm"].to_list() == ["30001000000202"]
    copy = house.quarantine / ACC / CURVE
    assert copy.read_bytes() == bad
    motive = copy.with_name(CURVE + ".motif.txt").read_text(encoding="utf-8")
    assert all(word in motive for word in ("Nombre illisible", "6", "valeur 1", "7O"))
    assert house.land() == 0
    put(house, f"{ACC}/{CURVE}", curve())
    house.land()
    assert not any(house.quarantine.rglob("*"))
    assert house.files.filter(path=f"{ACC}/{CURVE}").sort("status")["status"].to_list() == ["loaded", "superseded"]
    assert house.land() == 0


def test_received_at_is_the_mails_date_else_the_zips_time_else_the_files(house):
    put(house, "a.eml", mail(SUBJECT, {"export.zip": zipped({CURVE: curve(1)})}))
    put(house, f"{ACC}.zip", zipped({CURVE: curve(2)}, (2024, 7, 8, 9, 12, 0)))
    put(house, f"{ACC}/{CURVE}", curve(3), at="2024-12-01T08:00:00+01:00")
    house.land()
    times = {path.split("/")[0].split("!")[0]: at.astimezone(UTC) for path, at in
             house.files.select("path", "received_at").iter_rows()}  # fmt: skip
    assert times == {
        "a.eml": datetime(2024, 11, 8, 9, 0, tzinfo=UTC),
        f"{ACC}.zip": datetime(2024, 7, 8, 7, 12, tzinfo=UTC),
        ACC: datetime(2024, 12, 1, 7, 0, tzinfo=UTC),
    }
    assert house.file(f"a.eml!export.zip!{CURVE}")["delivery"] == "a.eml!export.zip"


def test_the_latest_version_is_loaded_and_copies_are_duplicates(house):
    put(house, f"{ACC}/1/{CURVE}", curve(1), at="2024-11-08T12:00:00+01:00")
    put(house, f"{ACC}/2/{CURVE}", curve(2), at="2024-11-20T12:00:00+01:00")
    put(house, f"{ACC}/3/{CURVE}", curve(1), at="2024-11-09T12:00:00+01:00")
    house.land()
    assert house.status() == {
        f"{ACC}/1/{CURVE}": "duplicate", f"{ACC}/2/{CURVE}": "loaded", f"{ACC}/3/{CURVE}": "superseded",
    }  # fmt: skip
    assert house.table("curve").height == 2


def test_statuses_do_not_depend_on_the_order_of_arrival(house):
    for number, (watts, day) in enumerate([(1, 8), (2, 20), (1, 9), (3, 20), (2, 5)]):
        put(house, f"{ACC}/{number}/{CURVE}", curve(watts), at=f"2024-11-{day:02d}T12:00:00+01:00")
    house.land()
    at_once = house.status()
    for seed in range(5):
        shuffled = house.files.sample(fraction=1, shuffle=True, seed=seed)
        half = landing.supersede(shuffled.head(2))
        again = landing.supersede(pl.concat([half, shuffled.tail(-2)]))
        assert dict(again.select("path", "status").iter_rows()) == at_once


def test_the_same_point_in_two_operations_is_landed_for_both(house):
    put(house, f"{ACC}/{CURVE}", curve())
    put(house, f"{OTHER}/{CURVE}", curve())
    house.land()
    assert sorted(house.table("curve")["operation_id"]) == [ACC, OTHER]
    assert set(house.status().values()) == {"loaded"}


def test_an_edited_file_of_ours_replaces_the_old_one(house):
    put(house, "operations.toml", f'[{ACC}]\nname = "A"\n'.encode(), at="2024-11-08T12:00:00+01:00")
    house.land()
    put(house, "operations.toml", f'[{ACC}]\nname = "B"\n'.encode(), at="2024-11-09T12:00:00+01:00")
    house.land()
    assert house.files.sort("received_at")["status"].to_list() == ["superseded", "loaded"]


def test_small_batches_give_the_same(house, tmp_path):
    for number in range(7):
        put(house, f"{ACC}/3000100000{number:04d}_01112024_01112024_Conso_CDC.csv", curve(number))
    put(house, f"vrac/{CURVE}", curve())
    put(house, f"zz{ACC}/rien.csv", b"?")
    house.land()
    other = House(house.inbox)
    other.land(batch_files=2)
    assert other.status() == house.status()
    assert other.table("curve").sort("file_id").equals(house.table("curve").sort("file_id"))


def test_annexe_2_named_after_the_operation_only(house):
    content = b"DENOMINATION_OP;Toits du Bourg\nREPARTITION_OP;Statique\n"
    put(house, "x/TOITS DU BOURG_20241001_ANNEXE2.11.csv", content)
    put(house, "operations.toml", f'[{ACC}]\nname = "Toits du bourg"\n'.encode())
    put(house, f"autre/{OTHER}_20241001_ANNEXE2.11.csv", b"DENOMINATION_OP;Autre\n")
    house.land()
    assert house.table("operation").filter(pl.col("key_type") == "static")["operation_id"].to_list() == [ACC]
    assert set(house.status().values()) == {"loaded"}


@pytest.mark.parametrize("content", [b"Bonjour", b"\xd0\xcf\x11\xe0\x00\x00"], ids=["text", "old workbook"])
def test_a_workbook_that_is_none_is_told_so(house, content):
    put(house, "texte.xlsx", content)
    house.land()
    assert "ce n'est pas un classeur Excel" in house.file("texte.xlsx")["reason"]


@pytest.mark.parametrize(
    ("name", "content", "separator"),
    [
        (CURVE, curve().replace(b";", b","), "virgules"),
        (CURVE, curve().replace(b";", b"\t"), "tabulations"),
        (PERIMETER_NAMED, perimeter(PRM).replace(b";", b","), "virgules"),
        (f"{PRM}_01112024_30112024_Conso_Energie.csv", b"HP\t134,70\n", "tabulations"),
    ],
)  # fmt: skip
def test_a_file_of_another_separator_is_refused_with_that_word(house, name, content, separator):
    put(house, f"{ACC}/{name}", content)
    house.land()
    row = house.file(f"{ACC}/{name}")
    assert row["status"] == "quarantined"
    assert row["kind"] is not None, "its name tells what it is"
    assert row["reason"].endswith(f"Ses colonnes sont séparées par des {separator} : le point-virgule est attendu.")


def test_prices_of_any_separator_are_read_and_a_bad_one_is_refused_for_what_it_is(house):
    head = b"operation_id,prm,price,slot,valid_from,valid_to,value_eur_per_kwh\n"
    put(house, "1/prices.csv", head + b",,local_price,,2025-01-01,,0.0900\n")
    put(house, "2/prices.csv", b"operation_id,prm,valid_from\n")
    put(house, "3/prices.csv", "# prix\n\nopération;prm;prix;valeur\n;;1;2\n".encode())
    house.land()
    assert house.table("price")["value"].to_list() == [Decimal("0.0900")]
    assert house.file("2/prices.csv")["reason"] == "Colonnes obligatoires absentes : price, value_eur_per_kwh."
    assert house.file("3/prices.csv")["reason"] == (
        "Colonnes obligatoires absentes : price, valid_from, value_eur_per_kwh. Colonnes lues : opération, prm, prix, "
        "valeur."
    )
    assert "point-virgule" not in house.file("2/prices.csv")["reason"]


def test_the_separator_of_a_right_one_or_of_a_supplier_is_not_blamed(house):
    put(house, f"{ACC}/{CURVE}", curve().replace(b"05:00;7;", b"05:00;7O;"))
    bill = b"num_facture,ref_acheminement,conso_elec_facturee_kwh,montant_total_ttc_euros\nF1,1,2,3\n"
    put(house, "edf.csv", bill)
    house.land()
    reasons = [house.file(path)["reason"] for path in (f"{ACC}/{CURVE}", "edf.csv")]
    assert not any("point-virgule" in reason for reason in reasons), reasons


def test_a_refused_file_taken_back_is_no_longer_refused(house):
    bad = curve().replace(b"05:00;7;", b"05:00;7O;")
    put(house, f"{ACC}/{CURVE}", bad)
    put(house, "a/note.pdf", b"%PDF", at="2024-12-05T12:00:00+01:00")
    put(house, f"{ACC}/lot.zip", zipped({CURVE: bad, PERIMETER: perimeter(PRM)}))
    put(house, f"{ACC}/{PERIMETER}", perimeter(PRM))
    house.land()
    assert sorted(house.status().values()).count("quarantined") == 3
    for path in (f"{ACC}/{CURVE}", "a/note.pdf", f"{ACC}/{PERIMETER}"):
        (house.inbox / path).unlink()
    (house.inbox / ACC / "lot.zip").write_bytes(b"PK")
    before = house.files
    batch = list(landing.land(house.inbox, before))[-1]
    assert landing.touched_months(batch, (KNOWN,), before) == {date(2024, 11, 1), date(2024, 12, 1)}
    house.land()
    status = house.status()
    assert (status[f"{ACC}/{CURVE}"], status["a/note.pdf"]) == ("superseded", "superseded")
    assert "loaded" in status.values()
    assert status[f"{ACC}/lot.zip!{CURVE}"] == status[f"{ACC}/lot.zip"] == "quarantined"
    assert "Retiré de la boîte de dépôt." in house.file("a/note.pdf")["reason"]
    assert not (house.quarantine / "a").exists()
    assert house.land() == 0
    put(house, f"{ACC}/{CURVE}", bad)
    assert house.land() == 1
    assert house.status()[f"{ACC}/{CURVE}"] == "quarantined"
    assert (house.quarantine / ACC / CURVE).exists()
    house.inbox.joinpath(ACC, CURVE).rename(house.inbox / ACC / f"bis_{CURVE}")
    house.land()
    assert house.status()[f"{ACC}/{CURVE}"] == "superseded"
    assert house.status()[f"{ACC}/bis_{CURVE}"] == "quarantined"


def test_hidden_and_temporary_files_are_ignored_and_unknown_ones_refused(house):
    for name in (".DS_Store", "Thumbs.db", ".~lock.a.csv#", "~$a.xlsx", "a.csv.part", ".git/config", "__MACOSX/a.csv"):
        put(house, name, b"x")
    put(house, "notice.pdf", b"%PDF")
    put(house, "mystere.csv", b"a;b\n1;2\n")
    house.land()
    assert house.status() == {"notice.pdf": "quarantined", "mystere.csv": "quarantined"}
    assert ".pdf" in house.file("notice.pdf")["reason"]


def test_encrypted_archive_waits_for_its_password_then_opens(house):
    put(house, "brutes.eml", mail(SUBJECT, {"export.zip": encrypted({CURVE: curve()}, "Sésame-7")}))
    house.land()
    assert "mot de passe" in house.file("brutes.eml!export.zip")["reason"]
    text = "Bonjour,\nveuillez trouver le mot de passe suivant : Sésame-7\nCordialement"
    put(house, "mdp.eml", mail("[Mot de passe] " + SUBJECT, {}, text))
    house.land()
    assert house.status() == {f"brutes.eml!export.zip!{CURVE}": "loaded"}
    assert not any(house.quarantine.rglob("*"))
    assert house.land() == 0


def test_an_archive_replaced_by_one_that_cannot_be_opened_is_refused_all_the_same(house):
    put(house, f"{ACC}/export.zip", zipped({CURVE: curve()}))
    house.land()
    put(house, f"{ACC}/export.zip", encrypted({CURVE: curve(2)}, "inconnu"))
    house.land()
    assert house.status() == {f"{ACC}/export.zip!{CURVE}": "loaded", f"{ACC}/export.zip": "quarantined"}
    assert house.land() == 0


def test_encrypted_archive_opens_with_a_password_of_the_settings(house):
    put(house, f"{ACC}.zip", encrypted({CURVE: curve()}, "secret"))
    house.land(passwords={"ACC00000009": "autre", ACC: "secret"})
    assert house.status() == {f"{ACC}.zip!{CURVE}": "loaded"}


def test_broken_and_hostile_archives_are_quarantined_themselves(house, monkeypatch):
    whole = zipped({CURVE: curve()})
    put(house, f"{ACC}_a.zip", whole[: len(whole) // 2])
    put(house, f"{ACC}_b.zip", zipped({"../" + CURVE: curve()}))
    put(house, f"{ACC}_c.zip", zipped({"/etc/" + CURVE: curve()}))
    put(house, f"{ACC}_d.zip", b"")
    put(house, f"{ACC}_e.zip", whole.replace(b"PK\x03\x04", b"PK\x03\x04", 1).replace(whole[60:90], bytes(30)))
    monkeypatch.setattr(archives, "RATIO_COUNTS_ABOVE", 1000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(1_000_000))
    put(house, f"{ACC}_f.zip", bomb.getvalue())
    house.land()
    assert set(house.status().values()) == {"quarantined"}
    assert {path.split("!")[0][-5] for path in house.status()} == set("abcdef")
    assert not (house.quarantine.parent / CURVE).exists()


def test_nesting_is_bounded(house):
    content = zipped({CURVE: curve()})
    for _ in range(8):
        content = zipped({"a.zip": content})
    put(house, f"{ACC}.zip", content)
    house.land()
    (reason,) = house.files["reason"].to_list()
    assert "imbriquées" in reason


def test_a_link_that_leaves_the_inbox_is_not_followed(house, tmp_path):
    (tmp_path / "dehors.csv").write_bytes(curve())
    (house.inbox / ACC).mkdir()
    (house.inbox / ACC / CURVE).symlink_to(tmp_path / "dehors.csv")
    assert house.land() == 0


def test_two_attachments_of_one_name_are_both_read(house):
    message = mail(SUBJECT, {"export.zip": zipped({CURVE: curve()})})
    other = zipped({CURVE.replace("Conso", "Autoconso"): curve()})
    both = mail(SUBJECT, {"export.zip": other, "brutes.eml": message})
    put(house, "a.eml", both.replace(b'filename="brutes.eml"', b'filename="export.eml"'))
    house.land()
    assert house.table("curve").height == 2


KNOWN = date(2020, 1, 1)


def months(house, known=(KNOWN,)):
    """The months that the one batch of a landing touches."""
    before = house.files
    (batch,) = landing.land(house.inbox, before)
    house.land()
    return landing.touched_months(batch, known, before)


def test_months_touched_by_dated_files_and_by_those_that_may_change_any_month(house):
    put(house, f"{ACC}/{PRM}_15092025_14102025_Conso_Energie.csv", b"BASE;1,00;\n")
    assert months(house) == {date(2025, 9, 1), date(2025, 10, 1)}
    put(house, f"{ACC}/{PERIMETER}", perimeter(PRM))
    assert months(house) == {KNOWN, date(2025, 9, 1), date(2025, 10, 1)}


def test_a_file_touches_the_month_of_a_longer_period_that_it_may_correct_or_end(house):
    put(house, f"{ACC}/{PRM}_01092025_31102025_Complement_Energie.csv", b"BASE;1,00;\n")
    house.land()
    put(house, f"{ACC}/{PRM}_01092025_30092025_Conso_Energie.csv", b"BASE;1,00;\n")
    assert months(house) == {date(2025, 9, 1), date(2025, 10, 1)}
    put(house, f"{ACC}/{PRM}_01112025_30112025_Conso_Energie.csv", b"BASE;1,00;\n")
    assert months(house) == {date(2025, 11, 1)}, "no day in common"


def test_a_copy_touches_what_its_original_touches(house):
    put(house, f"{ACC}/1/{CURVE}", curve())
    house.land()
    put(house, f"{ACC}/2/{CURVE}", curve(), at="2024-12-08T12:00:00+01:00")
    assert months(house) == {date(2024, 11, 1)}
    assert house.status() == {f"{ACC}/1/{CURVE}": "duplicate", f"{ACC}/2/{CURVE}": "loaded"}


@pytest.mark.parametrize(
    ("path", "period"),
    [
        (f"{SUBJECT}/courbe.csv", (date(2024, 11, 1), date(2024, 11, 1))),
        (f"lot/{ACC}_courbe.csv", (date(2024, 11, 1), date(2024, 11, 1))),
        (f"{ACC}_courbe.csv", (None, None)),
    ],
    ids=["subject", "siblings", "loose: what lies beside it arrived apart"],
)
def test_a_refused_file_without_a_period_has_that_of_its_delivery(house, path, period):
    put(house, str(PurePosixPath(path).parent / SIBLING[0]), SIBLING[1])
    put(house, path, b"01/11/2024 00:00;x;1;2;3;\n")
    house.land()
    row = house.file(path)
    assert row["status"] == "quarantined"
    assert (row["period_start"], row["period_end"]) == period


def test_refused_and_noted_files_without_a_period_touch_their_month_of_reception(house):
    put(house, "mystere.csv", b"a;b\n1;2\n", at="2025-03-08T12:00:00+01:00")
    assert months(house) == {date(2025, 3, 1)}
    twice = b"30001000000201;01/01/2024;;\n" * 2
    put(house, f"{ACC}/{PERIMETER}", perimeter() + twice, at="2025-04-08T12:00:00+01:00")
    assert months(house) == {KNOWN, date(2025, 4, 1)}


def test_what_mends_a_refused_file_touches_the_month_of_its_finding(house):
    put(house, "export.zip", encrypted({CURVE: curve(), SIBLING[0]: SIBLING[1]}, "Sésame-7"),
        at="2025-03-08T12:00:00+01:00")  # fmt: skip
    assert months(house) == {date(2025, 3, 1)}
    text = "Bonjour,\nveuillez trouver le mot de passe suivant : Sésame-7\nCordialement"
    put(house, "mdp.eml", mail("[Mot de passe] " + SUBJECT, {}, text))
    assert months(house) == {date(2024, 11, 1), date(2025, 3, 1)}


def test_months_of_invoices_are_those_of_their_rows(house):
    header = ("NUM FACTURE;DATE COMPTABLE;PDL/PRM;DEBUT CONSO;FIN CONSO;MONTANT CONSO;TOTAL HORS TVA;TOTAL TTC;"
              "TOTAL CONSO KWH")  # fmt: skip
    rows = f"1;04/12/2025;{PRM};01/09/2025;31/10/2025;1;1;1;1\n2;04/12/2025;{PRM};;;1;1;1;1\n"
    put(house, "factures.csv", f"{header}\n{rows}".encode())
    assert months(house) == {date(2025, 10, 1), date(2025, 12, 1)}


def test_entries_are_sorted_and_named_by_their_way_in(house):
    put(house, "b/x.csv", b"1")
    put(house, "a.zip", zipped({"in/y.csv": b"2"}))
    entries = Inbox(house.inbox, {}).entries()
    assert [(e.path, e.name, e.deliveries) for e in entries] == [
        ("a.zip!in/y.csv", "y.csv", ("a.zip!in", "a.zip")),
        ("b/x.csv", "x.csv", ("b",)),
    ]


def test_frames_are_validated_before_they_leave(house, monkeypatch):
    put(house, f"{ACC}/{PERIMETER}", perimeter(PRM))
    monkeypatch.setattr("energy_pipeline.formats.perimeter.values.prm", lambda text, line, column: text + "0")
    with pytest.raises(Exception, match=t.PERIMETER.qualified_name):
        list(landing.land(house.inbox, house.files))


def test_an_unexpected_fault_of_a_reader_quarantines_its_file_only(house, monkeypatch):
    put(house, f"{ACC}/{PERIMETER}", perimeter(PRM))
    put(house, f"{ACC}/{CURVE}", curve())

    def explode(name, content):
        raise ZeroDivisionError("oups")

    monkeypatch.setattr("energy_pipeline.formats.perimeter.read", explode)
    house.land()
    assert house.status() == {f"{ACC}/{PERIMETER}": "quarantined", f"{ACC}/{CURVE}": "loaded"}
    assert "ZeroDivisionError" in house.file(f"{ACC}/{PERIMETER}")["reason"]


def test_a_mangled_mail_is_quarantined(house):
    put(house, "a.eml", mail(SUBJECT, {"export.zip": b"rien"}).replace(b"export.zip", b"export.zi"))
    put(house, "b.eml", b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Transfer-Encoding: base64\n\n@@\n")
    put(house, f"{ACC}/{CURVE}", curve())
    house.land()
    assert house.file(f"{ACC}/{CURVE}")["status"] == "loaded"
    assert house.file("a.eml!export.zi")["status"] == "quarantined"
