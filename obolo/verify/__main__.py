"""`python -m obolo.verify`: runs the one-file verifier as it is. Owns nothing."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).with_name("obolo_verify.py")), run_name="__main__")
