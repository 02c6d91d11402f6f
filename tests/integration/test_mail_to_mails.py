"""The way that needs no hand: a mail of Enedis dropped in the inbox ends as a report in the readers' mailboxes."""

import shutil
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import dagster as dg

from assets.definitions import build
from assets.launch import prepare_environment
from assets.resources import Installation, Warehouse
from assets.sensors import inbox, pending_months
from energy_pipeline.settings import Home
from tests.integration.conftest import Installation as Demo
from tests.mail_server import serving

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def as_mail(delivery: Path) -> EmailMessage:
    """The folder of a delivery as the mail that brought it: its name is the subject, its archive the attachment."""
    message = EmailMessage()
    message["Subject"] = delivery.name
    message["From"] = "ne-pas-repondre@enedis.example"
    message["To"] = "energie@syndicat.example"
    message["Date"] = format_datetime(datetime(2025, 9, 22, 6, 0, tzinfo=UTC))
    message["Message-ID"] = "<livraison-1@enedis.example>"
    message.set_content("Veuillez trouver ci-joint les données de votre opération.")
    archive = (delivery / "export.zip").read_bytes()
    message.add_attachment(archive, maintype="application", subtype="zip", filename="export.zip")
    return message


def evaluate(sensor, instance: dg.DagsterInstance, cursor: str | None, resources: dict[str, object]):
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources=resources)
    return sensor(context)


def test_a_dropped_mail_ends_in_the_readers_mailboxes(demo: Demo, tmp_path: Path, monkeypatch):
    [delivery, *_] = sorted(
        folder for folder in (demo.inbox / "enedis").iterdir() if "ACC00000102" in folder.name and folder.is_dir()
    )
    folder, home = tmp_path / "inbox", tmp_path / "home"
    shutil.copytree(demo.inbox / "pmo" / "ACC00000102", folder / "pmo" / "ACC00000102")
    (folder / "operations.toml").write_text(
        '[ACC00000102]\nname = "Eaux et soleil"\n[ACC00000102.recipients]\n'
        'energy_manager = ["energie@syndicat.example"]\nelected_official = ["presidence@syndicat.example"]\n',
        encoding="utf-8",
    )
    for name in ("DAGSTER_HOME", "ENERGY_PIPELINE_INBOX", "ENERGY_PIPELINE_HOME", "ENERGY_PIPELINE_DATABASE"):
        monkeypatch.setenv(name, "")
    database = str(prepare_environment(folder, home).warehouse)
    definitions = build(str(folder), str(home), database)
    resources = {
        "installation": Installation(inbox=str(folder), home=str(home)),
        "database": Warehouse(database=database),
    }
    (folder / "livraison.eml").write_bytes(as_mail(delivery).as_bytes())

    with serving() as box, dg.DagsterInstance.get() as instance:
        (home / "mail.toml").write_text(
            f'host = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\n'
            'sender = "Rapports <rapports@syndicat.example>"\n'
            'reply_to = "energie@syndicat.example"\nlist_id = "rapports.syndicat.example"\n'
            'alerts_to = ["informatique@syndicat.example"]\n'
        )
        seen = evaluate(inbox, instance, None, resources)
        [request] = evaluate(inbox, instance, seen.cursor, resources).run_requests
        landing = definitions.resolve_job_def("landing")
        assert landing.execute_in_process(instance=instance, run_config=QUIET, tags=request.tags).success
        [request] = evaluate(pending_months, instance, None, resources).run_requests
        month = definitions.resolve_job_def("month")
        assert month.execute_in_process(instance=instance, run_config=QUIET, tags=request.tags).success
        assert isinstance(evaluate(pending_months, instance, None, resources), dg.SkipReason)

        assert {"energie@syndicat.example", "presidence@syndicat.example"} <= set(box.recipients)
        [report] = box.of("presidence@syndicat.example")
        assert "Eaux et soleil" in report["Subject"]
        names = {part.get_filename() for part in report.iter_attachments()}
        assert any(name and name.endswith(".xlsx") for name in names)
        sent = len(box.recipients)

        again = definitions.resolve_job_def("sending")
        assert again.execute_in_process(instance=instance, run_config=QUIET).success
        assert len(box.recipients) == sent
    assert Home(home).publication.is_file()
