"""mailbox.toml and passwords.toml: read, or refused by name; what is secret is never shown."""

import pytest

from energy_pipeline import sources
from energy_pipeline.settings import REFERENCE
from tests.unit.landing.deliveries import ACC, CURVE, House, curve, drop, encrypted

GOOD = 'host = "imap.commune.example"\nuser = "acc@commune.example"\n'
FROM_ENVIRONMENT = {"ENERGY_PIPELINE_IMAP_PASSWORD": "tres-secret"}


def write(home, text, name="mailbox.toml"):
    (home / name).write_text(text, encoding="utf-8")


def test_the_defaults_are_those_of_imap_over_tls(tmp_path):
    write(tmp_path, GOOD)
    found = sources.read_mailbox(tmp_path, FROM_ENVIRONMENT)
    assert (found.port, found.security, found.folder) == (993, "tls", "INBOX")
    assert found.password == "tres-secret"
    assert "tres-secret" not in repr(found)


def test_the_examples_shipped_are_read(tmp_path):
    write(tmp_path, (REFERENCE / "mailbox.example.toml").read_text(encoding="utf-8"))
    assert sources.read_mailbox(tmp_path, FROM_ENVIRONMENT).host == "imap.valfleuri.example"
    write(tmp_path, (REFERENCE / "passwords.example.toml").read_text(encoding="utf-8"), "passwords.toml")
    assert list(sources.read_passwords(tmp_path, {}).values()) == [
        "Exemple-Septembre", "Exemple-Octobre", "Exemple-Archive",
    ]  # fmt: skip


def test_the_password_may_lie_in_a_file(tmp_path):
    write(tmp_path, GOOD + 'password_file = "secret"\n')
    write(tmp_path, "du fichier\n", "secret")
    assert sources.read_mailbox(tmp_path, {}).password == "du fichier"
    assert sources.read_mailbox(tmp_path, FROM_ENVIRONMENT).password == "tres-secret"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "mailbox.example.toml"),
        ("host = \n", "ligne 1"),
        (GOOD + 'hote = "x"\n', "« hote »"),
        ('host = "imap.commune.example"\n', "« user »"),
        (GOOD + 'port = "993"\n', "« port »"),
        (GOOD + "port = true\n", "« port »"),
        (GOOD + "folder = 3\n", "« folder »"),
        (GOOD + 'security = "ssl"\n', "tls, starttls, none"),
        (GOOD + 'security = "none"\n', "en clair"),
        (GOOD + 'password_file = "absent"\n', "illisible"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, words):
    if text is not None:
        write(tmp_path, text)
    with pytest.raises(sources.SettingsError, match=words):
        sources.read_mailbox(tmp_path, FROM_ENVIRONMENT if "password_file" not in (text or "") else {})


def test_without_password_the_way_to_give_it_is_said(tmp_path):
    write(tmp_path, GOOD)
    with pytest.raises(sources.SettingsError, match="ENERGY_PIPELINE_IMAP_PASSWORD"):
        sources.read_mailbox(tmp_path, {})


def test_passwords_come_from_the_file_and_the_environment_and_open_archives(tmp_path):
    assert sources.read_passwords(tmp_path, {}) == {}
    write(tmp_path, f'{ACC} = ["ancien", "nouveau"]\n', "passwords.toml")
    found = sources.read_passwords(tmp_path, {"ENERGY_PIPELINE_ZIP_PASSWORDS": f'{ACC} = "troisième"'})
    assert list(found.values()) == ["ancien", "nouveau", "troisième"]
    house = House(tmp_path / "inbox")
    for number, password in enumerate(found.values()):
        name = CURVE.replace("201_", f"20{number}_", 1)
        drop(house.inbox, f"{ACC}_{number}.zip", encrypted({name: curve(number)}, password))
    house.land(passwords=found)
    assert set(house.status().values()) == {"loaded"}


@pytest.mark.parametrize("text", ['ACC00000001 = "tres-secret', "ACC00000001 = tres-secret", "tres-secret"])
def test_what_is_badly_written_is_not_repeated(tmp_path, text):
    write(tmp_path, f"# passwords\n{text}\n", "passwords.toml")
    with pytest.raises(sources.SettingsError, match=r"passwords\.toml : mal écrit \(ligne 2\)") as refusal:
        sources.read_passwords(tmp_path, {})
    assert "tres-secret" not in str(refusal.value)
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize("text", ["ACC00000001 = 7", "ACC00000001 = []", 'ACC00000001 = ""', "[ACC00000001]"])
def test_a_password_is_a_text(tmp_path, text):
    write(tmp_path, text, "passwords.toml")
    with pytest.raises(sources.SettingsError, match="ACC00000001"):
        sources.read_passwords(tmp_path, {})
