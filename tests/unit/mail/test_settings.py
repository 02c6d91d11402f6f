import pytest

from energy_pipeline.mail import preview_settings, read_settings
from energy_pipeline.mail.settings import EXAMPLE, PASSWORD_VARIABLE, parse_address
from energy_pipeline.servers import SettingsError

MINIMAL = 'host = "smtp.example.org"\nport = 587\nsender = "rapports@example.org"\n'
LOGIN = MINIMAL + 'user = "rapports"\n'


def write(home, text):
    (home / "mail.toml").write_text(text, encoding="utf-8")
    return home


def test_the_example_can_be_copied_as_it_is(tmp_path):
    write(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    settings = read_settings(tmp_path, {PASSWORD_VARIABLE: "secret"})
    assert (settings.host, settings.port, settings.security) == ("smtp.valfleuri.example", 587, "starttls")
    assert settings.sender == "Autoconsommation de Valfleuri <rapports@valfleuri.example>"
    assert settings.sender_domain == "valfleuri.example"
    assert settings.alerts_to == ("informatique@valfleuri.example",)
    assert settings.max_attachment_mb == 10
    assert settings.password == "secret"


def test_every_line_commented_out_in_the_example_is_a_setting_too(tmp_path):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    opened = [line.removeprefix("# ") if line.startswith("# ") and " = " in line else line for line in lines]
    settings = preview_settings(write(tmp_path, "\n".join(opened)))
    assert settings.password_file == "smtp_password"
    assert settings.timeout_seconds == 30
    assert settings.reports_url == "https://acc.valfleuri.example/rapports"
    assert settings.ca_file == "/etc/ssl/certs/valfleuri.pem"


def test_starttls_and_no_login_are_the_defaults(tmp_path):
    settings = read_settings(write(tmp_path, MINIMAL), {PASSWORD_VARIABLE: "unused"})
    assert (settings.security, settings.user, settings.password) == ("starttls", None, None)


def test_without_a_file_the_message_names_the_example(tmp_path):
    with pytest.raises(SettingsError, match=r"copier .*mail\.example\.toml en .*mail\.toml"):
        read_settings(tmp_path, {})
    assert preview_settings(tmp_path).host == "smtp.valfleuri.example"


def test_the_password_comes_from_the_environment_else_from_the_file(tmp_path):
    write(tmp_path, LOGIN + 'password_file = "secret.txt"\n')
    (tmp_path / "secret.txt").write_text("du fichier \n", encoding="utf-8")
    assert read_settings(tmp_path, {}).password == "du fichier "
    assert read_settings(tmp_path, {PASSWORD_VARIABLE: "de l'environnement"}).password == "de l'environnement"
    assert preview_settings(tmp_path).password is None


def test_the_authority_is_looked_for_in_the_home(tmp_path):
    assert read_settings(write(tmp_path, MINIMAL + 'ca_file = "ca.pem"'), {}).ca_file == str(tmp_path / "ca.pem")


def test_the_password_is_in_no_text_made_of_the_settings(tmp_path):
    settings = read_settings(write(tmp_path, LOGIN), {PASSWORD_VARIABLE: "secret-7205"})
    assert "secret-7205" not in f"{settings} {settings!r}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOGIN, PASSWORD_VARIABLE),
        (LOGIN + 'password_file = "absent"', "illisible"),
        (LOGIN + 'password = "secret"', "réglage inconnu « password »"),
        ('host = "h"\nport = 25', "« sender » manque"),
        (MINIMAL.replace("587", '"587"'), "« port » doit être un nombre"),
        (MINIMAL.replace("587", "70000"), "« port » doit être un nombre de 1 à 65535"),
        (MINIMAL + "timeout_seconds = 0", "« timeout_seconds » doit être un nombre de 1 à 3600"),
        (MINIMAL + "max_attachment_mb = true", "doit être un nombre"),
        (MINIMAL + "max_attachment_mb = -1", "positif ou nul"),
        (MINIMAL + 'security = "ssl"', "« security » doit être tls, starttls, none"),
        (MINIMAL + 'reply_to = "personne"', "« reply_to » n'est pas une adresse"),
        (MINIMAL + 'alerts_to = ["a@b.example", "nul"]', "« alerts_to » n'est pas une adresse"),
        (MINIMAL + 'alerts_to = "a@b.example"', "« alerts_to » doit être une liste"),
        (MINIMAL + "alerts_to = [3]", "« alerts_to » doit être une liste"),
        (MINIMAL + 'list_id = "Mes rapports"', "« list_id »"),
        (LOGIN + 'security = "none"', "ne part pas en clair"),
        ("host = ", "mal écrit"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, said):
    with pytest.raises(SettingsError, match=r"mail\.toml|mot de passe") as raised:
        read_settings(write(tmp_path, text), {})
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_password_may_go_in_clear_inside_this_machine(tmp_path, host):
    text = LOGIN.replace("smtp.example.org", host) + 'security = "none"'
    assert read_settings(write(tmp_path, text), {PASSWORD_VARIABLE: "x"}).security == "none"


def test_addresses_with_and_without_a_name():
    assert str(parse_address("a@b.example")) == "a@b.example"
    named = parse_address("Énergie, Mairie <a@b.example>")
    assert (named.display_name, named.addr_spec) == ("Énergie, Mairie", "a@b.example")
    assert parse_address('"Mairie" <a@b.example>').display_name == "Mairie"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a",
        "@b.example",
        "a@",
        "a@b.example>",
        "<a@b.example",
        "a b@c.example",
        "a\n@b.c",
        "a@b..c",
        "a@b.c, d@e.f",
        "(x)a@b.c",
    ],
)
def test_what_is_no_address(written):
    with pytest.raises(ValueError):
        parse_address(written)
