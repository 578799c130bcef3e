"""Pages that say what went wrong, for those who read HTML; other clients get the API's own problems."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute

from api.pages.rendering import Renderer
from api.ports import Collaborators
from domain.errors import DossierError, Malformed, TryLater, UnknownDossier

RETRY_SECONDS: Final = 5
_UNREADABLE: Final = 422
_UNAVAILABLE: Final = 503
_NOT_FOUND: Final = 404
_PAGES: Final = {_NOT_FOUND: "not_found", _UNREADABLE: "unreadable", _UNAVAILABLE: "unavailable"}


def wants_page(request: Request) -> bool:
    """Whether the client reads HTML, as browsers say they do."""
    return "text/html" in request.headers.get("accept", "")


def error_page(renderer: Renderer, request: Request, status: int, mistakes: Sequence[str] = ()) -> Response:
    """The page for a status: 404, 422 or 503. ``mistakes`` are keys of texts.

    Raises:
        KeyError: there is no page for this status.
    """
    shown = {"kind": _PAGES[status], "mistakes": mistakes}
    answer = renderer.page(request, "error.html", shown, status)
    if status == _UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def error_pages(collaborators: Collaborators) -> Callable[[Request, int], Response | None]:
    """For the application's own errors: the page for a status, or None where a problem is the better answer."""
    renderer = Renderer(collaborators)

    def page(request: Request, status: int) -> Response | None:
        return error_page(renderer, request, status) if wants_page(request) and status in _PAGES else None

    return page


def page_route(renderer: Renderer) -> type[APIRoute]:
    """The kind of route that answers with a page also when it fails."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_with_pages(request: Request) -> Response:
                try:
                    return await handle(request)
                except (RequestValidationError, DossierError) as error:
                    page = _page_for(error, renderer, request) if wants_page(request) else None
                    if page is None:
                        raise
                    return page

            return handle_with_pages

    return PageRoute


def _page_for(error: RequestValidationError | DossierError, renderer: Renderer, request: Request) -> Response | None:
    match error:
        case RequestValidationError():
            return error_page(renderer, request, _UNREADABLE, _mistakes(error, renderer, request))
        case UnknownDossier():
            return error_page(renderer, request, _NOT_FOUND)
        case Malformed():
            return error_page(renderer, request, _UNREADABLE)
        case TryLater():
            return error_page(renderer, request, _UNAVAILABLE)
        case _:
            return None


def _mistakes(error: RequestValidationError, renderer: Renderer, request: Request) -> list[str]:
    """Which parameters cannot be read, each once; what was typed is not repeated."""
    words = renderer.words(request)
    keys = []
    for each in error.errors():
        name = str(each["loc"][-1])
        key = f"parameter.{name}" if len(each["loc"]) > 1 else "error.period"
        keys.append(key if words.has(key) else "parameter.other")
    return list(dict.fromkeys(keys))
