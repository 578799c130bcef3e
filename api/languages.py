"""Vietnamese or English, as the caller prefers."""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

Language: TypeAlias = Literal["vi", "en"]

_INVALID_VI: Final = "Giá trị không hợp lệ."
_VALIDATION_VI: Final[Mapping[str, str]] = {
    "missing": "Thiếu giá trị bắt buộc.",
    "extra_forbidden": "Không có trường này.",
    "json_invalid": "Nội dung không phải là JSON hợp lệ.",
    "string_type": "Giá trị phải là chuỗi ký tự.",
    "string_too_long": "Chuỗi dài nhất {max_length} ký tự.",
    "string_too_short": "Chuỗi ngắn nhất {min_length} ký tự.",
    "string_pattern_mismatch": "Chuỗi không đúng mẫu.",
    "int_type": "Giá trị phải là số nguyên.",
    "int_parsing": "Giá trị phải là số nguyên.",
    "bool_type": "Giá trị phải là true hoặc false.",
    "enum": "Giá trị phải là một trong: {expected}.",
    "greater_than_equal": "Giá trị nhỏ nhất là {ge}.",
    "less_than_equal": "Giá trị lớn nhất là {le}.",
    "too_long": "Danh sách dài nhất {max_length} mục.",
    "timezone_aware": "Thời điểm phải kèm múi giờ.",
    "rfc3339": "Thời điểm viết theo RFC 3339 có múi giờ.",
    "iso_day": "Ngày viết theo mẫu YYYY-MM-DD.",
    "empty_period": "Khoảng thời gian kết thúc trước khi bắt đầu.",
    "out_of_range": "Thời điểm nằm ngoài khoảng tính được.",
    "control_character": "Chuỗi không được chứa ký tự điều khiển.",
    "blank": "Giá trị không được để trống.",
}


def preferred(accept_language: str) -> Language:
    """The language of the header ``Accept-Language`` that is spoken here; Vietnamese when neither is asked for."""
    weights: dict[str, float] = {}
    for choice in accept_language.lower().split(","):
        tag, _, parameter = choice.partition(";")
        primary = tag.strip().partition("-")[0]
        weights[primary] = max(weights.get(primary, 0.0), _weight(parameter))
    return "en" if weights.get("en", 0.0) > weights.get("vi", 0.0) else "vi"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def validation_vi(code: str, context: Mapping[str, Any] | None) -> str:
    """What is wrong with a value, in Vietnamese."""
    return _VALIDATION_VI.get(code, _INVALID_VI).format_map(context or {})
