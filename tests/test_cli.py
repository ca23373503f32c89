"""The command line from outside: one clear line when something is wrong, and what it prints."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from obolo.trace.log.tests.cast import LOG, OTHER, WITNESS
from obolo.trace.tests.log_cast import a_gift_proof
from tests.house import driver
from tests.house.driver import OBOLO, clean_environment
from tests.house.papers import photo
from tests.house.people import CAUSE, ITALIAN

COMMAND_SECONDS = 60.0
WHATSAPP = Path(__file__).parents[1] / "obolo/gateways/messaging/whatsapp"
NOTICES = WHATSAPP / "tests/data/webhooks"
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
UNKNOWN_GIFT = "018f0000-0000-7000-8000-000000000000"


def _obolo(*words: str, said: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*OBOLO, *words],
        env=clean_environment(**settings),
        input=said, capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS,
    )  # fmt: skip


def _is_one_clear_line(done: "subprocess.CompletedProcess[str]", naming: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    # Progress ("· …") may stand before it.
    told = [line for line in done.stderr.splitlines() if not line.startswith("·")]
    assert len(told) == 1, done.stderr
    assert told[0].startswith("obolo: ")
    assert naming in told[0]


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        ("demo --port 0", "--port"),
        ("demo --port 65536", "--port"),
        ("demo --port abc", "--port"),
        ("demo --prot 8000", "--prot"),
        ("demo extra", "extra"),
        ("nonsense", "nonsense"),
        ("bench nonsense", "nonsense"),
        ("bench ingest --seconds 0", "--seconds"),
        ("trace", "GIFT"),
        ("trace nonsense", "nonsense"),
        ("whatsapp read", "FILES"),
        ("whatsapp read missing.json", "missing.json"),
        ("whatsapp read .", "."),
        ("whatsapp write x", "write"),
        ("check extra", "extra"),
        ("log watch somebody", "VKEY"),
        ("log status", "DATABASE_URL"),
        ("work", "DATABASE_URL"),
        ("web", "DATABASE_URL"),
        ("check", "DATABASE_URL"),
        (f"trace {UNKNOWN_GIFT}", "DATABASE_URL"),
    ],
)
def test_a_wrong_argument_is_one_line(words: str, naming: str, tmp_path: Path) -> None:
    _is_one_clear_line(_obolo(*words.split(), OBOLO_DATA=str(tmp_path)), naming)
    assert list(tmp_path.iterdir()) == [], "nothing was made"


@pytest.mark.parametrize(
    "settings",
    [
        {"OBOLO_LANES": "0"},
        {"OBOLO_LANES": "33"},
        {"OBOLO_LANES": "many"},
        {"OBOLO_SENDERS": "-1"},
        {"OBOLO_MODE": "foo"},
        {"OBOLO_SIMULATOR": "perhaps"},
        {"OBOLO_MODE": "production", "OBOLO_SIMULATOR": "1"},
        {"OBOLO_MASTER_KEY": "too-short"},
        {"DATABASE_URL": "nonsense"},
        {"DATABASE_URL": "sqlite:///x"},
        {"DATABASE_URL": "mysql://x@localhost/x"},
    ],
    ids=str,
)
def test_a_wrong_setting_is_one_line(settings: dict[str, str], tmp_path: Path) -> None:
    given = {"OBOLO_DATA": str(tmp_path), "DATABASE_URL": NOWHERE} | settings
    naming = list(settings)[-1]
    _is_one_clear_line(_obolo("work", **given), naming)


@pytest.mark.parametrize("words", ["check", "prepare", "web", "work", "demo --headless"])
def test_a_database_that_is_not_there_is_one_line(words: str, tmp_path: Path) -> None:
    port = ("--port", str(driver.free_port())) if words.startswith(("demo", "web")) else ()
    done = _obolo(*words.split(), *port, OBOLO_DATA=str(tmp_path), DATABASE_URL=NOWHERE)
    _is_one_clear_line(done, "127.0.0.1")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    done = _obolo("demo", "--headless", OBOLO_DATA=str(tmp_path / "file" / "data"))
    _is_one_clear_line(done, "OBOLO_DATA")


def test_without_words_it_says_what_it_can_do() -> None:
    done = _obolo()
    assert done.returncode == 2
    for command in ("demo", "understand", "whatsapp", "trace", "check", "bench"):
        assert f"\n  {command} " in done.stderr


def test_understand_goes_on_after_a_bad_line() -> None:
    lines = [
        '{"text": "vorrei dare 5 euro per il pozzo", "lang": "it"}',
        "this is no JSON",
        '{"no": "text"}',
        "",
        '{"text": "where is my money?"}',
    ]
    done = _obolo("understand", said="\n".join(lines) + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third, last = map(json.loads, done.stdout.splitlines())
    assert {"lang", "intent", "confidence", "also", "slots", "abstain", "risk"} <= set(first)
    assert (first["lang"], first["intent"]) == ("it", "give_once")
    assert first["slots"]["amount_minor"] == 500
    assert set(second) == set(third) == {"error"}
    assert (last["lang"], last["intent"]) == ("en", "impact_query")


def test_whatsapp_read_prints_facts() -> None:
    done = _obolo("whatsapp", "read", str(NOTICES / "text_message.json"))
    assert (done.returncode, done.stderr) == (0, "")
    facts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [fact["fact"] for fact in facts] == ["message"]
    assert facts[0]["text"]


def test_whatsapp_read_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    odd = tmp_path / "odd.json"
    odd.write_bytes(b"[" * 10_000)
    done = _obolo("whatsapp", "read", str(odd), str(NOTICES / "text_message.json"))
    assert done.returncode == 0
    facts = [json.loads(line)["fact"] for line in done.stdout.splitlines()]
    assert facts == ["unreadable", "message"]


@dataclass(frozen=True, slots=True)
class Installation:
    """A demo on a database of its own, after one gift that was spent; ended."""

    owner: str
    settings: dict[str, str]
    gift: str


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """On the server of the tests: what any server of a user's own is to `DATABASE_URL`."""
    server = os.environ["OBOLO_OWNER_DSN"]
    name = f"obolo_cli_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    data = driver.new_folder()
    parts = conninfo_to_dict(server)
    host = str(parts["host"]).replace("/", "%2F")
    owner = f"postgresql://{parts['user']}@{host}:{parts.get('port') or 5432}/{name}"
    try:
        yield _one_gift(owner, data)
    finally:
        shutil.rmtree(data, ignore_errors=True)
        with psycopg.connect(server, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)
            for role in ("app", "ingest"):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(f"{name}_{role}")))


