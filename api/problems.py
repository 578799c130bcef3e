"""Whatever goes wrong is answered as a problem (RFC 9457), in Vietnamese and English."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.correlation import correlation_of
from api.languages import Language, preferred, validation_vi
from domain.administration.refusals import UnknownEntry
from domain.errors import DossierError, KeyReused, Malformed, Refusal, StaleVersion, TryLater, UnknownDossier

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 1
API_PREFIX: Final = "/api/"
MOST_ERRORS: Final = 20
LONGEST_PLACE: Final = 200


class BadRequest(DossierError):
    """The request cannot be read."""

    vi = "Không đọc được yêu cầu."


class ActorRequired(BadRequest):
    """The header Motcua-Actor must say who acts."""

    vi = "Phải nêu người thực hiện trong tiêu đề Motcua-Actor."


class IdempotencyKeyRequired(BadRequest):
    """The header Idempotency-Key must name this command, so that sending it twice has one effect."""

    vi = "Phải có tiêu đề Idempotency-Key để lệnh gửi hai lần chỉ có một hiệu lực."


class IfMatchRequired(DossierError):
    """The header If-Match must name the version of the dossier that the decision rests on."""

    vi = "Phải có tiêu đề If-Match nêu phiên bản hồ sơ làm căn cứ quyết định."


class NoSuchResource(DossierError):
    """There is nothing at this address."""

    vi = "Không có gì tại địa chỉ này."


class MethodNotAllowed(DossierError):
    """This address does not answer this method."""

    vi = "Địa chỉ này không nhận phương thức này."


class BodyTooLarge(DossierError):
    """The body of the request is larger than one megabyte."""

    vi = "Nội dung yêu cầu lớn hơn một megabyte."


class InvalidRequest(Malformed):
    """Parts of the request cannot be read; each is listed under errors."""

    vi = "Một số phần của yêu cầu không đọc được; xem từng phần trong errors."


class EffectiveInFuture(Malformed):
    """An act cannot take effect more than five minutes in the future."""

    vi = "Việc không thể có hiệu lực quá năm phút trong tương lai."


class Forbidden(DossierError):
    """Whoever asks may not know this."""

    vi = "Người hỏi không được xem thông tin này."


class NotAnOfficer(Forbidden):
    """Only an officer who holds a post now may ask this."""

    vi = "Chỉ cán bộ, công chức đang giữ chức vụ mới được hỏi điều này."


class NotANumber(Malformed):
    """The number is not written as its scheme writes one."""

    vi = "Số định danh không viết đúng theo loại đã nêu."


class SubjectsUnavailable(TryLater):
    """Subjects cannot be looked up now: the key of their index is not in place. The service's log says what to do."""

    vi = "Chưa thể tra cứu theo số định danh: khóa của chỉ mục chưa sẵn sàng. Nhật ký hệ thống nêu việc cần làm."


class ProjectionsBehind(TryLater):
    """What can be read does not yet include this position; ask again."""

    vi = "Dữ liệu tra cứu chưa bao gồm vị trí này; hãy hỏi lại."


class NotReady(TryLater):
    """The service cannot do its work now; details say which part is in the way."""

    vi = "Hệ thống chưa sẵn sàng; details nêu bộ phận đang vướng."


class Unexpected(DossierError):
    """Something failed that should not have; quote the request id when you report it."""

    vi = "Có lỗi ngoài dự kiến; hãy báo kèm mã yêu cầu."


STATUS: Final[Mapping[type[DossierError], int]] = {
    BadRequest: 400,
    Forbidden: 403,
    UnknownDossier: 404,
    UnknownEntry: 404,
    NoSuchResource: 404,
    MethodNotAllowed: 405,
    Refusal: 409,
    StaleVersion: 412,
    BodyTooLarge: 413,
    Malformed: 422,
    KeyReused: 422,
    IfMatchRequired: 428,
    DossierError: 500,
    TryLater: 503,
}
"""The one table from what went wrong to its status; the nearest base class decides."""

