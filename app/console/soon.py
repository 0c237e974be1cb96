"""Pages that are being built; each becomes a module of its own."""

from fastapi import APIRouter, Request, Response

from app.console.pages import PLACES, TheConsole, ThePerson


def routes() -> APIRouter:
    """A page for each place."""
    router = APIRouter()
    for place in PLACES:

        async def page(request: Request, console: TheConsole, person: ThePerson) -> Response:
            title = next(each.title for each in PLACES if each.path == request.url.path)
            return console.pages.page(request, "soon.html", person, title=title)

        router.add_api_route(place.path, page, methods=["GET"])
    return router
