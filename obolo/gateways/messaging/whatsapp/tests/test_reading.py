import json

from obolo.gateways.messaging.whatsapp.reading import read_files
from obolo.gateways.messaging.whatsapp.tests.notices import WEBHOOKS


def test_files_become_lines_and_a_bad_one_hides_no_other(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("[]")
    missing = tmp_path / "missing.json"
    lines = list(read_files([bad, WEBHOOKS[0], missing, "nul\x00name", *WEBHOOKS]))
    assert lines[0] == {
        "fact": "unreadable",
        "file": str(bad),
        "reason": "It is a list, not an object.",
    }
    assert lines[1]["fact"] == "message"
    assert lines[2]["reason"] == "No such file or directory"
    assert lines[3]["fact"] == "unreadable"
    assert len(lines) == 4 + 16
    assert all(json.dumps(line) for line in lines)
