"""GET /signing-keys/<region>.pem: the public keys with which a region signs and signed, newest first.

So that whoever has an export, a certificate or checkpoints can compare the key in it with what the service publishes, also after
the key was rotated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiohttp import web


class SigningKeys:
    """The route. `published` gives the keys of a region as PEM; none for one that is not open here."""

    def __init__(self, published: Callable[[str], Sequence[bytes]]) -> None:
        self._published = published

    def __call__(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_get("/signing-keys/{region:[a-z]+}.pem", self.serve)

    async def serve(self, request: web.Request) -> web.Response:
        """404 for a region without keys."""
        keys = self._published(request.match_info["region"].upper())
        if not keys:
            return web.Response(status=404)
        return web.Response(body=b"".join(keys), content_type="application/x-pem-file")
