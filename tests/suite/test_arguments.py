"""A wrong word on the command line is refused with the right one."""

import pytest

from cxlib.suite.arguments import COMMANDS, parsed
from cxlib.suite.cli import ACTIONS, main

OPTIONS = "--help, --only, --language, --audience, --format, --force, --json"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rnu demo", "cx: unknown command 'rnu' (did you mean 'run'?). Allowed: check, run, batch, verify, label, new, sheets, purge."),
        (
            "run demo --onyl 10",
            f"cx run: unknown option '--onyl' (did you mean '--only'?). Allowed: {OPTIONS}, --workers.",
        ),
        (
            "run --onyl=10 demo",
            f"cx run: unknown option '--onyl' (did you mean '--only'?). Allowed: {OPTIONS}, --workers.",
        ),
        ("check demo --only 10", "cx check: unknown option '--only'. Allowed: --help."),
        ("run demo acme", "cx run: one client at a time, not also 'acme'."),
        ("run demo --language dee", "--language: unknown value 'dee' (did you mean 'de'?). Allowed: de, en, both."),
        (
            "run demo --audience managment",
            "--audience: unknown value 'managment' (did you mean 'management'?). Allowed: management, analyst.",
        ),
        ("run demo --only ,", "--only: names nothing."),
        ("run", "cx run: the following arguments are required: CLIENT. See cx run --help."),
        ("", "cx: the following arguments are required: COMMAND. See cx --help."),
        ("run demo --only", "cx run: argument --only: expected one argument. See cx run --help."),
    ],
)
def test_a_wrong_word_is_refused_with_the_right_one(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr().err == f"{message}\n"


def test_every_command_does_something():
    assert ACTIONS.keys() == COMMANDS.keys()


def test_what_is_typed_arrives():
    chosen = parsed(["run", "demo", "--only", "00, 10,", "--workers", "2", "--force"])
    assert (chosen.command, chosen.client, chosen.only, chosen.workers, chosen.force) == ("run", "demo", ("00", "10"), 2, True)
    assert parsed(["batch"]).client == []
