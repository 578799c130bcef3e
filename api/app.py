"""The application: every resource over the collaborators it is given."""

from typing import Final

from fastapi import FastAPI

from api import (
    acts,
    administration,
    could_act,
    dossiers,
    history,
    operations,
    problems,
    public,
    reuse,
    statistics,
    steps,
    subjects,
    worklists,
)
from api.documentation import API_VERSION, DESCRIPTION, DescribedApi
from api.edge import Edge
from api.measurements import Measurements
from api.pages import routes as pages
from api.pages.errors import error_pages
from api.ports import Collaborators

TITLE: Final = "Một Cửa"
OPENAPI_URL: Final = "/api/v1/openapi.json"


def create_app(collaborators: Collaborators) -> FastAPI:
    """The API and its pages. It has no interactive documentation, since that would load its pages from elsewhere."""
    measurements = Measurements()
    app = DescribedApi(
        title=TITLE,
        version=API_VERSION,
        description=DESCRIPTION,
        openapi_url=OPENAPI_URL,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=[public.route(collaborators)],
    )
    app.described_only = [public.described(collaborators)]
    app.include_router(dossiers.router(collaborators))
    app.include_router(acts.router(collaborators))
    app.include_router(history.router(collaborators))
    app.include_router(administration.router(collaborators))
    app.include_router(steps.router(collaborators))
    app.include_router(could_act.router(collaborators))
    app.include_router(worklists.router(collaborators))
    app.include_router(statistics.router(collaborators))
    app.include_router(reuse.router(collaborators))
    app.include_router(subjects.router(collaborators))
    app.include_router(operations.router(collaborators, measurements))
    app.include_router(pages.router(collaborators))
    app.add_middleware(Edge, measurements=measurements, label=collaborators.label)
    problems.install(app, error_pages(collaborators))
    return app
