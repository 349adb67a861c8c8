"""What the pages show must work: every YAML block loads, every link leads somewhere, every command exists."""

import re
from pathlib import Path

import pytest

from vedette.config.loading import load

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]
BLOCKS = [
    pytest.param(block, id=f"{page.name} {number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL), 1)
]
ENVIRONMENT = {
    "DOOR_CAMERA": "rtsp://somebody:secret@192.0.2.1/1",
    "HOOK": "https://example.org/hook",
    "HOOK_SECRET": "a-secret-of-the-hook",
    "MQTT_PASSWORD": "a-password",
    "PHONE": "ntfys://a-topic",
    "PHONE_HOOK": "https://example.org/hook",
    "VEDETTE_TOKEN": "sixteen-letters-or-more",
}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_configuration_that_is_shown_is_in_order(block, tmp_path):
    config = load(block, tmp_path / "shown.yaml", ENVIRONMENT).config
    assert config.model_fields_set


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_shown_exists(page):
    import typer.main

    from vedette.cli.main import app

    known = set(typer.main.get_command(app).commands)
    shown = set(re.findall(r"(?m)^\s*vedette ([a-z]+)", page.read_text()))
    assert shown <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_that_is_shown_exists(page):
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text()))
    assert set(re.findall(r"(?m)^make ([a-z]+)", page.read_text())) <= targets
