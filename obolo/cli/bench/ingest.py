"""`obolo bench ingest`: durable webhooks a second, and whether an acknowledged one was ever lost.

Owns: a throw-away database, server and load, and the comparison of what was acknowledged with what
is stored. Baselines: the same server answering an empty 200; one Django view, one insert a request.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from obolo.cli.bench.figures import Measured, ratio
from obolo.cli.bench.processes import free_port, own_installation, running, say
from obolo.kit.ids import new_token

SLUG, HOOK_KEY = "bench", "bench"
CONNECTIONS = (64, 512)
DJANGO_SECONDS_MAX = 4
DIGEST_BYTES = hashlib.sha256().digest_size
SOON_SECONDS = 60


def measure(seconds: int) -> Measured:
    """Run everything for `seconds` a step; raises PartDied when a part ends by itself."""
    with tempfile.TemporaryDirectory(prefix="obolo-bench-") as folder:
        say("Making a throw-away database")
        with own_installation(Path(folder)) as owner:
            secret = _found()
            port = free_port()
            say(f"Starting the server on port {port}")
            with running("obolo.cli.bench.server", port):
                runs = dict(_runs(port, secret, seconds, Path(folder)))
            say("Comparing what was acknowledged with what is stored")
            return _measured(runs, owner, Path(folder))


def _found() -> str:
    """An organisation with a WhatsApp account; the app secret its notices are signed with."""
    import django

    django.setup()
    from obolo.organisations import actions
    from obolo.organisations.wall import within
    from obolo.project import database

    database.prepare()
    secret = new_token()
    organisation = actions.found(slug=SLUG, name="Bench")
    with within(organisation.id):
        actions.keep_account(
            kind="whatsapp",
            hook_key=HOOK_KEY,
            outside_id="106540352242922",
            address={},
            secrets={"app_secret": secret, "verify_token": new_token()},
            organisation_id=organisation.id,
        )
    return secret


def _runs(
    port: int, secret: str, seconds: int, folder: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    paths = {"empty": "/empty", "ours": f"/hooks/whatsapp/{HOOK_KEY}"}
    for connections in CONNECTIONS:
        for name, path in paths.items():
            yield (
                f"{name}_{connections}",
                _load(f"{name}_{connections}", port, path, secret, connections, seconds, folder),
            )
    few, short = CONNECTIONS[0], min(seconds, DJANGO_SECONDS_MAX)
    name = f"django_{few}"
    yield name, _load(name, port, f"/django/{SLUG}", secret, few, short, folder)


def _load(
    name: str, port: int, path: str, secret: str, connections: int, seconds: int, folder: Path
) -> dict[str, Any]:
    say(f"{name.replace('_', ', ')} connections, {seconds} s")
    words = {
        "port": port,
        "path": path,
        "secret": secret,
        "mark": name.replace("_", ""),
        "connections": connections,
        "seconds": seconds,
        "acknowledged": folder / name,
    }
    options = [text for key, value in words.items() for text in (f"--{key}", str(value))]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "obolo.cli.bench.load", *options],
        stdout=subprocess.PIPE,
        check=True,
        timeout=seconds + SOON_SECONDS,
        env=os.environ,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    say(f"  {found['per_second']} per second, p99 {found['p99_ms']} ms")
    return found


def _measured(runs: dict[str, dict[str, Any]], owner: str, folder: Path) -> Measured:
    acknowledged = set().union(*(_digests(folder / name) for name in runs if "empty" not in name))
    stored, notices_per_commit = _stored(owner)
    figures: dict[str, float] = {}
    for connections in CONNECTIONS:
        run = runs[f"ours_{connections}"]
        figures |= _speed("ours", connections, run) | {
            f"refused_{connections}_count": sum(
                count for status, count in run["statuses"].items() if status != "200"
            ),
            f"broken_{connections}_count": run["broken_count"],
        }
    figures |= {
        "notices_per_commit_count": notices_per_commit,
        "acknowledged_count": len(acknowledged),
        "stored_count": len(stored),
        "lost_count": len(acknowledged - stored),
    }
    baselines: dict[str, float] = {}
    for name in (f"empty_{CONNECTIONS[0]}", f"empty_{CONNECTIONS[1]}", f"django_{CONNECTIONS[0]}"):
        kind, connections_text = name.split("_")
        baselines |= _speed(kind, int(connections_text), runs[name])
    few, many = CONNECTIONS
    rate = {name: run["per_second"] for name, run in runs.items()}
    return Measured(
        bench="ingest",
        figures=figures,
        baselines=baselines,
        ratios={
            f"ours_to_empty_{few}": ratio(rate[f"ours_{few}"], rate[f"empty_{few}"]),
            f"ours_to_empty_{many}": ratio(rate[f"ours_{many}"], rate[f"empty_{many}"]),
            f"ours_to_django_{few}": ratio(rate[f"ours_{few}"], rate[f"django_{few}"]),
        },
    )


def _speed(kind: str, connections: int, run: dict[str, Any]) -> dict[str, float]:
    """Rate and latency of one run; how busy the load generator was, so that it can be doubted."""
    prefix = "" if kind == "ours" else f"{kind}_"
    return {
        f"{kind}_{connections}_per_second": run["per_second"],
        f"{prefix}p50_{connections}_ms": run["p50_ms"],
        f"{prefix}p99_{connections}_ms": run["p99_ms"],
        f"{prefix}max_{connections}_ms": run["max_ms"],
        f"{prefix}load_busy_{connections}_percent": round(
            100 * run["cpu_seconds"] / run["measured_seconds"]
        ),
    }


def _digests(file: Path) -> set[bytes]:
    kept = file.read_bytes()
    return {kept[at : at + DIGEST_BYTES] for at in range(0, len(kept), DIGEST_BYTES)}


def _stored(owner: str) -> tuple[set[bytes], float]:
    """The SHA-256 of every stored body; how many the hook stored in one commit on average."""
    with psycopg.connect(owner) as connection:
        rows = connection.execute("SELECT sha256(body), xmin::text FROM gateways_notice")
        by_commit: dict[str, int] = {}
        stored = set()
        for digest, commit in rows:
            stored.add(bytes(digest))
            by_commit[commit] = by_commit.get(commit, 0) + 1
    shared = [count for count in by_commit.values() if count > 1]  # Django's are alone
    return stored, round(sum(shared) / len(shared), 1) if shared else 0.0
