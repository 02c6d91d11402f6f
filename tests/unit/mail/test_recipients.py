import json

from energy_pipeline.mail.recipients import energy_managers, recipients


def test_an_address_with_several_roles_is_one_recipient():
    declared = json.dumps({
        "accountant": ["compta@a.example", "Tout@a.example"],
        "energy_manager": ["tout@a.example", "energie@a.example"],
        "elected_official": ["TOUT@a.example", "tout@a.example"],
    })  # fmt: skip
    assert [(one.address, one.roles) for one in recipients(declared)] == [
        ("tout@a.example", ("energy_manager", "elected_official", "accountant")),
        ("energie@a.example", ("energy_manager",)),
        ("compta@a.example", ("accountant",)),
    ]
    assert energy_managers(declared) == ("tout@a.example", "energie@a.example")


def test_nobody():
    assert recipients(None) == recipients("{}") == ()
    assert energy_managers(None) == ()
