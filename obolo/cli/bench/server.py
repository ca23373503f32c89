"""The server under test, a process of its own: the real house beside two baselines.

`/hooks/…` is the product's own hook; `/empty` reads the body and answers an empty 200;
`/django/<organisation>` is `plain`. All three run under the configuration of `obolo web`.

    python -m obolo.cli.bench.server --port N
"""

import argparse
import os
from typing import Any

EMPTY: list[dict[str, Any]] = [
    {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]},
    {"type": "http.response.body", "body": b""},
]


class Beside:
    """The house, and the baselines beside it."""

    def __init__(self, house: Any, django: Any) -> None:
        """Both are ASGI applications."""
        self._house, self._django = house, django

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on; what is no baseline belongs to the house."""
        path: str = scope.get("path", "")
        if path == "/empty":
            await _empty(receive, send)
        elif path.startswith("/django/"):
            await self._django(scope, receive, send)
        else:
            await self._house(scope, receive, send)


async def _empty(receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    for message in EMPTY:
        await send(message)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port: int = parser.parse_args().port
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obolo.project.settings")
    from obolo.project import serve

    serve.set_up()
    from django.conf import settings
    from django.core.asgi import get_asgi_application

    from obolo.project.asgi import House

    house = House()
    # The baseline is Django at its quickest: nothing between the handler and the view.
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = "obolo.cli.bench.plain"
    serve.server(Beside(house, get_asgi_application()), "127.0.0.1", port).run()


if __name__ == "__main__":
    main()
