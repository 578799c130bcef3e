"""From a template and what it shows to an answer: language, banner, headers, and the addresses of static files."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.pages.names import Names
from api.pages.words import Language, Words, load_words
from api.ports import Collaborators

LANGUAGE_COOKIE: Final = "motcua-lang"
_A_YEAR: Final = 365 * 24 * 3600
_STATIC: Final = {"motcua.css": "text/css; charset=utf-8", "mark.svg": "image/svg+xml"}

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""The pages run no script at all, load nothing from elsewhere, and are not framed."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of ours. Its address holds its hash, so that it may be kept for ever."""

    body: bytes
    media_type: str


def static_files() -> tuple[Mapping[str, StaticFile], Mapping[str, str]]:
    """The static files by hashed name, and the hashed name of each plain one."""
    files: dict[str, StaticFile] = {}
    hashed_names: dict[str, str] = {}
    for name, media_type in _STATIC.items():
        body = resources.files("api.pages").joinpath("static", name).read_bytes()
        stem, ending = name.rsplit(".", 1)
        hashed = f"{stem}.{sha256(body).hexdigest()[:12]}.{ending}"
        files[hashed] = StaticFile(body, media_type)
        hashed_names[name] = hashed
    return files, hashed_names


class Renderer:
    """Renders the pages in the language a reader chose."""

    def __init__(self, collaborators: Collaborators) -> None:
        """Templates and texts are read once, here."""
        self._collaborators = collaborators
        self._words = load_words()
        self.static, hashed_names = static_files()
        self._templates = Environment(
            loader=PackageLoader("api.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["static"] = {name: f"/static/{hashed}" for name, hashed in hashed_names.items()}

    def words(self, request: Request) -> Words:
        """The texts in the language asked for in the address, else remembered, else Vietnamese."""
        for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
            if asked in set(Language):
                return self._words[Language(asked)]
        return self._words[Language.VI]

    def names(self, words: Words) -> Names:
        """The names of the administration in the language of ``words``."""
        return Names(self._collaborators.administration, words)

    def page(
        self, request: Request, template: str, shown: Mapping[str, object] | None = None, status: int = 200
    ) -> Response:
        """The page, never kept by caches shared with others."""
        words = self.words(request)
        body = self._templates.get_template(template).render(
            {
                "t": words,
                "names": self.names(words),
                "label": self._collaborators.label,
                "path": request.url.path,
                "language_links": [(language, _in_language(request, language)) for language in Language],
                **(shown or {}),
            }
        )
        headers = {**SECURITY_HEADERS, "Cache-Control": "no-cache, private", "Content-Language": words.language.value}
        answer = HTMLResponse(body, status, headers)
        self._remember_language(request, answer)
        return answer

    def _remember_language(self, request: Request, answer: Response) -> None:
        asked = request.query_params.get("lang")
        if asked in set(Language):
            secure = request.url.scheme == "https"
            answer.set_cookie(LANGUAGE_COOKIE, asked, max_age=_A_YEAR, httponly=True, secure=secure, samesite="lax")


def _in_language(request: Request, language: Language) -> str:
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*others, ('lang', language.value)])}"
