from __future__ import annotations

import pytest
from typer.testing import CliRunner

from vedette.cli.people import app
from vedette.errors import PeopleError, UsageError, WeakPasswordError
from vedette.people.register import Register, people_file

PASSWORD = "an old oak in autumn"


@pytest.fixture
def configuration(tmp_path):
    path = tmp_path / "house.yaml"
    path.write_text(f"storage: {{folder: {tmp_path / 'storage'}}}\n")
    return path


@pytest.fixture
def people(configuration):
    def run(command, *arguments, given=PASSWORD):
        result = CliRunner().invoke(
            app,
            [command, *arguments, "--config", str(configuration)],
            input=f"{given}\n",
            catch_exceptions=True,
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return run


@pytest.fixture
def register(tmp_path):
    return lambda: Register(people_file(tmp_path / "storage")).book


def test_people_come_get_a_new_password_and_go(people, register):
    assert "Ann may log in (admin)" in people("add", "Ann", "--admin")
    assert "Bert may log in (viewer)" in people("add", "Bert")
    before = register().named("ann").password
    assert "new password" in people("reset-password", "ANN", given="a new and longer one")
    assert register().named("ann").password != before
    assert register().named("ann").epoch == 1
    told = people("list")
    assert [name in told for name in ("Ann", "Bert", "viewer", "admin")] == [True] * 4
    assert "no more" in people("remove", "bert")
    assert [each.name for each in register().people] == ["Ann"]


def test_where_nobody_is_the_way_in_is_told(people):
    assert "link" in people("list")


def test_the_first_one_is_an_admin(people):
    with pytest.raises(UsageError, match="admin"):
        people("add", "Bert")


def test_what_cannot_be_is_said(people, configuration, tmp_path):
    people("add", "Ann", "--admin")
    with pytest.raises(PeopleError, match="last admin"):
        people("remove", "Ann")
    with pytest.raises(UsageError, match="nobody is called 'Eve'"):
        people("reset-password", "Eve")
    with pytest.raises(WeakPasswordError):
        people("add", "Bert", given="short")
    people_file(tmp_path / "storage").write_text("{")
    with pytest.raises(UsageError, match="damaged"):
        people("list")
