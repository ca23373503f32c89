"""x"""
from obolo.cli.bench.figures import Measured
def measure(seconds: int) -> Measured: raise NotImplementedError