def _one_gift(owner: str, data: Path) -> Installation:
    house = driver.start(data, fresh=True, DATABASE_URL=owner)
    try:
        given = house.newcomer(ITALIAN).give()
        house.spend_all(CAUSE, "Corda", ("photo", photo()))
        house.stop()
    finally:
        if house.process.poll() is None:
            house.kill_all()
    settings = {"DATABASE_URL": owner, "OBOLO_DATA": str(data), "OBOLO_MODE": "demo"}
    return Installation(owner, settings, given.gift["id"])


@pytest.mark.house
def test_trace_tells_the_path_of_a_gift(installation: Installation) -> None:
    told = _obolo("trace", installation.gift, **installation.settings)
    assert (told.returncode, told.stderr) == (0, "")
    assert "Corda" in told.stdout
    for state in ("received", "settled", "assigned", "spent", "evidenced"):
        assert state in told.stdout
    assert "not yet" not in told.stdout
    as_json = _obolo("trace", installation.gift, "--json", **installation.settings)
    assert json.loads(as_json.stdout)["gross_minor"] == 500


@pytest.mark.house
def test_trace_of_a_gift_nobody_gave_is_one_line(installation: Installation) -> None:
    done = _obolo("trace", UNKNOWN_GIFT, **installation.settings)
    _is_one_clear_line(done, UNKNOWN_GIFT)


