"""The pages: look-up, tracking, figures, lists behind figures, history. They read; nothing here changes a dossier."""

from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.pages import catalogue, structure, tracking
from api.pages import dashboard as figures
from api.pages.audit import audit
from api.pages.code_entry import code_mistake, tidy_code
from api.pages.errors import page_route, wants_page
from api.pages.parameters import CatalogueAsked, DossiersAsked, FiguresAsked, HistoryAsked, Sort, WorkAsked
from api.pages.rendering import SECURITY_HEADERS, Renderer
from api.ports import Collaborators
from domain.errors import Malformed, UnknownDossier
from domain.procedure import OnlineLevel
from projections.on_time.report import Counting, Structure
from projections.worklists.worklist import WorkState

_READ: Final = ["GET", "HEAD"]
_SEE_OTHER: Final = 303
_Wanted = Annotated[str, Query(max_length=100)]


def router(collaborators: Collaborators) -> APIRouter:
    """Every page and the files they load."""
    renderer = Renderer(collaborators)
    pages = APIRouter(route_class=page_route(renderer), include_in_schema=False)
    _add_static_files(pages, renderer)
    _add_public_pages(pages, renderer, collaborators)
    _add_figures(pages, renderer, collaborators)
    _add_administration(pages, renderer, collaborators)
    _add_worklists(pages, renderer, collaborators)
    _add_history(pages, renderer, collaborators)
    return pages


