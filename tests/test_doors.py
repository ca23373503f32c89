"""The rules of the house that imports alone do not show. Each failure says what to do instead."""

import ast

from tests.source import FLOOR_OF, FLOORS, ROOT, Source, line, product

WRITES = {
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "delete",
    "get_or_create",
    "update_or_create",
    "save",
}
# Who may open a connection to another machine: the gateways; the simulator plays the outside; the
# benches and the demo's watcher talk to our own server on loopback.
NETWORK = {"httpx", "requests", "urllib.request", "http.client", "socket", "aiohttp"}
NETWORK_ROOMS = {"gateways", "simulator"}
NETWORK_FILES = {"obolo/project/demo.py", "obolo/project/serve.py"}


def test_every_room_is_on_a_floor_and_has_a_doorplate():
    rooms = {p.name for p in (ROOT / "obolo").iterdir() if (p / "__init__.py").exists()}
    assert rooms == set(FLOOR_OF), "Give a new room its floor here, in pyproject.toml and the map."
    plates = [s for s in product() if s.path.name == "__init__.py" and len(s.path.parts) > 1]
    bare = [s.name for s in plates if len(ast.get_docstring(s.tree) or "") < 20]
    assert bare == [], "A room says what it owns, its doors, and what it never does."


def test_the_map_names_every_room_on_its_floor():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [
        f"{floor} `{room}`"
        for floor, rooms in enumerate(FLOORS, 1)
        for room in rooms
        if f"| {floor} | `{room}` |" not in text
    ]
    assert missing == []


def test_only_a_rooms_own_actions_write_its_tables():
    # The benches write by hand on purpose: that is their baseline.
    sources = [s for s in product() if not s.name.startswith("obolo/cli/bench/")]
    found = [hit for source in sources for hit in _foreign_writes(source)]
    assert found == [], "Call a verb of the other room's actions instead."


def _foreign_writes(source: Source) -> list[str]:
    """`Other.objects…\u200b.update(…)` where `Other` was imported from another room's models."""
    foreign: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".models"):
            room = node.module.split(".")[1]
            if room != source.room:
                foreign |= {(a.asname or a.name): room for a in node.names}
    hits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            start: ast.expr = node.func
            while isinstance(start, ast.Attribute | ast.Call):
                start = start.value if isinstance(start, ast.Attribute) else start.func
            written = node.func.attr in WRITES and isinstance(start, ast.Name)
            if written and isinstance(start, ast.Name) and start.id in foreign:
                hits.append(f"{source.name}:{node.lineno} writes {start.id}")
    return hits


def test_the_check_for_foreign_writes_sees_one():
    planted = Source(
        ROOT / "obolo" / "web" / "x.py",
        "web",
        ast.parse(
            "from obolo.giving.models import Gift\n"
            "Gift.objects.filter(id=1).exclude(id=2).update(gross_minor=0)\n"
        ),
        (),
    )
    assert len(_foreign_writes(planted)) == 1


def test_relations_written_as_text_point_downwards():
    wrong = []
    for source in product():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and node.args and _names_a_field(node.func):
                to = node.args[0]
                if isinstance(to, ast.Constant) and "." in str(to.value):
                    room = str(to.value).split(".")[0]
                    if FLOOR_OF.get(room, 99) > FLOOR_OF[source.room]:
                        wrong.append(f"{source.name}:{node.lineno} -> {to.value!r}")
    assert wrong == []


def _names_a_field(func: ast.expr) -> bool:
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return name in {"ForeignKey", "OneToOneField", "ManyToManyField", "WalledKey"}


def test_only_the_gateways_touch_the_network():
    wrong = []
    for source in product():
        if source.room in NETWORK_ROOMS or source.name in NETWORK_FILES:
            continue
        if source.name.startswith("obolo/cli/bench/"):
            continue
        for node in ast.walk(source.tree):
            names = []
            if isinstance(node, ast.Import):
                names = [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            wrong += [f"{source.name}:{line(node)} {n}" for n in names if n in NETWORK]
    assert wrong == [], "Ask a gateway."


def test_nothing_that_reads_words_can_move_money_or_send():
    """The assistant imports no actions but its own."""
    wrong = [
        f"{source.name}:{line(node)}"
        for source in product()
        if source.room == "assistant"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("obolo.")
        and not (node.module or "").startswith("obolo.assistant")
        and ("actions" in (node.module or "") or any(a.name == "actions" for a in node.names))
    ]
    assert wrong == [], "The assistant proposes, a story disposes."