# What only the owner can do, behind the back of every trigger; and how it is undone.
BREACHES = {
    "a cent lost from a leg": (
        "UPDATE ledger_leg SET amount_minor = amount_minor + 1 WHERE id ="
        " (SELECT min(id::text)::uuid FROM ledger_leg)",
        "UPDATE ledger_leg SET amount_minor = amount_minor - 1 WHERE id ="
        " (SELECT min(id::text)::uuid FROM ledger_leg)",
    ),
    "numbers nobody gave": (
        "UPDATE ledger_line SET head = head + 1 WHERE gifts_count > 0",
        "UPDATE ledger_line SET head = head - 1 WHERE gifts_count > 0",
    ),
    "a purchase of another amount": (
        "UPDATE causes_purchase SET amount_minor = amount_minor + 1",
        "UPDATE causes_purchase SET amount_minor = amount_minor - 1",
    ),
    "a gap in the receipts": (
        "UPDATE giving_receipt SET number = number + 1",
        "UPDATE giving_receipt SET number = number - 1",
    ),
    "a hole in the wall": (
        "ALTER TABLE giving_gift NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE giving_gift FORCE ROW LEVEL SECURITY",
    ),
}


def test_verify_passes_everything_on_to_the_one_file_and_keeps_its_status(tmp_path: Path) -> None:
    (tmp_path / "gift").write_text(a_gift_proof(), encoding="utf-8")
    words = ("verify", "proof", str(tmp_path / "gift"), "--key")
    held, lost = _obolo(*words, LOG.key.text()), _obolo(*words, OTHER.key.text())
    assert (held.returncode, held.stderr) == (0, "")
    assert (lost.returncode, lost.stderr) == (1, "")
    misspelt = _obolo("verify", "proof", "--prot")
    assert misspelt.returncode == 2
    assert misspelt.stderr.startswith("usage: obolo_verify.py proof ")
    assert "--reference" in _obolo("verify", "proof", "-h").stdout


@pytest.mark.house
def test_the_public_log_is_run_from_here(installation: Installation) -> None:
    def said(*words: str) -> str:
        done = _obolo("log", *words, **installation.settings)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    first = said("status")
    assert " entries, root " in first
    new = said("rotate-key").strip()
    assert f"key {new}" in said("status")
    assert "former key " in said("status")
    assert "We vouch for" in said("watch", OTHER.key.name, OTHER.key.text())
    wrong = _obolo("log", "watch", "another", OTHER.key.text(), **installation.settings)
    _is_one_clear_line(wrong, OTHER.key.name)
    assert "says nothing any more" in said("forget", installation.gift, "--why", "a letter")
    said("witness", "add", WITNESS.key.name, WITNESS.key.text(), "https://witness.example/w")
    assert f"witness {WITNESS.key.name} (https://witness.example/w): nothing yet" in said("status")


@pytest.mark.house
@pytest.mark.parametrize("name", BREACHES)
def test_check_finds_a_planted_breach(installation: Installation, name: str) -> None:
    plant, undo = BREACHES[name]
    _as_owner(installation, plant)
    try:
        found = _obolo("check", **installation.settings)
    finally:
        _as_owner(installation, undo)
    assert (found.returncode, found.stderr) == (1, ""), found.stdout
    assert "Everything holds" not in found.stdout
    *breaches, count = found.stdout.splitlines()
    assert breaches
    assert count.startswith(f"{len(breaches)} breach")


@pytest.mark.house
def test_check_of_a_healthy_installation_holds(installation: Installation) -> None:
    healthy = _obolo("check", **installation.settings)
    told = (healthy.returncode, healthy.stdout, healthy.stderr)
    assert told == (0, "Everything holds.\n", "")


def _as_owner(installation: Installation, statement: str) -> None:
    with psycopg.connect(installation.owner) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(statement.encode("ascii"))