def _add_static_files(pages: APIRouter, renderer: Renderer) -> None:
    @pages.api_route("/static/{name}", methods=_READ)
    async def static_file(name: str) -> Response:
        file = renderer.static.get(name)
        if file is None:
            raise HTTPException(404)
        headers = {**SECURITY_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
        return Response(file.body, media_type=file.media_type, headers=headers)


def _add_public_pages(pages: APIRouter, renderer: Renderer, collaborators: Collaborators) -> None:
    @pages.api_route("/", methods=_READ)
    async def look_up(request: Request, code: str | None = None) -> Response:
        if code is None:
            return renderer.page(request, "home.html", {"code": "", "mistake": None})
        tidy = tidy_code(code)
        if mistake := code_mistake(tidy):
            return renderer.page(request, "home.html", {"code": tidy or code.strip(), "mistake": mistake}, 422)
        return RedirectResponse(f"/tra-cuu/{tidy}", _SEE_OTHER)

    @pages.api_route("/tra-cuu/{code}", methods=_READ)
    async def track(request: Request, code: str) -> Response:
        if answer := _unless_tidy(renderer, request, code, "/tra-cuu"):
            return answer
        body = await collaborators.lookup.get(code)
        if body is None:
            return _unknown(renderer, request, code)
        shown = {"status": tracking.read(body), "tracking": tracking, "now": collaborators.clock()}
        return renderer.page(request, "tracking.html", shown)


def _add_figures(pages: APIRouter, renderer: Renderer, collaborators: Collaborators) -> None:
    @pages.api_route("/dashboard", methods=_READ)
    async def dashboard(request: Request, asked: Annotated[FiguresAsked, Query()]) -> Response:
        report = await collaborators.statistics.on_time(
            asked.report(collaborators.clock(), collaborators.administration)
        )
        words = renderer.words(request)
        shown = {
            "asked": asked,
            "report": report,
            "board": figures.present(report, asked, renderer.names(words), words),
            "unit_choices": figures.units_by_kind(collaborators.administration.all_units()),
            "countings": list(Counting),
            "structures": list(Structure),
            "sorts": list(Sort),
            "bar_length": figures.BAR_LENGTH,
        }
        return renderer.page(request, "dashboard.html", shown)

    @pages.api_route("/dashboard/dossiers", methods=_READ)
    async def dossiers(request: Request, asked: Annotated[DossiersAsked, Query()]) -> Response:
        found = await collaborators.statistics.dossiers(
            asked.dossiers(collaborators.clock(), collaborators.administration)
        )
        shown = {"asked": asked, "found": found}
        return renderer.page(request, "dossiers.html", shown)


def _add_administration(pages: APIRouter, renderer: Renderer, collaborators: Collaborators) -> None:
    @pages.api_route("/thu-tuc", methods=_READ)
    async def procedures(request: Request, asked: Annotated[CatalogueAsked, Query()]) -> Response:
        found = catalogue.procedures(collaborators.administration, asked, collaborators.clock())
        shown = {"list": found, "asked": asked, "online_levels": list(OnlineLevel)}
        return renderer.page(request, "procedures.html", shown)

    @pages.api_route("/thu-tuc/{code}", methods=_READ)
    async def procedure(request: Request, code: str) -> Response:
        page = catalogue.procedure_page(collaborators.administration, code, collaborators.clock())
        if page is None:
            raise HTTPException(404)
        return renderer.page(request, "procedure.html", {"page": page})

    @pages.api_route("/don-vi", methods=_READ)
    async def units(request: Request, q: _Wanted = "") -> Response:
        administration = collaborators.administration
        there = administration.units_at(collaborators.clock())
        roots, below = (structure.matching(administration, q), {}) if q else structure.tree(there)
        return renderer.page(request, "units.html", {"roots": roots, "below": below, "wanted": q})

    @pages.api_route("/don-vi/{code}", methods=_READ)
    async def unit(request: Request, code: str) -> Response:
        page = structure.unit_page(collaborators.administration, code, collaborators.clock())
        if page is None:
            raise HTTPException(404)
        return renderer.page(request, "unit.html", {"page": page})


def _add_worklists(pages: APIRouter, renderer: Renderer, collaborators: Collaborators) -> None:
    @pages.api_route("/viec/{unit}", methods=_READ)
    async def worklist(request: Request, unit: str, asked: Annotated[WorkAsked, Query()]) -> Response:
        query = asked.worklist(unit, collaborators.clock())
        found = await collaborators.worklists.worklist(query)
        if collaborators.administration.unit(unit) is None and not found.counts.open:
            raise HTTPException(404)
        shown = {"unit": unit, "asked": asked, "query": query, "found": found, "states": list(WorkState)}
        return renderer.page(request, "worklist.html", shown)


def _add_history(pages: APIRouter, renderer: Renderer, collaborators: Collaborators) -> None:
    @pages.api_route("/audit/{code}", methods=_READ)
    async def history(request: Request, code: str, asked: Annotated[HistoryAsked, Query()]) -> Response:
        if answer := _unless_tidy(renderer, request, code, "/audit"):
            return answer
        recorded = await collaborators.histories.get(code)
        if not recorded:
            return _unknown(renderer, request, code)
        words = renderer.words(request)
        found = audit(recorded, asked.as_of, asked.known_at, renderer.names(words), words)
        answer = renderer.page(request, "audit.html", {"code": code, "asked": asked, "audit": found})
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _unless_tidy(renderer: Renderer, request: Request, code: str, path: str) -> Response | None:
    """What is answered to a code that is not well written: the tidy one's address, or what is wrong with it.

    Raises:
        Malformed: it is no code, and the client does not read pages.
    """
    tidy = tidy_code(code)
    mistake = code_mistake(tidy)
    if mistake is None:
        return None if tidy == code else RedirectResponse(f"{path}/{tidy}", _SEE_OTHER)
    if not wants_page(request):
        raise Malformed
    return renderer.page(request, "home.html", {"code": tidy, "mistake": mistake}, 422)


def _unknown(renderer: Renderer, request: Request, code: str) -> Response:
    """A kind word that no dossier has this code. It says nothing about any other.

    Raises:
        UnknownDossier: the client does not read pages.
    """
    if not wants_page(request):
        raise UnknownDossier(code=code)
    return renderer.page(request, "unknown.html", {"code": code, "mistake": None}, 404)