_OF_STATUS: Final[Mapping[int, type[DossierError]]] = {404: NoSuchResource, 405: MethodNotAllowed, 413: BodyTooLarge}
_OF_MISSING_HEADER: Final[Mapping[str, type[DossierError]]] = {
    "motcua-actor": ActorRequired,
    "idempotency-key": IdempotencyKeyRequired,
    "if-match": IfMatchRequired,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A problem in one language: the rule, and the rule with what concerns this case."""

    title: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidPart:
    """One part of the request that cannot be read. ``code`` is stable; values are not repeated."""

    where: str
    code: str
    message_en: str
    message_vi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why the request was not carried out. ``type`` is stable; ``title`` and ``detail`` follow Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    messages: dict[Language, Message]
    request_id: str
    details: dict[str, str] = field(default_factory=dict)
    errors: list[InvalidPart] = field(default_factory=list)


_log = structlog.get_logger()


def status_of(kind: type[DossierError]) -> int:
    """The HTTP status of a kind of problem."""
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def problem_of(
    error: DossierError, *, language: Language = "vi", request_id: str = "", errors: Sequence[InvalidPart] = ()
) -> Problem:
    """The problem that tells of an error."""
    messages: dict[Language, Message] = {
        "vi": Message(title=error.vi, detail=error.message_vi),
        "en": Message(title=(type(error).__doc__ or "").strip(), detail=error.message),
    }
    return Problem(
        type=f"/problems/{error.slug}",
        title=messages[language].title,
        status=status_of(type(error)),
        detail=messages[language].detail,
        messages=messages,
        request_id=request_id,
        details=error.details,
        errors=list(errors),
    )


def answer(
    request: Request,
    error: DossierError,
    *,
    errors: Sequence[InvalidPart] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response that tells of an error, in the caller's language."""
    language = preferred(request.headers.get("accept-language", ""))
    request_id = correlation_of(request.scope).request_id
    problem = problem_of(error, language=language, request_id=request_id, errors=errors)
    all_headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    if isinstance(error, TryLater):
        all_headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=all_headers | dict(headers or {}),
    )


def install(app: FastAPI, page: Callable[[Request, int], Response | None]) -> None:
    """Every failure of the application is answered here.

    Addresses outside of the API that lead nowhere may be answered with a ``page``, for those who read one.
    """

    async def http(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and not request.url.path.startswith(API_PREFIX):
            return page(request, error.status_code) or _http(request, error)
        return _http(request, error)

    app.add_exception_handler(DossierError, _dossier_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, _unexpected)


async def _dossier_error(request: Request, error: Exception) -> Response:
    return answer(request, error if isinstance(error, DossierError) else Unexpected())


async def _invalid(request: Request, error: Exception) -> Response:
    raw = error.errors() if isinstance(error, RequestValidationError) else []
    for part in raw:
        missing = _OF_MISSING_HEADER.get(str(part["loc"][-1]).lower()) if part["loc"][0] == "header" else None
        if missing is not None and part["type"] == "missing":
            return answer(request, missing())
    return answer(request, InvalidRequest(), errors=[_part(part) for part in raw[:MOST_ERRORS]])


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    headers = error.headers if isinstance(error, HTTPException) else None
    return answer(request, _OF_STATUS.get(status, BadRequest)(), headers=headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    """The caller learns nothing of the inside. The log gets the request's id; the server adds the trace."""
    found = correlation_of(request.scope)
    _log.error("unexpected", request_id=found.request_id, trace_id=found.trace_id, error=type(error).__name__)
    return answer(request, Unexpected(), headers={"X-Request-Id": found.request_id})


def _part(raw: Mapping[str, Any]) -> InvalidPart:
    where = ".".join(str(place) for place in raw["loc"])[:LONGEST_PLACE].encode(errors="replace").decode()
    return InvalidPart(
        where=where, code=raw["type"], message_en=raw["msg"], message_vi=validation_vi(raw["type"], raw.get("ctx"))
    )
