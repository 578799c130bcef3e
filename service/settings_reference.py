"""The reference page of the settings, written from the code: ``python -m service.settings_reference``."""

from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo

from service.settings import PREFIX, RESERVED, Settings

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "settings.md"
_HEAD: Final = """# Settings

Written from the code by `python -m service.settings_reference`; a test fails when the two differ.

Every setting is an environment variable. One that begins with `MOTCUA_` and is not on this page is an error: the
command ends with exit code 2 and names the nearest one that exists. An empty value counts as unset.

| Variable | Default | Values | Meaning |
| --- | --- | --- | --- |
"""
_RESERVED_HEAD: Final = """
## Known, but not read by the service

| Variable | Meaning |
| --- | --- |
"""


def render() -> str:
    """The page, in Markdown."""
    rows = (_row(name, field) for name, field in Settings.model_fields.items())
    reserved = (f"| `{name}` | {meaning} |\n" for name, meaning in RESERVED.items())
    return _HEAD + "".join(rows) + _RESERVED_HEAD + "".join(reserved)


def _row(name: str, field: FieldInfo) -> str:
    default = "" if field.default in {None, ""} else f"`{_written(field.default)}`"
    return f"| `{PREFIX}{name.upper()}` | {default} | {_values(name)} | {field.description} |\n"


def _written(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _values(name: str) -> str:
    schema: dict[str, Any] = Settings.model_json_schema()["properties"][name]
    schema = schema.get("anyOf", [schema])[0]  # one that may be unset
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "boolean":
        return "`true`, `false`"
    if schema.get("type") == "integer":
        least, most = schema["minimum"], schema.get("maximum")
        return f"{least} or more" if most is None else f"{least} to {most}"
    return {"path": "folder", "file-path": "file"}.get(schema.get("format", ""), "text")


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
