"""`python -m obolo.cli`."""

from obolo.cli import main

main()
